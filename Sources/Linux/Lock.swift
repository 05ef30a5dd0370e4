internal import Glibc

/// A mutual exclusion lock: one `pthread_mutex` on the heap, where its address never changes.
///
/// `Synchronization.Mutex` is not used because the thread sanitizer does not see it and reports races that
/// are none.
package final class Lock: Sendable {
    // Safety: set once in `init`; what it points to is only ever used through the pthread functions, which
    // are made to be called from several threads at once.
    nonisolated(unsafe) let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init() {
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let status = pthread_mutex_init(mutex, nil)
        // POSIX: with default attributes this fails only for want of memory, as any allocation may.
        precondition(status == 0, "pthread_mutex_init failed with \(status)")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deinitialize(count: 1)
        mutex.deallocate()
    }

    /// What `body` returns, run while no other caller of this lock runs.
    ///
    /// Not recursive: `body` must not take the same lock again. Throws what `body` throws.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body()
    }
}

/// A value that is reached only while its own lock is held.
package final class Guarded<Value>: @unchecked Sendable {
    // Safety: `value` is touched only inside `withLock`, under `lock`.
    private let lock = Lock()
    private var value: Value

    package init(_ value: sending Value) { self.value = value }

    /// What `body` makes of the value. Not recursive; `body` should be short and must not block.
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout Value) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try lock.withLock { () throws(Failure) -> Result in try body(&value) }
    }
}
