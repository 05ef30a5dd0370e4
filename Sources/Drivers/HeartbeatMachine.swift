/// Watches a register that counts while a device's own program runs.
///
/// A server that answers for a controller whose program has stopped gives the same values for ever; and a
/// controller that was switched off and on between two polls begins to count anew.
package struct HeartbeatMachine: Sendable {
    /// What a look means.
    package enum Finding: Sendable, Equatable {
        case beating
        /// It has not moved for so long; said once until it moves again.
        case still(seconds: Int64)
        /// It moves again after it was said to stand still.
        case movesAgain
        /// It counts from the beginning.
        case restarted
    }

    /// Counts missed before it is said to stand still: a busy controller may be late.
    private static let countsUntilStill: Int64 = 5
    /// Counts by which a clock and a poll may disagree.
    private static let slack: UInt64 = 5

    private let everyNanoseconds: Int64
    /// The number after which it begins again; nil where that is not known, and then going back means
    /// nothing.
    private let highest: UInt64?
    private var count: UInt64?
    private var movedAtNanoseconds: Int64 = 0
    /// Whether it stood still at the last look.
    package private(set) var isStill = false

    package init(everyMilliseconds: Int, highest: UInt64?) {
        everyNanoseconds = Int64(max(1, everyMilliseconds)) * 1_000_000
        self.highest = highest
    }

    /// Judges a look at the register at this monotonic instant.
    package mutating func judge(_ now: UInt64, atNanoseconds instant: Int64) -> Finding {
        guard let last = count else {
            (count, movedAtNanoseconds) = (now, instant)
            return .beating
        }
        let elapsed = max(0, instant - movedAtNanoseconds)
        guard now != last else {
            guard !isStill, elapsed > Self.countsUntilStill * everyNanoseconds else { return .beating }
            isStill = true
            return .still(seconds: elapsed / 1_000_000_000)
        }
        let wasStill = isStill
        (count, movedAtNanoseconds, isStill) = (now, instant, false)
        if now < last, let highest, !mayHaveWrapped(from: last, after: elapsed, highest) { return .restarted }
        return wasStill ? .movesAgain : .beating
    }

    private func mayHaveWrapped(from last: UInt64, after elapsed: Int64, _ highest: UInt64) -> Bool {
        let expected = UInt64(elapsed / everyNanoseconds)
        let allowance = expected + expected / 8 + Self.slack
        return last >= highest || highest - last <= allowance
    }
}
