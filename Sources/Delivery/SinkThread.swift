internal import Glibc
internal import Linux

/// A thread that a sink's actor runs on, so that its waiting for a disk or a network holds up nobody else.
final class SinkThread: SerialExecutor {
    private struct State {
        var jobs: [UnownedJob] = []
        var isStopping = false
    }

    private let condition = Condition()
    // Safety: touched only under `condition.lock`.
    nonisolated(unsafe) private var state = State()

    /// Nil where the system gives no more threads.
    init?() {
        let context = Unmanaged.passRetained(self)
        var thread = pthread_t()
        let status = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<SinkThread>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, context.toOpaque())
        guard status == 0 else {
            context.release()
            return nil
        }
        pthread_detach(thread)
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock.withLock { state.jobs.append(job) }
        condition.signal()
    }

    /// Ends the thread once it has run what it was given.
    func stop() {
        condition.lock.withLock { state.isStopping = true }
        condition.signal()
    }

    private func run() {
        // Signals are the main thread's.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        while let jobs = next() {
            for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
        }
    }

    private func next() -> [UnownedJob]? {
        condition.lock.withLock {
            while state.jobs.isEmpty {
                if state.isStopping { return nil }
                condition.wait(untilMonotonicNanoseconds: nil)
            }
            defer { state.jobs = [] }
            return state.jobs
        }
    }
}
