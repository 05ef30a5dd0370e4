import Codecs

/// What is asked of a torque controller, one request after the other: it answers by MID alone, so a second
/// one under way would make answers ambiguous.
struct TorqueRequests: Sendable {
    /// Why something is asked.
    enum Purpose: Sendable, Equatable {
        case session
        case results
        case alarms
        case curves
        case curveLimits
        case latestResult
        case oldResult(UInt64)
        /// Part of the start with this number; the last of it makes the tool run.
        case start(Int, isLast: Bool)
        case lock
        case keepAlive
    }

    struct Entry: Sendable, Equatable {
        let request: OpenProtocolRequest
        let purpose: Purpose
        /// How often it has been sent.
        var sent = 0
    }

    /// What a deadline that has passed means.
    enum Overdue: Equatable {
        case again(OpenProtocolRequest)
        /// It was sent as often as it may be.
        case givenUp(mid: Int)
        /// Nothing depends on it.
        case doneWithout(Purpose)
    }

    private var waiting: [Entry] = []
    private(set) var underWay: Entry?
    /// When the answer is overdue; nil while nothing is under way.
    private(set) var deadline: Int64?
    let timeout: Int64
    let tries: Int

    init(timeout: Int64, tries: Int) { (self.timeout, self.tries) = (timeout, tries) }

    var isEmpty: Bool { waiting.isEmpty && underWay == nil }

    mutating func append(_ request: OpenProtocolRequest, for purpose: Purpose) {
        waiting.append(Entry(request: request, purpose: purpose))
    }

    /// Goes before all that waits.
    mutating func insert(_ request: OpenProtocolRequest, for purpose: Purpose) {
        waiting.insert(Entry(request: request, purpose: purpose), at: 0)
    }

    mutating func removeAll() { (waiting, underWay, deadline) = ([], nil, nil) }

    mutating func removeWaiting(_ isUnwanted: (Purpose) -> Bool) {
        waiting.removeAll { isUnwanted($0.purpose) }
    }

    /// The next request to send; nil while one is under way or none waits.
    mutating func next(at now: Int64) -> OpenProtocolRequest? {
        guard underWay == nil, !waiting.isEmpty else { return nil }
        var entry = waiting.removeFirst()
        entry.sent = 1
        // A keep-alive that is said again within seconds hangs some: it is waited for as long, and said once.
        let patience = entry.purpose == .keepAlive ? timeout * Int64(tries) : timeout
        (underWay, deadline) = (entry, now + patience)
        return entry.request
    }

    /// The request that a message with `mid` answers, `subject` being the MID that it names where it names
    /// one; nil where it answers nothing that was asked.
    mutating func answered(by mid: Int, naming subject: Int? = nil) -> Entry? {
        guard let entry = underWay else { return nil }
        let isAnswer =
            switch entry.request.answer {
            case _ where mid == 4: entry.request.isNamed(by: subject)
            case .accepted: mid == 5 && entry.request.isNamed(by: subject)
            case .reply(let expected): mid == expected
            case .none: false
            }
        guard isAnswer else { return nil }
        (underWay, deadline) = (nil, nil)
        return entry
    }

    /// What to do about a request whose answer is overdue at `now`; nil where none is.
    mutating func overdue(at now: Int64) -> Overdue? {
        guard let deadline, now >= deadline, var entry = underWay else { return nil }
        if entry.purpose == .curves || entry.purpose == .curveLimits {
            (underWay, self.deadline) = (nil, nil)
            return .doneWithout(entry.purpose)
        }
        guard entry.sent < tries, entry.purpose != .keepAlive else {
            return .givenUp(mid: entry.request.mid)
        }
        entry.sent += 1
        (underWay, self.deadline) = (entry, now + timeout)
        return .again(entry.request)
    }
}

extension OpenProtocolRequest {
    /// Whether an answer that names `subject` is one to this. A generic request (0006, 0008, 0009) is named
    /// itself by some controllers, and the MID that it is about by others.
    fileprivate func isNamed(by subject: Int?) -> Bool {
        guard [6, 8, 9].contains(mid), subject != mid else { return subject == mid }
        return subject != nil && OpenProtocolText.number(data[...].prefix(4)) == subject
    }
}
