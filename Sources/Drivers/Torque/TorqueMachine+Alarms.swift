import Codecs
import Inspection
import Transports

/// Alarms of a controller and its tool, as a state; and what else is told beside results.
extension TorqueMachine {
    /// MIDs 0071 and 0076.
    mutating func told(
        _ alarm: OpenProtocolAlarm, _ now: Int64, _ output: inout ByteLineOutput<Event>
    ) {
        acknowledge(event: alarm.message.mid, now, &output)
        let named = DeviceAlarm(code: alarm.code ?? "", text: alarm.text)
        let also: [String: JSONValue] = [
            "controller_time": .optional(alarm.time?.text),
            "controller_ready": alarm.isControllerReady.map { .bool($0) } ?? .null,
            "tool_ready": alarm.isToolReady.map { .bool($0) } ?? .null,
        ]
        if alarm.message.mid == 71 {
            show(alarms.raised(named), with: also, &output)
        } else {
            // One that does not say whether any is on has said nothing.
            guard let isActive = alarm.isActive else { return }
            show(alarms.status(isActive ? named : nil), with: also, &output)
        }
        tool.mayHaveChanged(now)
    }

    /// MID 0074.
    mutating func acknowledgedAlarm(
        _ code: String, _ mid: Int, _ now: Int64, _ output: inout ByteLineOutput<Event>
    ) {
        acknowledge(event: mid, now, &output)
        show(alarms.acknowledged(String(code.drop { $0 == " " })), &output)
        tool.mayHaveChanged(now)
    }

    /// `also` is what the message said besides.
    mutating func show(
        _ change: AlarmBook.Change, with also: [String: JSONValue] = [:],
        _ output: inout ByteLineOutput<Event>
    ) {
        for alarm in change.cleared {
            notice(.alarmCleared, "\(alarm) is over", also.merging(alarm.members) { $1 }, &output)
        }
        for alarm in change.raised {
            notice(.alarmRaised, "\(alarm)", also.merging(alarm.members) { $1 }, &output)
        }
        shown.status.alarms = alarms.active
    }

    /// Tells something that belongs into the ledger.
    func notice(
        _ event: AuditEvent, _ text: String, _ members: [String: JSONValue],
        _ output: inout ByteLineOutput<Event>
    ) {
        output.events.append(.tell(.noticed(DeviceNotice(event, text, members))))
    }

    /// A request of ours that was refused, and that nobody waits for.
    func noteRefusal(_ refusal: OpenProtocolRefusal, _ output: inout ByteLineOutput<Event>) {
        let members: [String: JSONValue] = [
            "mid": .string(OpenProtocolText.padded(refusal.mid, 4)), "code": .number(Int64(refusal.code)),
        ]
        notice(.deviceRefused, "\(refusal)", members, &output)
    }
}

extension DeviceAlarm {
    fileprivate var members: [String: JSONValue] { ["code": .string(code), "text": .optional(text)] }
}
