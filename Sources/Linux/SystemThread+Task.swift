extension SystemThread {
    /// Runs `body` on a thread called `name` and returns when it has ended. Where the task is cancelled,
    /// `stop` is called, which has to make `body` end.
    ///
    /// Throws `SystemCallError` where the process may have no more threads; `body` has not run then.
    package static func run(
        name: String, stop: @escaping @Sendable () -> Void, _ body: @escaping @Sendable () -> Void
    ) async throws(SystemCallError) {
        let thread = Guarded<SystemThread?>(nil)
        let failure: SystemCallError? = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                do throws(SystemCallError) {
                    let started = try SystemThread(name: name) {
                        body()
                        continuation.resume(returning: nil)
                    }
                    thread.withLock { $0 = started }
                } catch { continuation.resume(returning: error) }
            }
        } onCancel: {
            stop()
        }
        // To resume is the thread's last act: joining it does not wait.
        thread.withLock { $0 }?.join()
        if let failure { throw failure }
    }
}
