import Codecs
import Inspection
import Metrology
import Profiles
import Transports

/// What is said to a controller at the end, and what of locking its tool is entered in the ledger.
extension TorqueMachine {
    static var stopping: String { "the gateway stops" }
    /// What is under way, the lock and the end of the session may take as long together. Whatever was not
    /// answered by then is said all the same, where nothing before it waits for its acknowledgement on the
    /// line; `ByteLine` waits a little longer.
    static var longestFarewell: Int64 { 1_000_000_000 }

    /// The gateway stops: who waits is answered, the tool is left locked, and the session is ended, so that
    /// the controller takes the next one at once.
    mutating func takeLeave(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        guard leavesBy == nil else { return hangUp(Self.stopping, &output) }
        if work?.answer != nil {
            endStart(StartFailure("\(setup.id): \(Self.stopping)"), .unanswered, stamp, &output)
        }
        work = nil
        (leavesBy, phase) = (stamp.monotonicNanoseconds + Self.longestFarewell, .leaving)
        askAgainAt = nil
        guard isConnected else { return hangUp(Self.stopping, &output) }
        // A session that is being opened comes first: the tool may be unlocked since the one before.
        requests.removeWaiting { $0 != .session }
        if setup.profile.locksTool { requests.append(.disableTool, for: .lock) }
        requests.append(.stop, for: .farewell)
    }

    /// The time for answers is over: what is left is said without waiting for any.
    mutating func leave(_ stamp: Stamp, _ output: inout ByteLineOutput<Event>) {
        let left = requests.takeAll()
        if let entry = left.unanswered { unanswered(entry, stamp, &output) }
        for entry in left.unsaid {
            send(entry.request, stamp.monotonicNanoseconds, &output)
            unanswered(entry, stamp, &output)
        }
        hangUp(Self.stopping, &output)
    }

    /// A lock, or its end, was refused: it is entered once, and asked for again where that may help.
    mutating func lockRefused(
        _ purpose: TorqueRequests.Purpose, _ refusal: OpenProtocolRefusal, _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        if isNews(refusal) {
            enterLock(purpose, .refused, "\(setup.id): \(refusal)", stamp, &output)
            noteRefusal(refusal, &output)
        }
        if refusal.isPassing { askAgainAt = stamp.monotonicNanoseconds + Self.refusedPause }
    }

    /// Enters that the tool was locked, or unlocked again, or why it may not be.
    func enterLock(
        _ purpose: TorqueRequests.Purpose, _ outcome: DeviceWriting.Outcome, _ detail: String?,
        _ stamp: Stamp,
        _ output: inout ByteLineOutput<Event>
    ) {
        let state = purpose == .lock ? "disabled" : "enabled"
        output.events.append(
            .journal(
                DeviceWriting(
                    device: setup.id, purpose: purpose == .lock ? .stop : .start, author: work?.author,
                    values: [.init(point: "tool", value: state, unit: nil, raw: Array(state.utf8), old: nil)],
                    outcome: outcome, detail: detail, stamp: stamp)))
    }

    /// Whether this was not refused in the same way a moment ago: what is said again every two seconds is
    /// entered once.
    mutating func isNews(_ refusal: OpenProtocolRefusal) -> Bool {
        defer { lastRefusal = refusal }
        return refusal != lastRefusal
    }

    /// Enters what was said and never answered, where it matters what became of it.
    func unanswered(
        _ entry: TorqueRequests.Entry, _ stamp: Stamp, _ output: inout ByteLineOutput<Event>
    ) {
        guard entry.purpose == .lock || entry.purpose == .unlock else { return }
        let text = "\(setup.id) did not say whether its tool is locked"
        enterLock(entry.purpose, .unanswered, text, stamp, &output)
    }
}

extension TorqueRequests.Purpose {
    /// Whether it makes the tool run, locks it, or prepares either.
    var isForTool: Bool {
        switch self {
        case .lock, .unlock, .start: true
        default: false
        }
    }

    /// Whether it makes the tool run, or locks it: a refusal of that is tried again.
    var isSaidAgain: Bool {
        switch self {
        case .lock, .start(_, isLast: true): true
        default: false
        }
    }
}
