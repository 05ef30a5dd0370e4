/// How long to wait before trying again.
package struct RetryPolicy: Sendable, Equatable {
    /// Pause after the first failure, nanoseconds.
    package let first: Int64
    /// Longest pause, nanoseconds; jitter included.
    package let longest: Int64
    /// Attempts with an unknown outcome, after which a person must look.
    package let mostAmbiguous: Int

    package init(first: Int64, longest: Int64, mostAmbiguous: Int) {
        self.first = max(1, first)
        self.longest = max(self.first, longest)
        self.mostAmbiguous = max(1, mostAmbiguous)
    }

    /// 1 s doubling to 5 min: a restarted store is found again within seconds, one that is down for a
    /// weekend is not hammered.
    package static let standard = RetryPolicy(
        first: 1_000_000_000, longest: 300_000_000_000, mostAmbiguous: 10)

    /// Pause after `failures` failures in a row (1, 2, …): doubled each time, then drawn from its upper half,
    /// so that gateways that lost the same store do not come back at the same instant.
    package func pause(
        afterFailures failures: Int, using generator: inout some RandomNumberGenerator
    ) -> Int64 {
        // 2^40 times the shortest pause of 1 ns is above any longest pause that makes sense.
        let factor = Int64(1) << Int64(min(max(failures, 1) - 1, 40))
        let (doubled, overflows) = first.multipliedReportingOverflow(by: factor)
        let pause = overflows ? longest : min(doubled, longest)
        return Int64.random(in: (pause - pause / 2)...pause, using: &generator)
    }
}
