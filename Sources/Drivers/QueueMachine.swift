/// Decides what to do about results that wait at a device in a queue, oldest first.
///
/// The device says how many wait and shows the oldest. That one is taken, and removed only when it is
/// durable; then the next one is the oldest. Entries have no number of their own, so they are known by their
/// bytes, and numbered here.
///
/// ```
///   counted > 0        entry read          durable            gone
///   ───────────▶ look ───────────▶ pending ─────────▶ leaving ─────▶ look …
/// ```
package struct QueueMachine: Sendable {
    /// What a count means.
    package enum CountFinding: Sendable, Equatable {
        /// Nothing to read.
        case nothing
        /// Read the oldest entry.
        case read
    }

    /// What an entry that was read means.
    package enum EntryFinding: Sendable, Equatable {
        case nothing
        /// A result to take, with the number that it gets.
        case new(UInt64)
        /// It is durable already, and its removal did not reach the device or was not heard of: remove it.
        case takenBefore(UInt64)
    }

    private let capacity: UInt64?
    private var taken: HandshakeMachine.Taken?
    /// The entry that was reported and is not durable yet.
    private var pending: [UInt8]?
    /// Whether the entry that is durable may still be the oldest at the device.
    private var mayBeThere = true
    /// How many waited when it was removed: once there are fewer, it has gone.
    private var countAtRemoval: UInt64?
    private var isFull = false

    /// `taken` is the last durable entry; nil where none ever was.
    package init(taken: HandshakeMachine.Taken?, capacity: Int?) {
        self.taken = taken
        self.capacity = capacity.map { UInt64(max(1, $0)) }
    }

    /// Judges a count. `overrun` where the queue has become full: what comes now may push others out.
    package mutating func counted(_ waiting: UInt64) -> (finding: CountFinding, overrun: Bool) {
        let wasFull = isFull
        isFull = capacity.map { waiting >= $0 } ?? false
        if let before = countAtRemoval, waiting < before { (countAtRemoval, mayBeThere) = (nil, false) }
        if waiting == 0 { mayBeThere = false }
        // One entry at a time: the next is read when this one has been removed.
        let finding: CountFinding = waiting > 0 && pending == nil ? .read : .nothing
        return (finding, isFull && !wasFull)
    }

    /// Judges the oldest entry.
    ///
    /// The same bytes as the last durable entry are that entry for as long as it may still be there. Two
    /// results that are the same to the last bit can so become one after a crash, never one result two.
    package mutating func judge(entry raw: [UInt8]) -> EntryFinding {
        guard pending == nil else { return .nothing }
        if mayBeThere, let taken, taken.raw == raw { return .takenBefore(taken.sequence) }
        pending = raw
        return .new((taken?.sequence ?? 0) &+ 1)
    }

    /// An entry is durable; `raw` may still be at the device.
    package mutating func took(_ result: HandshakeMachine.Taken) {
        taken = result
        (pending, mayBeThere, countAtRemoval) = (nil, true, nil)
    }

    /// The device was told to remove the durable entry when `waiting` were there.
    package mutating func removed(of waiting: UInt64?) { countAtRemoval = waiting }

    /// The entry that was durable is no longer the oldest: it left without being told to.
    package mutating func isGone() { (mayBeThere, countAtRemoval) = (false, nil) }

    /// The connection was lost: the oldest entry is looked at anew, and one that was reported is again if it
    /// is not durable.
    package mutating func disconnected() { (pending, countAtRemoval) = (nil, nil) }
}
