/// Subscriptions, and what acknowledges their events. A revision is that of the events; the controller
/// refuses one that it does not have.
extension OpenProtocolRequest {
    /// Events that have MIDs of their own to begin, acknowledge and end them.
    package enum Event: Sendable, CaseIterable {
        case parameterSetSelected, jobInfo, identifier, result, alarm, multiResult, powerMACS
        case multipleIdentifiers, monitoredInputs

        /// MIDs that subscribe, acknowledge and unsubscribe (specification R2.16, table 7).
        fileprivate var mids: (subscribe: Int, acknowledge: Int, unsubscribe: Int) {
            switch self {
            case .parameterSetSelected: (14, 16, 17)
            case .jobInfo: (34, 36, 37)
            case .identifier: (51, 53, 54)
            case .result: (60, 62, 63)
            case .alarm: (70, 72, 73)
            case .multiResult: (100, 102, 103)
            case .powerMACS: (105, 108, 109)
            case .multipleIdentifiers: (151, 153, 154)
            case .monitoredInputs: (210, 212, 213)
            }
        }
    }

    /// Have events sent. MIDs 0100 and 0105 can rewind from revision 2: they are asked for new results only
    /// where the revision can say so (3 and above), and from the oldest result in revision 2.
    package static func subscribe(_ event: Event, revision: Int = 1) -> OpenProtocolRequest {
        let canRewind = event == .multiResult || event == .powerMACS
        let rewind = canRewind && revision >= 2 ? [UInt8](repeating: 0x30, count: 10) : []
        return OpenProtocolRequest(
            event.mids.subscribe, revision: revision,
            data: rewind + (canRewind && revision >= 3 ? [0x31] : []))
    }

    /// MIDs 0100 and 0105 from revision 2: have results sent from the one after data number `number`, or from
    /// the oldest one where that is 0 or not there.
    package static func subscribe(
        _ event: Event, revision: Int, after number: Int
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        let mid = event.mids.subscribe
        guard revision >= 2, event == .multiResult || event == .powerMACS else {
            throw OpenProtocolError(.limit, mid: mid, revision: revision, "this subscription does not rewind")
        }
        let data = try digits(number, 10, 0...4_294_967_295, mid: mid, "the data number")
        return OpenProtocolRequest(mid, revision: revision, data: data + (revision >= 3 ? [0x30] : []))
    }

    /// No further events.
    package static func unsubscribe(_ event: Event) -> OpenProtocolRequest {
        OpenProtocolRequest(event.mids.unsubscribe)
    }

    /// An event was taken. MID 0108 asks for no bolts with it; `acknowledgeStation` can.
    package static func acknowledge(_ event: Event) -> OpenProtocolRequest {
        OpenProtocolRequest(
            event.mids.acknowledge, data: event == .powerMACS ? [0x30] : [], answer: .none)
    }

    /// What acknowledges an event by its MID where messages are not acknowledged at link level; nil where
    /// nothing does.
    package static func acknowledgement(ofEvent mid: Int) -> OpenProtocolRequest? {
        switch mid {
        case 15: acknowledge(.parameterSetSelected)
        case 35: acknowledge(.jobInfo)
        case 52: acknowledge(.identifier)
        case 61: acknowledge(.result)
        case 71: acknowledge(.alarm)
        case 74: OpenProtocolRequest(75, answer: .none)
        case 76: OpenProtocolRequest(77, answer: .none)
        case 101: acknowledge(.multiResult)
        case 106, 107: acknowledge(.powerMACS)
        case 152: acknowledge(.multipleIdentifiers)
        case 211: acknowledge(.monitoredInputs)
        case 217: OpenProtocolRequest(218, answer: .none)
        // MID 0005 with the event's MID is all that these have.
        case 900: OpenProtocolRequest(5, data: Array("0900".utf8), answer: .none)
        case 901: OpenProtocolRequest(5, data: Array("0901".utf8), answer: .none)
        default: nil
        }
    }

    /// MID 0108: a station's or a bolt's message was taken; `wantsBolt` asks for the next bolt's.
    package static func acknowledgeStation(wantsBolt: Bool) -> OpenProtocolRequest {
        OpenProtocolRequest(108, data: [wantsBolt ? 0x31 : 0x30], answer: wantsBolt ? .reply(107) : .none)
    }

    /// MID 0078: the alarm is acknowledged from here.
    package static let acknowledgeAlarmRemotely = OpenProtocolRequest(78)

    /// MID 0080: the controller's clock, as MID 0081.
    package static let readTime = OpenProtocolRequest(80, answer: .reply(81))

    /// MID 0082: sets the controller's clock, in its own zone, which it does not tell.
    package static func setTime(_ time: OpenProtocolTime) throws(OpenProtocolError) -> OpenProtocolRequest {
        guard time.isOnCalendar else {
            throw OpenProtocolError(.limit, mid: 82, "\(time.text) is on no calendar")
        }
        return OpenProtocolRequest(82, data: Array(time.text.utf8))
    }

    /// MID 0214: relays and inputs of an I/O device, as MID 0215; 0 is the controller's own.
    package static func device(
        _ number: Int, revision: Int = 1
    ) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(
            214, revision: revision, data: try digits(number, 2, 0...15, mid: 214, "the I/O device"),
            answer: .reply(215))
    }

    /// MID 0216: have one relay's state sent as MID 0217.
    package static func subscribeRelay(_ number: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(216, data: try digits(number, 3, 0...999, mid: 216, "the relay"))
    }

    /// MID 0219: no further states of one relay.
    package static func unsubscribeRelay(_ number: Int) throws(OpenProtocolError) -> OpenProtocolRequest {
        OpenProtocolRequest(219, data: try digits(number, 3, 0...999, mid: 219, "the relay"))
    }
}
