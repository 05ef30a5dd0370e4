internal import Glibc
internal import Linux

/// SIGTERM and SIGINT as something that a task can wait for.
///
/// A signal goes to any thread that does not block it. So the first thread holds them before there is a
/// second, every later thread inherits that, and only the one that waits for them takes them.
package final class TerminationSignals: Sendable {
    private let arrivals: AsyncStream<Void>

    private static var awaited: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }

    /// Holds the signals back. To be called on the process's first thread before there is another.
    ///
    /// SIGPIPE is ignored from here on: a reader that has gone is an error of the write, not of the process.
    package static func hold() {
        signal(SIGPIPE, SIG_IGN)
        var awaited = Self.awaited
        pthread_sigmask(SIG_BLOCK, &awaited, nil)
    }

    /// Gives the signals their usual effect again: the process ends at once.
    package static func release() {
        var awaited = Self.awaited
        pthread_sigmask(SIG_UNBLOCK, &awaited, nil)
    }

    /// Waits for the signals that `hold` holds back. SIGHUP does nothing.
    package init() {
        signal(SIGHUP, SIG_IGN)
        let (stream, arrival) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        arrivals = stream
        do {
            try SystemThread.detach(name: "signals") {
                var awaited = Self.awaited
                var number: Int32 = 0
                while sigwait(&awaited, &number) == 0 { arrival.yield() }
            }
        } catch {
            // Without the thread nobody would take them, and the daemon could only be killed.
            Self.release()
        }
    }

    /// Returns when one of the signals has come, or the task is cancelled.
    package func wait() async {
        for await _ in arrivals { return }
    }
}
