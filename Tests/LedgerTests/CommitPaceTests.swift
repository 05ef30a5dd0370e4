import Testing

@testable import Ledger

/// When commits may begin: in milliseconds, at an interval of 20.
@Suite struct CommitPaceTests {
    private static let millisecond: Int64 = 1_000_000
    private var pace = CommitPace(intervalNanoseconds: 20 * millisecond)

    /// Commits one transaction at a time as early as allowed, `count` times; the moments in ms.
    private mutating func run(_ count: Int, transactions: Int, from start: Int64) -> [Int64] {
        var (now, moments) = (start * Self.millisecond, [Int64]())
        for _ in 0..<count {
            let pause = pace.pause(at: now)
            now = pause ?? now
            pace.begin(at: now, transactions: transactions, hasPaused: pause != nil)
            moments.append(now / Self.millisecond)
        }
        return moments
    }

    @Test mutating func whatComesSeldomWaitsForNothing() {
        for start in stride(from: Int64(0), to: 10_000, by: 100) {
            #expect(run(4, transactions: 1, from: start).allSatisfy { $0 == start })
        }
    }

    @Test mutating func manyAreCommittedAtAnEvenPace() {
        let moments = run(66, transactions: 3, from: 1_000)
        #expect(moments.prefix(16).allSatisfy { $0 == 1_000 })
        #expect(Array(moments.suffix(50)) == (1...50).map { 1_000 + $0 * 20 })
    }

    /// A writer that waits for each of its commits brings nothing while it is held up.
    @Test mutating func aSingleWriterIsHeldUpOnceInABurst() {
        let moments = run(161, transactions: 1, from: 0)
        #expect(moments.last.map { $0 <= 10 * 20 } == true)
    }

    @Test mutating func restIsNotSavedUp() {
        _ = run(200, transactions: 3, from: 0)
        let moments = run(17, transactions: 3, from: 3_600_000)
        #expect(moments.prefix(16).allSatisfy { $0 == 3_600_000 })
        #expect(moments.last == 3_600_020)
    }

    /// A full batch is committed at once; however many there were, the next that is not full waits its turn.
    @Test mutating func fullBatchesLeaveNoDebt() {
        for _ in 0..<10_000 { pace.begin(at: 0, transactions: 10, hasPaused: false) }
        #expect(pace.pause(at: 0) == 20 * Self.millisecond)
    }

    @Test func noIntervalNoPause() {
        var pace = CommitPace(intervalNanoseconds: 0)
        for now in 0..<1_000 {
            #expect(pace.pause(at: Int64(now / 100)) == nil)
            pace.begin(at: Int64(now / 100), transactions: 9, hasPaused: false)
        }
    }
}
