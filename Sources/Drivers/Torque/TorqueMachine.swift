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
    }

    /// How far a session is. Each goes over into the next once nothing is asked any more.
    enum Phase: Sendable {
        case closed, opening, subscribing, catchingUp, settling, ready
    }

    /// A result that waits until those before it have come.
    struct Held: Sendable {
        let tightening: OpenProtocolTightening
        let id: UInt64
        let stamp: Stamp
        /// Why it is credited to nothing, for another reason than what it is.
        var doubt: String?
    }

    /// Messages that cannot be read before the connection is given up: it is dialled ever more slowly then.
    private static let mostFaults = 20
    /// Pause before what was refused for now is asked for again.
    static let refusedPause: Int64 = 2_000_000_000

    let setup: TorqueDeviceSetup
    var shown = Shown()
    var requests: TorqueRequests
    var book: TighteningBook
    /// What the tool works for now; nil while it is locked.
    var work: Start?
    var held: [Held] = []
    /// Numbers of results that the controller told on this connection and waits to have acknowledged.
    var unacknowledged: Set<String> = []
    /// Results that could not be read, so far.
    var unreadable = 0
    /// Messages of this connection that could not be read.
    private var faults = 0
    private(set) var phase = Phase.closed
    /// Highest revision of MID 0065 that the controller has.
    var oldRevision = 1
    /// When a lock or a start that was refused for now is asked for again.
    var askAgainAt: Int64?
    /// Why starts are refused for now, and until when.
    var refusal: (text: String, end: Int64)?
    /// What carries messages.
    var link: TorqueLink
    private var starts = 0
    private var sessionRevision: Int
    var resultRevision: Int
    private var greeting = ""
    /// When something was sent last; nil while there is no connection.
    var lastSent: Int64?

    /// A controller over TCP, unless `link` is another.
    init(_ setup: TorqueDeviceSetup, link: TorqueLink? = nil) {
        self.setup = setup
        self.link = link ?? TorqueLink(timeout: setup.profile.timeoutNanoseconds)
        let profile = setup.profile
        requests = TorqueRequests(
            timeout: profile.timeoutNanoseconds, tries: profile.tries)
        book = TighteningBook(taken: setup.taken)
        (sessionRevision, resultRevision) = (profile.sessionRevision, profile.resultRevision)
    }

    private var keepAliveAt: Int64? {
        guard requests.isEmpty else { return nil }
        return lastSent.map { $0 + Int64(setup.profile.keepAliveMilliseconds) * 1_000_000 }
    }

    /// Whether something can be said to the controller.
    var isConnected: Bool { lastSent != nil }

    var wakeAt: Int64? {
        guard isConnected else { return nil }
        return [requests.deadline, keepAliveAt, askAgainAt, link.deadline].compactMap(\.self).min()
    }

    mutating func take(_ input: ByteLineInput<DeviceOrder>, at stamp: Stamp) -> ByteLineOutput<Event> {
        var output = ByteLineOutput<Event>()
        switch input {
        case .opened: opened(stamp)
        case .failed(let error): gone(error.description, stamp, &output)
        case .lost(let reason): gone("the connection is gone: \(reason)", stamp, &output)
        case .bytes(let bytes): hear(link.take(bytes, at: stamp.monotonicNanoseconds), stamp, &output)
        case .wake: hear(link.elapse(at: stamp.monotonicNanoseconds), stamp, &output)
        case .order(let order): perform(order, stamp, &output)
        }
        if output.hangUp == nil, lastSent != nil { goOn(stamp, &output) }
        output.send += link.takeOutgoing()
        return output
    }

    // MARK: The session

    private mutating func opened(_ stamp: Stamp) {
        link.reset()
        requests.removeAll()
        (unacknowledged, faults, phase, askAgainAt) = ([], 0, .opening, nil)
        lastSent = stamp.monotonicNanoseconds
        (sessionRevision, resultRevision) = (setup.profile.sessionRevision, setup.profile.resultRevision)
        oldRevision = resultRevision == 999 ? 1 : min(resultRevision, 7)
        requests.append(.start(revision: sessionRevision), for: .session)
    }

    private mutating func gone(
        _ reason: String, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        (lastSent, phase) = (nil, .closed)
        if case .oldResult = requests.underWay?.purpose, let id = book.failed() {
            neverCame(id, "it was asked for on three connections", &output)
        }
        requests.removeAll()
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
        case nil: break
        }
        if let askAgainAt, now >= askAgainAt {
            self.askAgainAt = nil
            settle()
        }
        if requests.isEmpty { advance(stamp, &output) }
        if let keepAliveAt, now >= keepAliveAt { requests.append(.keepAlive, for: .keepAlive) }
        if let request = requests.next(at: now) { send(request, now, &output) }
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
        guard requests.isEmpty, phase == .settling else { return }
        phase = .ready
        shown.status.state = .online
        shown.status.detail = "answering: \(greeting)"
        output.events.append(.tell(.reach(isOnline: true, detail: shown.status.detail)))
    }

    /// The stream is of no use any more.
    func hangUp(_ reason: String, _ output: inout ByteLineOutput<Event>) {
        if output.hangUp == nil { output.hangUp = reason }
    }

    // MARK: What comes

    mutating func take(
        _ message: OpenProtocolMessage, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        shown.status.reads += 1
        do throws(OpenProtocolError) {
            try take(OpenProtocolReply(message), of: message, stamp, &output)
        } catch {
            shown.status.errors += 1
            faults += 1
            output.events.append(.tell(.irregular("\(setup.id): \(error)")))
            unreadable(message, "\(error)", stamp, &output)
            if faults >= Self.mostFaults { hangUp("too much that it says cannot be read", &output) }
        }
    }

    /// A message that cannot be read ends what it answers, so that it is not asked for again for ever.
    private mutating func unreadable(
        _ message: OpenProtocolMessage, _ reason: String, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if message.mid == 61 { return keepUnreadable(message, reason, stamp, &output) }
        if let request = OpenProtocolRequest.acknowledgement(ofEvent: message.mid) {
            return send(request, stamp.monotonicNanoseconds, &output)
        }
        guard let entry = requests.answered(by: message.mid) else { return }
        switch entry.purpose {
        case .session where sessionRevision > 1:
            sessionRevision -= 1
            requests.insert(.start(revision: sessionRevision), for: .session)
        case .session: hangUp(reason, &output)
        case .oldResult(let id):
            book.found(id)
            keepUnreadable(message, reason, stamp, &output)
        default: break
        }
    }

    private mutating func take(
        _ reply: OpenProtocolReply, of message: OpenProtocolMessage, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) throws(OpenProtocolError) {
        shown.status.lastGood = stamp
        switch reply {
        case .tightening(let tightening) where !tightening.isOld: told(tightening, stamp, &output)
        case .alarm(let alarm): raised(alarm, stamp, &output)
        case .alarmAcknowledged:
            if let request = OpenProtocolRequest.acknowledgement(ofEvent: message.mid) {
                send(request, stamp.monotonicNanoseconds, &output)
            }
        case .tightening(let tightening) where !isAskedFor(tightening):
            // One that was asked for before, once more: the one that is awaited may still come.
            shown.status.errors += 1
        default:
            guard let entry = requests.answered(by: message.mid, naming: reply.subject) else {
                // An answer that came too late, or one that nobody asked for.
                shown.status.errors += 1
                return
            }
            switch reply {
            case .refused(let refusal): refused(entry, refusal, stamp, &output)
            case .accepted: accepted(entry, stamp, &output)
            default: answered(entry, reply, stamp, &output)
            }
        }
    }

    private mutating func raised(
        _ alarm: OpenProtocolAlarm, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if let request = OpenProtocolRequest.acknowledgement(ofEvent: alarm.message.mid) {
            send(request, stamp.monotonicNanoseconds, &output)
        }
        guard alarm.isActive != false else { return }
        let words = [alarm.code.map { "alarm \($0)" } ?? "an alarm", alarm.text].compactMap(\.self)
        output.events.append(.tell(.irregular("\(setup.id): \(words.joined(separator: ": "))")))
    }

    private mutating func answered(
        _ entry: TorqueRequests.Entry, _ reply: OpenProtocolReply, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        switch (entry.purpose, reply) {
        case (.session, .controller(let controller)): begun(controller, &output)
        case (.latestResult, .tightening(let tightening)): latest(tightening, stamp, &output)
        case (.oldResult(let id), .tightening(let tightening)):
            old(tightening, as: id, stamp, &output)
        default: break
        }
    }

    private mutating func begun(
        _ controller: OpenProtocolController, _ output: inout ByteLineOutput<Event>
    ) {
        let name = controller.name.isEmpty ? "a controller" : controller.name
        let make = [controller.supplierCode, controller.software.map { "software \($0)" }]
        greeting = ([name] + make.compactMap(\.self)).joined(separator: ", ")
        // The controller's serial is not that of the tool, which is what is calibrated.
        let told: [DeviceIdentity.Part: String?] = [
            .firmware: controller.software, .vendor: controller.supplierCode,
        ]
        output.events.append(.tell(.identity(DeviceIdentity(told.compactMapValues(\.self)))))
        requests.append(.subscribeResults(revision: resultRevision), for: .results)
        if setup.profile.tellsAlarms { requests.append(.subscribe(.alarm), for: .alarms) }
        phase = .subscribing
    }

    mutating func accepted(
        _ entry: TorqueRequests.Entry, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        if case .start(let number, isLast: true) = entry.purpose, work?.number == number {
            endStart(nil, .written, stamp, &output)
        }
    }

    mutating func refused(
        _ entry: TorqueRequests.Entry, _ refusal: OpenProtocolRefusal, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if refusal.isAlreadySo { return accepted(entry, stamp, &output) }
        switch entry.purpose {
        case .session where refusal.isRevisionUnsupported && sessionRevision > 1:
            sessionRevision -= 1
            requests.insert(.start(revision: sessionRevision), for: .session)
        case .session where refusal.isHeldByOther && link.endsOldSession():
            requests.insert(.start(revision: sessionRevision), for: .session)
            requests.insert(.stop, for: .session)
        case .session: hangUp("\(refusal)", &output)
        case .results where refusal.isRevisionUnsupported && resultRevision > 1:
            resultRevision = resultRevision == 999 ? 1 : resultRevision - 1
            requests.insert(.subscribeResults(revision: resultRevision), for: .results)
        case .results: hangUp("tells no results: \(refusal)", &output)
        case .latestResult, .oldResult:
            if refusal.isRevisionUnsupported, oldRevision > 1 {
                oldRevision -= 1
                if entry.purpose == .latestResult { askForLatest() }
            } else if case .oldResult(let id) = entry.purpose {
                neverCame(id, "\(refusal)", &output)
            } else if refusal.code == OpenProtocolRefusal.noSuchResult {
                // Nothing was made yet: whatever comes from now on is new.
                book.beginEmpty()
            }
        case .start(let number, _): failed(number, refusal, stamp, &output)
        case .lock:
            output.events.append(.tell(.irregular("\(setup.id): \(refusal)")))
            if refusal.isPassing { askAgainAt = stamp.monotonicNanoseconds + Self.refusedPause }
        case .alarms: output.events.append(.tell(.irregular("\(setup.id): \(refusal)")))
        case .keepAlive: break
        }
    }

    mutating func nextStartNumber() -> Int {
        starts += 1
        return starts
    }

    // MARK: Reach

    private mutating func isOffline(_ reason: String, _ output: inout ByteLineOutput<Event>) {
        guard shown.status.state != .offline || shown.status.detail != reason else { return }
        (shown.status.state, shown.status.detail) = (.offline, reason)
        output.events.append(.tell(.identity(.unknown)))
        output.events.append(.tell(.reach(isOnline: false, detail: reason)))
    }
}

extension OpenProtocolReply {
    /// The MID that it says was asked for; nil where it does not say.
    fileprivate var subject: Int? {
        switch self {
        case .refused(let refusal): refusal.mid
        case .accepted(let mid): mid
        default: nil
        }
    }
}
