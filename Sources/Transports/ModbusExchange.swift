package import Codecs
package import Metrology

/// Why a request has no answer.
package enum ModbusFailure: Error, Sendable, Equatable, CustomStringConvertible {
    /// No answer came in time.
    case timeout
    /// The unit did not answer several times and is asked rarely now; this request was not sent.
    case demoted
    /// The link is down; the text says why.
    case offline(String)
    /// Something came that is no answer to this request.
    case malformed(ModbusError)
    /// The request was never queued: wrong, or too many waited, or the link was stopped.
    case refused(String)

    package var description: String {
        switch self {
        case .timeout: "no answer in time"
        case .demoted: "the unit is silent and asked rarely"
        case .offline(let why): "the link is down: \(why)"
        case .malformed(let error): "no answer to this request: \(error)"
        case .refused(let why): "not sent: \(why)"
        }
    }
}

/// What came of one request.
package enum ModbusOutcome: Sendable, Equatable {
    /// The whole PDU of a reply that answers the request: function, counts and echo are checked.
    case reply(pdu: [UInt8])
    case exception(ModbusException)
    /// Written to every unit of the line, none of which answers.
    case sent
    case failed(ModbusFailure)
}

/// One request and what came of it.
package struct ModbusExchange: Sendable, Equatable {
    /// The poll it belongs to; nil for a single transaction.
    package let pollID: Int?
    package let unit: UInt8
    package let request: ModbusRequest
    package let outcome: ModbusOutcome
    /// When the request was let go, at most one wake-up before the kernel had it; nil where it never was.
    package let sent: Stamp?
    /// When the reply's last byte arrived, or when the request failed.
    package let stamp: Stamp

    package init(
        pollID: Int?, unit: UInt8, request: ModbusRequest, outcome: ModbusOutcome, sent: Stamp?, stamp: Stamp
    ) {
        (self.pollID, self.unit, self.request) = (pollID, unit, request)
        (self.outcome, self.sent, self.stamp) = (outcome, sent, stamp)
    }

    /// The reply's PDU; nil where there is none to use.
    package var replyPDU: [UInt8]? {
        guard case .reply(let pdu) = outcome else { return nil }
        return pdu
    }
}
