/// When a link may be opened again. Times are nanoseconds of the monotonic clock.
///
/// Never two dials of one endpoint within a second; after four failures the pause doubles up to 5 s: nobody
/// stands longer before a bench that is back, and a thousand lost lines are 200 dials a second. Jitter
/// spreads the dials of many lines that were lost together.
package struct DialPolicy: Sendable {
    /// The pause that every dial keeps from the one before: 1 s, the ceiling of one dial a second.
    package static let shortestPause: Int64 = 1_000_000_000
    package static let longestPause: Int64 = 5_000_000_000
    /// So many failures keep the shortest pause: a device that restarts is back within two seconds.
    private static let patientFailures = 4

    private var lastDial: Int64?
    private var failures = 0
    private var generator: SplitMix64

    package init(seed: UInt64) { generator = SplitMix64(seed: seed) }

    package mutating func dialed(at now: Int64) { lastDial = now }

    /// No dial before this time; nil where there was none yet.
    package var earliest: Int64? { lastDial.map { $0 + Self.shortestPause } }

    /// The device has answered: the next loss starts with short pauses again.
    package mutating func succeeded() { failures = 0 }

    /// When to dial after a failed dial or a lost link.
    package mutating func retryTime(after now: Int64) -> Int64 {
        failures = min(failures + 1, 64)
        let doublings = min(max(0, failures - Self.patientFailures), 5)
        let pause = min(Self.shortestPause << Int64(doublings), Self.longestPause)
        let jitter = Int64.random(in: 0...(pause / 4), using: &generator)
        guard let lastDial else { return now }
        // The first loss after an answer is dialed as soon as the ceiling lets it.
        let wait = failures == 1 ? Self.shortestPause : pause + jitter
        return max(now, lastDial + wait)
    }
}
