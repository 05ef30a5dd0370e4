import Codecs
import Profiles
import Transports

/// What lies between a torque controller's messages and the bytes of its line: framing, and acknowledgement
/// at link level with sequence numbers, where the profile allows it and the controller offers it (MID 0002
/// from revision 6). A value without a line or a clock.
///
/// At link level MID 9997 takes the place of MIDs 0062, 0102 and the like (specification R2.16, section 3.2):
/// it is what tells the controller that a result is safe. That of a result therefore waits until whoever
/// takes results acknowledges this one; all others leave at once.
struct TorqueLink: Sendable {
    typealias Heard = TorqueCarrier.Piece

    /// A message that the controller has not acknowledged.
    private struct UnderWay {
        let message: OpenProtocolMessage
        var sent: Int
        var deadline: Int64
    }

    /// A result that came, and that is not acknowledged.
    private struct Owed {
        let mid: Int
        /// What a controller without link level would be told.
        let acknowledgement: Int
        /// The sequence number that its MID 9997 will carry.
        let number: Int
    }

    /// How often a numbered message is sent (specification R2.16, section 3.2.2: three at most).
    private static let mostSendings = 3
    /// Messages that may wait for the one before to be acknowledged: one request, and a few besides.
    private static let mostWaiting = 64
    /// What must not be acknowledged before it is durable: results of one spindle, and of several.
    private static let results: Set<Int> = [61, 101]
    /// MIDs without sequence numbers: those that say them, and the keep-alive.
    private static let (accepted, refused, keepAlive) = (9_997, 9_998, 9_999)

    private static let stop = Array("0003".utf8)

    private var carrier: TorqueCarrier
    private let mayNumber: Bool
    private let timeout: Int64
    /// Nil while messages are not numbered.
    private var numbers: OpenProtocolLink?
    private var waiting: [OpenProtocolRequest] = []
    private var underWay: UnderWay?
    private var owed: Owed?
    /// Whether the end of an old session was said, and nothing was answered yet.
    private var isEnding = false
    /// Acknowledgements that are due as messages, since what they acknowledge came without a number.
    private var plain: Set<Int> = []

    /// `mayNumber` allows link level; `timeout` is how long an acknowledgement of it may take, nanoseconds.
    init(_ framing: TorqueCarrier.Framing = .stream, mayNumber: Bool = false, timeout: Int64) {
        carrier = TorqueCarrier(framing)
        (self.mayNumber, self.timeout) = (mayNumber, timeout)
    }

    /// As `profile` has it, on the line to `address`.
    init(_ profile: TorqueProfile, over address: LinkAddress) {
        var framing = TorqueCarrier.Framing.stream
        if case .serial = address { framing = profile.framing == .procedure3964R ? .procedure3964R : .text }
        self.init(framing, mayNumber: profile.acknowledgesLinks, timeout: profile.timeoutNanoseconds)
    }

    /// Whether messages are numbered: what was asked is then sent again here, and by nobody else.
    var isNumbered: Bool { numbers != nil }

    /// When `elapse(at:)` has something to do unless bytes come first.
    var deadline: Int64? { [carrier.deadline, underWay?.deadline].compactMap(\.self).min() }

    /// Forgets everything: for a new connection. A serial line does not tell its other end that it was
    /// closed, so that a session of before is ended there; whether there was one does not matter.
    mutating func open(at nanoseconds: Int64) -> [Heard] {
        self = TorqueLink(carrier.framing, mayNumber: mayNumber, timeout: timeout)
        guard carrier.framing != .stream else { return [] }
        isEnding = true
        do throws(OpenProtocolError) {
            return carrier.send(try OpenProtocolRequest.stop.message(), at: nanoseconds)
        } catch {
            return [.broken(error.description)]
        }
    }

    /// What is to be sent now; it is given once.
    mutating func takeOutgoing() -> [UInt8] { carrier.takeOutgoing() }

    // MARK: Saying

    /// Has `request` sent. Throws `OpenProtocolError` of kind `limit` for one that no message has room for.
    mutating func say(
        _ request: OpenProtocolRequest, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        guard numbers != nil, request.mid != Self.keepAlive else {
            return carrier.send(try request.message(), at: nanoseconds)
        }
        if request.isAcknowledgement {
            if let owed, owed.acknowledgement == request.mid { return try settle(owed, at: nanoseconds) }
            // Every other event was acknowledged as it came.
            guard plain.remove(request.mid) != nil else { return [] }
        }
        guard waiting.count < Self.mostWaiting else { return [.broken("takes nothing that is sent to it")] }
        waiting.append(request)
        var heard: [Heard] = []
        // A controller that waits for an acknowledgement answers no question. A result that has to wait for
        // an older one can be asked for itself: no later one is durable before it.
        if request.mid == 64, let owed { heard = try settle(owed, at: nanoseconds) }
        return heard + (try sendNext(at: nanoseconds))
    }

    /// Acknowledges the result that is owed.
    private mutating func settle(
        _ owed: Owed, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        self.owed = nil
        return try accept(owed.mid, owed.number, at: nanoseconds)
    }

    private mutating func accept(
        _ mid: Int, _ number: Int, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        carrier.send(try OpenProtocolRequest.linkAccepted(mid).message(sequence: number), at: nanoseconds)
    }

    private mutating func sendNext(at nanoseconds: Int64) throws(OpenProtocolError) -> [Heard] {
        guard underWay == nil, !waiting.isEmpty, let numbers else { return [] }
        let message = try waiting.removeFirst().message(sequence: numbers.sending)
        underWay = UnderWay(message: message, sent: 1, deadline: nanoseconds + timeout)
        return carrier.send(message, at: nanoseconds)
    }

    private mutating func sendAgain(at nanoseconds: Int64) -> [Heard] {
        guard var again = underWay else { return [] }
        guard again.sent < Self.mostSendings else {
            let mid = OpenProtocolText.padded(again.message.mid, 4)
            return [.broken("does not acknowledge MID \(mid), sent \(again.sent) times with its number")]
        }
        again.sent += 1
        again.deadline = nanoseconds + timeout
        underWay = again
        return carrier.send(again.message, at: nanoseconds)
    }

    // MARK: Hearing

    /// Takes bytes that came together; gives what is to be acted on, in order.
    mutating func take(_ bytes: [UInt8], at nanoseconds: Int64) -> [Heard] {
        carrier.take(bytes, at: nanoseconds).flatMap { judge($0, at: nanoseconds) }
    }

    /// Says that it is `nanoseconds`.
    mutating func elapse(at nanoseconds: Int64) -> [Heard] {
        let heard = carrier.elapse(at: nanoseconds).flatMap { judge($0, at: nanoseconds) }
        guard let deadline = underWay?.deadline, nanoseconds >= deadline else { return heard }
        return heard + sendAgain(at: nanoseconds)
    }

    private mutating func judge(_ piece: Heard, at nanoseconds: Int64) -> [Heard] {
        guard case .message(let message) = piece else { return [piece] }
        do throws(OpenProtocolError) {
            switch message.mid {
            case Self.accepted where isNumbered: return try acknowledged(message, at: nanoseconds)
            case Self.refused where isNumbered: return try declined(message, at: nanoseconds)
            case Self.keepAlive: return [piece]
            case 4, 5:
                // What came of the end of an old session, not of this one.
                guard isEnding, message.data.starts(with: Self.stop) else { break }
                isEnding = false
                return []
            case 2 where !isNumbered:
                isEnding = false
                begin(message)
            default: break
            }
            return try receive(message, at: nanoseconds)
        } catch {
            return [.broken(error.description)]
        }
    }

    /// Messages are numbered from here on, where the controller offers it.
    private mutating func begin(_ message: OpenProtocolMessage) {
        // One that cannot be read offers nothing; whoever takes it says why.
        guard mayNumber, let controller = try? OpenProtocolController(message), controller.hasSequenceNumbers
        else { return }
        numbers = OpenProtocolLink()
    }

    private mutating func receive(
        _ message: OpenProtocolMessage, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        guard var numbers else { return [.message(message)] }
        let acknowledgement = OpenProtocolRequest.acknowledgement(ofEvent: message.mid)
        guard let sequence = message.header.sequence else {
            if let acknowledgement { plain.insert(acknowledgement.mid) }
            return [.message(message)]
        }
        // Nothing may overtake a result that is not durable: it is sent again in its time.
        if let owed, OpenProtocolLink.next(sequence) != owed.number { return [] }
        let receipt = numbers.receive(sequence)
        self.numbers = numbers
        switch receipt {
        case .fresh(let number):
            if let acknowledgement, Self.results.contains(message.mid) {
                owed = Owed(mid: message.mid, acknowledgement: acknowledgement.mid, number: number)
                return [.message(message)]
            }
            return try accept(message.mid, number, at: nanoseconds) + [.message(message)]
        case .repeated(let number):
            return owed == nil ? try accept(message.mid, number, at: nanoseconds) : []
        case .wrong(let expected):
            let request = try OpenProtocolRequest.linkRefused(message.mid, .sequence)
            let heard = carrier.send(try request.message(sequence: expected), at: nanoseconds)
            return heard + [.broken("sent message number \(sequence), where \(expected) was next")]
        }
    }

    /// MID 9997: the controller has what was sent last.
    private mutating func acknowledged(
        _ message: OpenProtocolMessage, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        guard underWay != nil, let sequence = message.header.sequence else { return [] }
        switch numbers?.acknowledged(sequence) {
        case .received:
            underWay = nil
            return try sendNext(at: nanoseconds)
        case .wrong(let expected):
            return [.broken("acknowledged message number \(sequence), where \(expected) was due")]
        case .stale, nil: return []
        }
    }

    /// MID 9998: the controller does not take what was sent last.
    private mutating func declined(
        _ message: OpenProtocolMessage, at nanoseconds: Int64
    ) throws(OpenProtocolError) -> [Heard] {
        guard case .linkRefused(let mid, let fault) = try OpenProtocolReply(message), let underWay,
            mid == underWay.message.mid, let expected = message.header.sequence
        else { return [] }
        let standing = numbers?.acknowledged(expected)
        switch (fault, standing) {
        case (.sequence, .stale): return sendAgain(at: nanoseconds)
        case (.sequence, .received):
            // It has it already: its acknowledgement was lost.
            self.underWay = nil
            return try sendNext(at: nanoseconds)
        case (.revision, .stale), (.revision, .received):
            self.underWay = nil
            // As a controller without link level would say it: MID 0004 with code 97.
            let data = OpenProtocolText.padded(mid, 4) + "97"
            let refusal = try OpenProtocolMessage(OpenProtocolHeader(mid: 4), data: Array(data.utf8))
            return [.message(refusal)] + (try sendNext(at: nanoseconds))
        default:
            let number = OpenProtocolText.padded(mid, 4)
            let code = "code \(fault.code), number \(expected)"
            return [.broken("refused MID \(number) at link level with \(code)")]
        }
    }
}

extension OpenProtocolRequest {
    /// Whether it acknowledges an event, which MID 9997 does at link level.
    fileprivate var isAcknowledgement: Bool { answer == .none }
}
