internal import CLinux
internal import Glibc

/// Wakes a thread that waits in poll or epoll; any thread may raise it, and raising it twice wakes once.
package final class WakeSignal: Sendable {
    /// Readable while the signal is raised.
    package let number: Int32

    /// Throws `SystemCallError` where the process has no descriptor left.
    package init() throws(SystemCallError) {
        number = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
        guard number >= 0 else { throw SystemCallError("eventfd") }
    }

    deinit { close(number) }

    /// Raises the signal; a signal that is raised already stays raised.
    package func raise() {
        var one: UInt64 = 1
        _ = write(number, &one, MemoryLayout<UInt64>.size)
    }

    /// Takes the signal back.
    package func lower() {
        var count: UInt64 = 0
        _ = read(number, &count, MemoryLayout<UInt64>.size)
    }
}
