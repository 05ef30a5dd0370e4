internal import Glibc

/// Where a thread sleeps until another says that something changed: a lock with a condition variable.
///
/// Deadlines are on CLOCK_MONOTONIC, which no one can set.
package final class Condition: Sendable {
    package let lock = Lock()
    // Safety: set once in `init`; used only through the pthread functions, which several threads may call.
    nonisolated(unsafe) private let condition: UnsafeMutablePointer<pthread_cond_t>

    package init() {
        condition = .allocate(capacity: 1)
        condition.initialize(to: pthread_cond_t())
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        let status = pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        // POSIX: with these attributes this fails only for want of memory, as any allocation may.
        precondition(status == 0, "pthread_cond_init failed with \(status)")
    }

    deinit {
        pthread_cond_destroy(condition)
        condition.deinitialize(count: 1)
        condition.deallocate()
    }

    /// Lets go of the lock, sleeps until `signal` or the deadline, and holds the lock again.
    ///
    /// The caller holds `lock` and looks again at what it waits for: a wake-up promises nothing. The deadline
    /// is in nanoseconds of CLOCK_MONOTONIC; nil waits for a signal alone.
    package func wait(untilMonotonicNanoseconds deadline: Int64?) {
        guard let deadline else {
            pthread_cond_wait(condition, lock.mutex)
            return
        }
        var time = timespec(tv_sec: Int(deadline / 1_000_000_000), tv_nsec: Int(deadline % 1_000_000_000))
        pthread_cond_timedwait(condition, lock.mutex, &time)
    }

    /// Wakes one waiting thread.
    package func signal() { pthread_cond_signal(condition) }

    /// Nanoseconds of CLOCK_MONOTONIC now, the scale of `wait`'s deadlines.
    package static func monotonicNanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
