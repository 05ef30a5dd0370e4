import Codecs

/// What is asked of a torque controller, one request after the other: it answers by MID alone, so a second
/// one under way would make answers ambiguous.
struct TorqueRequests: Sendable {
    /// Why something is asked.
    enum Purpose: Sendable, Hashable {
        case session
        case results
        case alarms
        case curves
        case curveLimits
        /// Scans of the tool's own scanner.
        case scans
        /// The part of the start with this number once more, which a scan has displaced.
        case identifier(Int)
        case latestResult
        case oldResult(UInt64)
        /// Part of the start with this number; the last of it makes the tool run.
        case start(Int, isLast: Bool)
        case lock
        /// The tool may go on, since a screw was loosened that it worked on.
        case unlock
        case keepAlive
        /// Who the tool is.
        case tool
        /// What the controller's clock shows.
        case clock
        /// It is set right.
        case setClock
        /// The session is over.
        case farewell
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
        /// What is not needed was not answered: it is left, and what waits behind it goes on.
        case muted(Purpose)
    }

    private var waiting: [Entry] = []
    private(set) var underWay: Entry?
    /// When the answer is overdue; nil while nothing is under way.
    private(set) var deadline: Int64?
    let timeout: Int64
    let tries: Int
    /// How often a controller that answered otherwise was silent to something that is not needed.
    private var silences: [Purpose: Int] = [:]
    /// What was not answered; whatever is answered next shows that the controller is there.
    private var muted: Purpose?

    /// Silences after which something is asked no more: some controllers do not answer what they do not know.
    private static let mostSilences = 3

    init(timeout: Int64, tries: Int) { (self.timeout, self.tries) = (timeout, tries) }

    var isEmpty: Bool { waiting.isEmpty && underWay == nil }

    /// False where the controller was silent to it too often: it is asked no more.
    @discardableResult
    mutating func append(_ request: OpenProtocolRequest, for purpose: Purpose) -> Bool {
        guard silences[purpose, default: 0] < Self.mostSilences else { return false }
        waiting.append(Entry(request: request, purpose: purpose))
        return true
    }

    /// Goes before all that waits.
    mutating func insert(_ request: OpenProtocolRequest, for purpose: Purpose) {
        guard silences[purpose, default: 0] < Self.mostSilences else { return }
        waiting.insert(Entry(request: request, purpose: purpose), at: 0)
    }

    /// Ends all waiting: what was never answered, and behind it what was never said.
    mutating func takeAll() -> (unanswered: Entry?, unsaid: [Entry]) {
        defer { removeAll() }
        return (underWay, waiting)
    }

    mutating func removeAll() { (waiting, underWay, deadline, muted) = ([], nil, nil, nil) }

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
        if let muted { silences[muted, default: 0] += 1 }
        (muted, silences[entry.purpose]) = (nil, nil)
        (underWay, deadline) = (nil, nil)
        return entry
    }

    /// What to do about a request whose answer is overdue at `now`; nil where none is.
    mutating func overdue(at now: Int64) -> Overdue? {
        guard let deadline, now >= deadline, var entry = underWay else { return nil }
        guard !entry.purpose.isOptional else {
            (underWay, self.deadline, muted) = (nil, nil, entry.purpose)
            return .muted(entry.purpose)
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

extension TorqueRequests.Purpose {
    /// Whether everything works without an answer.
    fileprivate var isOptional: Bool {
        switch self {
        case .tool, .clock, .setClock, .scans, .curves, .curveLimits: true
        default: false
        }
    }
}
