/// What a controller sends, read.
package enum OpenProtocolReply: Sendable, Equatable {
    /// MID 0002: the session is open.
    case controller(OpenProtocolController)
    /// MID 0004: what was asked for is not done, and why.
    case refused(OpenProtocolRefusal)
    /// MID 0005: what was asked for with `mid` is done.
    case accepted(mid: Int)
    /// MID 0011.
    case parameterSets([OpenProtocolListing.ParameterSet])
    /// MID 0013: one parameter set and its limits.
    case parameterSet(OpenProtocolFields)
    /// MID 0015: which parameter set is selected now.
    case parameterSetSelected(OpenProtocolFields)
    /// MID 0031.
    case jobs([Int])
    /// MID 0033: one job and its steps.
    case job(OpenProtocolFields, [OpenProtocolListing.JobStep])
    /// MID 0035: how far the job is.
    case jobEvent(OpenProtocolFields)
    /// MID 0041: the tool, its counters and its calibration.
    case tool(OpenProtocolFields)
    /// MIDs 0052 and 0152: the part that the controller was told.
    case identifier(OpenProtocolIdentifier)
    /// MIDs 0061 and 0065.
    case tightening(OpenProtocolTightening)
    /// MIDs 0071 and 0076.
    case alarm(OpenProtocolAlarm)
    /// MID 0074: the alarm with this code was acknowledged at the controller.
    case alarmAcknowledged(code: String)
    /// MID 0081; nil where the controller's clock gives none.
    case time(OpenProtocolTime?)
    /// MID 0101.
    case multiResult(OpenProtocolMultiResult)
    /// MID 0106.
    case station(OpenProtocolPowerMACS.Station)
    /// MID 0107.
    case bolt(OpenProtocolPowerMACS.BoltReport)
    /// MID 0211: the eight monitored inputs.
    case inputs([Bool?])
    /// MID 0215.
    case device(OpenProtocolInputs.Device)
    /// MID 0217; true only for 1, false only for 0.
    case relay(number: Int?, isOn: Bool?)
    /// MID 0900.
    case curve(OpenProtocolCurve)
    /// MID 0901.
    case curveLimits(OpenProtocolCurveLimits)
    /// MID 9997: received; acknowledges a sequence number.
    case linkAccepted(mid: Int)
    /// MID 9998: not received, and why.
    case linkRefused(mid: Int, code: OpenProtocolLinkFault)
    /// MID 9999: our own, mirrored.
    case keepAlive
    /// Any other MID, and revisions of those above that are not laid out, as they came.
    case other(OpenProtocolMessage)

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its MID and revision say.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        let digits = OpenProtocolDigits(message)
        switch message.mid {
        case 2: self = .controller(try OpenProtocolController(message))
        case 4: self = .refused(try OpenProtocolRefusal(message))
        case 5: self = .accepted(mid: try digits.required(21, 4, "the accepted MID"))
        case 61, 65: self = .tightening(try OpenProtocolTightening(message))
        case 52, 152: self = .identifier(try OpenProtocolIdentifier(message))
        case 101: self = .multiResult(try OpenProtocolMultiResult(message))
        case 106: self = .station(try OpenProtocolPowerMACS.Station(message))
        case 107: self = .bolt(try OpenProtocolPowerMACS.BoltReport(message))
        case 900 where message.revision <= 3: self = .curve(try OpenProtocolCurve(message))
        case 901 where message.revision <= 3: self = .curveLimits(try OpenProtocolCurveLimits(message))
        case 9_997: self = .linkAccepted(mid: try digits.required(21, 4, "the received MID"))
        case 9_998:
            self = .linkRefused(
                mid: try digits.required(21, 4, "the refused MID"),
                code: OpenProtocolLinkFault(try digits.required(25, 4, "the error code")))
        case 9_999: self = .keepAlive
        default: self = try Self.state(message) ?? .other(message)
        }
    }

    /// What tells of parameter sets, jobs, tools, alarms and inputs; nil for other MIDs, and for revisions
    /// that are not laid out.
    private static func state(_ message: OpenProtocolMessage) throws(OpenProtocolError) -> OpenProtocolReply?
    {
        switch message.mid {
        case 11: return .parameterSets(try OpenProtocolListing.parameterSets(message))
        case 31: return .jobs(try OpenProtocolListing.jobs(message))
        case 211: return .inputs(try OpenProtocolInputs.monitored(message))
        case 215: return .device(try OpenProtocolInputs.device(message))
        default: break
        }
        guard OpenProtocolFields.layout(message.mid, message.revision) != nil else { return nil }
        let fields = try OpenProtocolFields(message, among: [message.mid])
        return switch message.mid {
        case 13: .parameterSet(fields)
        case 15: .parameterSetSelected(fields)
        case 33: .job(fields, try OpenProtocolListing.steps(fields))
        case 35: .jobEvent(fields)
        case 41: .tool(fields)
        case 71, 76: .alarm(try OpenProtocolAlarm(message))
        case 74: .alarmAcknowledged(code: fields.text(.alarmCode) ?? "")
        case 81: .time(fields.time(.time))
        case 217:
            .relay(
                number: fields.number(.relay), isOn: [0: false, 1: true][fields.number(.isRelayOn) ?? -1])
        default: nil
        }
    }
}
