internal import Glibc
internal import Linux

/// SIGTERM and SIGINT as something that a task can wait for.
///
/// Made before anything else runs: threads inherit the blocked signals, so that only the one thread that
/// waits for them takes them. SIGPIPE and SIGHUP do nothing.
package final class TerminationSignals: Sendable {
    private let arrivals: AsyncStream<Void>

    package init() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        var awaited = sigset_t()
        sigemptyset(&awaited)
        sigaddset(&awaited, SIGTERM)
        sigaddset(&awaited, SIGINT)
        pthread_sigmask(SIG_BLOCK, &awaited, nil)
        let (stream, arrival) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        arrivals = stream
        do {
            try SystemThread.detach(name: "signals") {
                var awaited = sigset_t()
                sigemptyset(&awaited)
                sigaddset(&awaited, SIGTERM)
                sigaddset(&awaited, SIGINT)
                var number: Int32 = 0
                while sigwait(&awaited, &number) == 0 { arrival.yield() }
            }
        } catch {
            // Without the thread the signals keep their usual effect: the process ends at once.
            pthread_sigmask(SIG_UNBLOCK, &awaited, nil)
        }
    }

    /// Returns when one of the signals has come, or the task is cancelled.
    package func wait() async {
        for await _ in arrivals { return }
    }
}
