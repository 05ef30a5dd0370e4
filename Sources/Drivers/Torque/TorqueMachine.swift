import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// Decides what is said to one torque controller, and what its results are. A value without clock or I/O;
/// `TorqueDevice` is its shell.
///
/// ```
///   opened ─▶ 0001 ─▶ 0060 results ─▶ 0064 the latest ─▶ 0064 what is missing ─▶ 0042 lock ─▶ online
///   start     0050 identifier ─▶ 0038 job, 0018 parameter set ─▶ 0043 the tool may run
///   result    0061 ─▶ 0042 lock ─▶ told … durable ─▶ 0062
/// ```
/// Where the connection is lost between, the results that were made meanwhile are asked for first, and a
/// start that still waits for its result is said again.
struct TorqueMachine: ByteLineUser {
    /// What the shell does, in order.
    enum Event: Sendable {
        case tell(DeviceEvent)
        /// Call this: somebody waits for it.
        case answer(@Sendable () -> Void)
        /// Enter this in the ledger.
        case journal(DeviceWriting)
    }

    /// How the controller is doing, for people.
    struct Shown: Sendable {
        var status = DeviceStatus()
        var latest: [String: Sample] = [:]
    }

    /// What the tool works for.
    struct Start: Sendable {
        let number: Int
        let token: String?
        let setPoints: [SetPoint]
        let author: WriteAuthor?
        /// Called once with what came of it; nil from then on.
        var answer: (@Sendable (StartFailure?) -> Void)?
        /// Whether the controller has its job and parameter set still, from the screw before of one step: to
        /// select them again would begin the controller's batch anew.
        var isSet = false
    }

    /// How far a session is. Each goes over into the next once nothing is asked any more.
    enum Phase: Sendable {
        case closed, opening, subscribing, catchingUp, settling, ready
        /// The gateway stops: nothing more is begun.
        case leaving
    }

    /// A result that waits until those before it have come.
    struct Held: Sendable {
        let result: TorqueResult
        let id: UInt64
        let stamp: Stamp
        /// Why it is credited to nothing, for another reason than what it is.
        var doubt: String?
    }

    /// What tells a result from another, one with its number among them.
    struct Told: Sendable, Hashable {
        let sequence: String
        let identity: [UInt8]
    }

    /// Messages that cannot be read before the connection is given up: it is dialled ever more slowly then.
    static let mostFaults = 20
    /// Pause before what was refused for now is asked for again.
    static let refusedPause: Int64 = 2_000_000_000

    /// Ids of synchronised tightenings go from 65,535 to 0 (specification R2.16, table 148).
    private static let syncIDs: UInt64 = 65_536

    let setup: TorqueDeviceSetup
    var shown = Shown()
    var requests: TorqueRequests
    var book: TighteningBook
    /// What the tool works for now; nil while it is locked.
    var work: Start?
    /// The step whose job and parameter set the controller has; nil where that is not known.
    var settled: WriteAuthor?
    var batch = BatchWatch()
    var held: [Held] = []
    /// Results that the controller told on this connection and waits to have acknowledged.
    var unacknowledged: Set<Told> = []
    /// Results that may be told, but for their curves.
    var undrawn: [Held] = []
    var curves: TorqueCurves
    var trace = OpenProtocolTrace()
    /// Curves in no result, so far; those that are not durable yet, and those that the controller waits to
    /// have acknowledged, by their numbers.
    var (lateCount, late, lateUnacknowledged) = (0, Set<Int>(), Set<Int>())
    /// Results that could not be read, so far.
    var unreadable = 0
    /// Messages of this connection that could not be read.
    var faults = 0
    var phase = Phase.closed
    /// Highest revision of MID 0065 that the controller has.
    var oldRevision = 1
    /// When a lock or a start that was refused for now is asked for again.
    var askAgainAt: Int64?
    /// What was refused last of locks and starts that are said again until they are taken.
    var lastRefusal: OpenProtocolRefusal?
    /// When the last words have to be said, since the gateway stops.
    var leavesBy: Int64?
    /// Why starts are refused for now, and until when.
    var refusal: (text: String, end: Int64)?
    var alarms = AlarmBook()
    var tool = ToolWatch()
    var clock = ControllerClock()
    var scanner: ToolScanner
    /// What carries messages.
    var link: TorqueLink
    private var starts = 0
    var sessionRevision: Int
    var resultRevision: Int
    var greeting = ""
    /// When something was sent last; nil while there is no connection.
    var lastSent: Int64?

    /// A controller over TCP, unless `link` is another.
    init(_ setup: TorqueDeviceSetup, link: TorqueLink? = nil) {
        self.setup = setup
        self.link = link ?? TorqueLink(timeout: setup.profile.timeoutNanoseconds)
        let profile = setup.profile
        requests = TorqueRequests(
            timeout: profile.timeoutNanoseconds, tries: profile.tries)
        curves = TorqueCurves(profile.curves, timeout: profile.timeoutNanoseconds)
        book = TighteningBook(
            taken: setup.taken, circle: profile.spindles == nil ? nil : Self.syncIDs,
            keeps: profile.oldResultOffset != nil)
        scanner = ToolScanner(profile.scans)
        (sessionRevision, resultRevision) = (profile.sessionRevision, profile.resultRevision)
        if let taken = setup.taken, let curves = taken.curves, curves < profile.curves?.kinds.count ?? 0,
            let last = TorqueResult(stored: taken.raw)
        {
            self.curves.want(taken.sequence, last.time)
        }
    }

    private var keepAliveAt: Int64? {
        guard requests.isEmpty else { return nil }
        return lastSent.map { $0 + Int64(setup.profile.keepAliveMilliseconds) * 1_000_000 }
    }

    /// Whether something can be said to the controller.
    var isConnected: Bool { lastSent != nil }

    var wakeAt: Int64? {
        guard isConnected else { return curvesWakeAt }
        let times = [
            requests.deadline, keepAliveAt, askAgainAt, leavesBy, nextQuestion, curvesWakeAt, link.deadline,
        ]
        return times.compactMap(\.self).min()
    }

    mutating func take(_ input: ByteLineInput<DeviceOrder>, at stamp: Stamp) -> ByteLineOutput<Event> {
        var output = ByteLineOutput<Event>()
        switch input {
        case .opened: opened(stamp, &output)
        case .failed(let error): gone(error.description, stamp, &output)
        case .lost(let reason): gone("the connection is gone: \(reason)", stamp, &output)
        case .bytes(let bytes): hear(link.take(bytes, at: stamp.monotonicNanoseconds), stamp, &output)
        case .wake: hear(link.elapse(at: stamp.monotonicNanoseconds), stamp, &output)
        case .turnedAway(let text): output.events.append(.tell(.irregular("\(setup.id): \(text)")))
        case .order(let order): perform(order, stamp, &output)
        case .closing: takeLeave(stamp, &output)
        }
        reportDrawn(stamp, &output)
        if output.hangUp == nil, lastSent != nil { goOn(stamp, &output) }
        output.send += link.takeOutgoing()
        return output
    }

    // MARK: The session

    private mutating func opened(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        hear(link.open(at: stamp.monotonicNanoseconds), stamp, &output)
        curves.begin()
        requests.removeAll()
        (unacknowledged, faults, phase, askAgainAt) = ([], 0, .opening, nil)
        settled = nil
        work?.isSet = false
        lastSent = stamp.monotonicNanoseconds
        (sessionRevision, resultRevision) = (setup.profile.sessionRevision, setup.profile.resultRevision)
        oldRevision = resultRevision == 999 ? 1 : min(resultRevision, 7)
        alarms.begin()
        scanner.begin()
        lastRefusal = nil
        requests.append(.start(revision: sessionRevision), for: .session)
    }

    private mutating func gone(
        _ reason: String, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        (lastSent, phase) = (nil, .closed)
        if case .oldResult = requests.underWay?.purpose, let id = book.failed() {
            neverCame(id, "it was asked for on three connections", &output)
        }
        if let underWay = requests.underWay { unanswered(underWay, stamp, &output) }
        requests.removeAll()
        loseCurves(stamp, &output)
        let failure = StartFailure("\(setup.id) is out of reach: \(reason)")
        if work?.answer != nil { endStart(failure, .unanswered, stamp, &output) }
        isOffline(reason, &output)
    }

    /// Sends what is due.
    private mutating func goOn(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        let now = stamp.monotonicNanoseconds
        switch requests.overdue(at: now) {
        case .again(let request):
            shown.status.errors += 1
            if !link.isNumbered { send(request, now, &output) }
        case .givenUp(let mid):
            shown.status.errors += 1
            hangUp("does not answer MID \(OpenProtocolText.padded(mid, 4))", &output)
            return
        case .muted(let purpose):
            shown.status.errors += 1
            isMute(purpose, &output)
        case nil: break
        }
        if let leavesBy, now >= leavesBy { return leave(stamp, &output) }
        if let askAgainAt, now >= askAgainAt {
            self.askAgainAt = nil
            settle()
        }
        if requests.isEmpty { advance(stamp, &output) }
        askWhatIsDue(now)
        if let keepAliveAt, now >= keepAliveAt { requests.append(.keepAlive, for: .keepAlive) }
        if let request = requests.next(at: now) { send(request, now, &output) }
        askForCurve(now, &output)
    }

    /// Nothing is asked any more: goes on to what comes next.
    private mutating func advance(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        if phase == .subscribing {
            phase = .catchingUp
            askForLatest()
        }
        guard requests.isEmpty else { return }
        if phase == .catchingUp || phase == .ready {
            askForMissing(&output)
            guard requests.isEmpty, book.missing.isEmpty else { return }
            reportHeld(&output)
        }
        if phase == .catchingUp {
            phase = .settling
            settle()
        }
        // What was found on connecting is told before the station goes on.
        guard requests.isEmpty, undrawn.isEmpty, phase == .settling else { return }
        phase = .ready
        shown.status.state = .online
        show(alarms.settle(), &output)
        clock.begin(stamp.monotonicNanoseconds)
        shown.status.detail = "answering: \(greeting)"
        output.events.append(.tell(.reach(isOnline: true, detail: shown.status.detail)))
    }

    /// The stream is of no use any more.
    func hangUp(_ reason: String, _ output: inout ByteLineOutput<Event>) {
        if output.hangUp == nil { output.hangUp = reason }
    }

    mutating func nextStartNumber() -> Int {
        starts += 1
        return starts
    }

    // MARK: Reach

    private mutating func isOffline(_ reason: String, _ output: inout ByteLineOutput<Event>) {
        guard shown.status.state != .offline || shown.status.detail != reason else { return }
        (shown.status.state, shown.status.detail, shown.status.alarms) = (.offline, reason, [])
        output.events.append(.tell(.identity(.unknown)))
        output.events.append(.tell(.reach(isOnline: false, detail: reason)))
    }
}
