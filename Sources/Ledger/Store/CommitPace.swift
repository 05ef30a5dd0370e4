/// When the next commit may begin: at once while commits are rare, at an even pace where many follow.
///
/// Every commit costs one wait for the disk, whatever it holds, so that what many stations write within some
/// milliseconds shares one. A wait that brought no second transaction shows a single writer that itself waits
/// for each commit: it is not held up again before the next `burst` commits.
struct CommitPace: Equatable {
    /// Nanoseconds between commits that go on and on; 0 commits whatever waits at once.
    private let interval: Int64
    /// The moment (monotonic, ns) to which the commits so far have used up the pace: GCRA's theoretical
    /// arrival time (ITU-T I.371).
    private var usedUpTo: Int64 = .min / 2

    /// Commits that may follow each other at once: more than a scan, a badge and a step bring together.
    private static let burst: Int64 = 16

    init(intervalNanoseconds: Int64) { interval = max(0, intervalNanoseconds) }

    /// The earliest moment of the next commit, where that is not `now` already.
    func pause(at now: Int64) -> Int64? {
        let earliest = usedUpTo - (Self.burst - 1) * interval
        return earliest > now ? earliest : nil
    }

    /// Notes that a commit of so many transactions begins; `hasPaused` where it was held up for more.
    mutating func begin(at now: Int64, transactions: Int, hasPaused: Bool) {
        // A full commit does not wait, so that what is used up would grow for as long as many are full.
        usedUpTo =
            hasPaused && transactions == 1
            ? now : min(max(now, usedUpTo) + interval, now + Self.burst * interval)
    }
}
