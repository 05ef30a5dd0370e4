internal import Glibc
internal import Linux

/// The thread that alone writes a ledger.
final class WriterThread: Sendable {
    typealias Reply = CheckedContinuation<Result<[Entry], LedgerError>, Never>
    typealias Farewell = CheckedContinuation<Result<Void, LedgerError>, Never>

    /// Transactions that may wait; beyond that the shop is faster than the disk and must be told so.
    private static let mostWaiting = 10_000
    /// How far a signed checkpoint may lag behind the newest entry; half of the second that is promised.
    private static let checkpointLagNanoseconds: Int64 = 500_000_000

    private struct State {
        var waiting: [(transaction: PreparedTransaction, reply: Reply)] = []
        /// Whether the thread sleeps so that more comes together: a transaction then need not wake it.
        var isPausing = false
        var failure: LedgerError?
        var isStopping = false
        var hasEnded = false
        var farewells: [Farewell] = []
        var listeners: [Int: AsyncStream<Int64>.Continuation] = [:]
        var nextListener = 0
    }

    private let condition = Condition()
    // Safety: touched only under `condition.lock`.
    nonisolated(unsafe) private var state = State()
    // Safety: touched only by the thread itself once it runs.
    nonisolated(unsafe) private var store: LedgerStore?
    // Safety: as `store`.
    nonisolated(unsafe) private var pace: CommitPace
    /// Transactions that share one commit; bounds how long the first of them waits for the last.
    private let mostInCommit: Int

    init(_ store: sending LedgerStore, _ grouping: CommitGrouping) throws(LedgerError) {
        self.store = store
        pace = CommitPace(intervalNanoseconds: Int64(grouping.intervalMilliseconds) * 1_000_000)
        mostInCommit = max(1, grouping.batch)
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<WriterThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            throw LedgerError(
                .io, what: "no thread for the ledger (\(String(cString: strerror(status))))", place: "ledger",
                remedy: "raise the limit of threads of this user")
        }
        pthread_detach(thread)
    }

    func take(_ transaction: PreparedTransaction, for reply: Reply) {
        let (refusal, isAwaited): (LedgerError?, Bool) = condition.lock.withLock {
            if let failure = state.failure { return (Self.latched(failure), false) }
            if state.isStopping { return (Self.closed, false) }
            if state.waiting.count >= Self.mostWaiting { return (Self.overloaded, false) }
            state.waiting.append((transaction, reply))
            return (nil, !state.isPausing || state.waiting.count >= mostInCommit)
        }
        if let refusal { reply.resume(returning: .failure(refusal)) }
        if isAwaited { condition.signal() }
    }

    func requestStop() {
        condition.lock.withLock { state.isStopping = true }
        condition.signal()
    }

    func stop(_ farewell: Farewell) {
        let ended: Result<Void, LedgerError>? = condition.lock.withLock {
            if state.hasEnded { return state.failure.map { .failure($0) } ?? .success(()) }
            state.isStopping = true
            state.farewells.append(farewell)
            return nil
        }
        if let ended { farewell.resume(returning: ended) } else { condition.signal() }
    }

    var failure: LedgerError? { condition.lock.withLock { state.failure } }

    func outboxChanges() -> AsyncStream<Int64> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Int64.self, bufferingPolicy: .bufferingNewest(1))
        let number: Int? = condition.lock.withLock {
            // One that has failed commits nothing more: whoever comes now must look at the failure.
            guard !state.hasEnded, state.failure == nil else { return nil }
            state.nextListener += 1
            state.listeners[state.nextListener] = continuation
            return state.nextListener
        }
        guard let number else {
            continuation.finish()
            return stream
        }
        continuation.onTermination = { [weak self] _ in self?.forget(number) }
        return stream
    }

    private func forget(_ listener: Int) {
        // Released outside of the lock: the continuation's end may run code of its own.
        _ = condition.lock.withLock { state.listeners.removeValue(forKey: listener) }
    }
}

extension WriterThread {
    private enum Work {
        case commit([(transaction: PreparedTransaction, reply: Reply)])
        case checkpoint
        case stop
    }

    private func run() {
        // Signals are the main thread's; one taken here would interrupt a write.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        // What a run that was cut short left without a signature is signed at once.
        var checkpointDue = store.flatMap {
            $0.size > $0.checkpointed ? Condition.monotonicNanoseconds() : nil
        }
        while let store {
            switch nextWork(checkpointDue: checkpointDue) {
            case .commit(let group):
                commit(group, to: store)
                keepUp { () throws(LedgerError) in try store.shortenLog() }
            case .checkpoint:
                keepUp { () throws(LedgerError) in try store.signCheckpoint() }
                checkpointDue = nil
            case .stop:
                keepUp { () throws(LedgerError) in try store.finish() }
                self.store = nil
            }
            if checkpointDue == nil, store.size > store.checkpointed {
                checkpointDue = Condition.monotonicNanoseconds() + Self.checkpointLagNanoseconds
            }
        }
        end()
    }

    private func nextWork(checkpointDue: Int64?) -> Work {
        condition.lock.withLock {
            var hasPaused = false
            while true {
                let now = Condition.monotonicNanoseconds()
                let due = state.failure == nil ? checkpointDue : nil
                if let due, due <= now, !state.isStopping { return .checkpoint }
                if state.waiting.isEmpty {
                    if state.isStopping { return .stop }
                    condition.wait(untilMonotonicNanoseconds: due)
                } else if let end = pause(at: now) {
                    hasPaused = true
                    state.isPausing = true
                    condition.wait(untilMonotonicNanoseconds: min(end, due ?? end))
                    state.isPausing = false
                } else {
                    let group = Array(state.waiting.prefix(mostInCommit))
                    state.waiting.removeFirst(group.count)
                    pace.begin(at: now, transactions: group.count, hasPaused: hasPaused)
                    return .commit(group)
                }
            }
        }
    }

    /// When the waiting transactions may be committed, where that is later than `now`. Under the lock.
    private func pause(at now: Int64) -> Int64? {
        guard !state.isStopping, state.failure == nil, state.waiting.count < mostInCommit else { return nil }
        return pace.pause(at: now)
    }

    private func commit(
        _ group: [(transaction: PreparedTransaction, reply: Reply)], to store: LedgerStore
    ) {
        let results: [Result<[Entry], LedgerError>]
        do throws(LedgerError) {
            if let failure { throw Self.latched(failure) }
            results = try store.commit(group.map(\.transaction))
        } catch {
            if error.isFatal { latch(error) }
            for waiting in group { waiting.reply.resume(returning: .failure(error)) }
            return
        }
        for (waiting, result) in zip(group, results) { waiting.reply.resume(returning: result) }
        if group.contains(where: \.transaction.changesOutbox) { announce(store.size) }
    }

    private func announce(_ size: Int64) {
        let listeners = condition.lock.withLock { Array(state.listeners.values) }
        for listener in listeners { listener.yield(size) }
    }

    /// Runs upkeep that nobody waits for; where the disk fails it stops the ledger all the same. Anything
    /// less, such as another program's lock, passes: the upkeep stays due.
    private func keepUp(_ body: () throws(LedgerError) -> Void) {
        guard failure == nil else { return }
        do throws(LedgerError) { try body() } catch { if error.isFatal { latch(error) } }
    }

    private func latch(_ error: LedgerError) {
        let (refused, listeners) = condition.lock.withLock {
            guard state.failure == nil else { return (state.waiting, state.listeners) }
            state.failure = error
            defer { state.waiting = [] }
            return (state.waiting, state.listeners)
        }
        for waiting in refused { waiting.reply.resume(returning: .failure(Self.latched(error))) }
        // Whoever sleeps until the next commit looks at the failure now.
        for listener in listeners.values { listener.finish() }
    }

    private func end() {
        let (farewells, listeners, failure) = condition.lock.withLock {
            state.hasEnded = true
            defer { (state.farewells, state.listeners) = ([], [:]) }
            return (state.farewells, state.listeners, state.failure)
        }
        for listener in listeners.values { listener.finish() }
        for farewell in farewells { farewell.resume(returning: failure.map { .failure($0) } ?? .success(())) }
    }

    private static func latched(_ cause: LedgerError) -> LedgerError {
        LedgerError(.failed, what: "stopped: \(cause.what)", place: cause.place, remedy: cause.remedy)
    }

    private static let closed = LedgerError(
        .closed, what: "the ledger is closed", place: "ledger", remedy: "start the program again")

    private static let overloaded = LedgerError(
        .overloaded, what: "\(mostWaiting) transactions wait for the disk", place: "ledger",
        remedy: "look for what slows the disk down; nothing acknowledged is lost")
}
