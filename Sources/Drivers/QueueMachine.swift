/// Decides what to do about results that wait at a device in a queue, oldest first.
///
/// The device says how many wait and shows the oldest. That one is taken, and removed only when it is
/// durable; then the next one is the oldest. Entries have no number of their own, so they are known by their
/// bytes, and numbered here. That the count fell, or that other bytes are the oldest, shows that one has
/// gone; two results may be the same to the last bit.
///
/// ```
///   counted > 0        entry read          durable            removal sent        fewer, or other bytes
///   ───────────▶ look ───────────▶ pending ───────▶ standing ─────────────▶ leaving ─────────▶ gone, look …
/// ```
package struct QueueMachine: Sendable, Equatable {
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
        /// The bytes of the last durable entry after that one was told to go, and nothing shows that it went:
        /// it, or another that is the same. It is kept under a number of its own before anything is removed.
        case unclear(UInt64)
    }

    /// What to do about the durable entry.
    package enum RemovalFinding: Sendable, Equatable {
        case remove
        /// Another is the oldest, and it was never told to go: the queue was full, or somebody removed it.
        case leftByItself
        /// It has gone.
        case done
        /// It was told to go, and may have gone or not: look on.
        case unclear
    }

    /// Where the last durable entry is.
    private enum Place: Equatable {
        /// At the device, which was not told to remove it.
        case standing
        /// It was told to when so many waited; since then so many looks showed the same bytes.
        case leaving(count: UInt64, looks: Int)
        case gone
    }

    /// Looks at an entry that was told to go before it counts as unclear: a device may take a moment.
    private static let patience = 5

    private let capacity: UInt64?
    private var taken: HandshakeMachine.Taken?
    private var place = Place.standing
    /// The entry that was reported and is not durable yet.
    private var pending: [UInt8]?
    /// Whether the entry that was reported last was unclear.
    private var isUnclear = false
    /// Whether `taken` was unclear itself. Whatever stands there then has been kept twice: it is removed
    /// again without a third time, so that a device that removes nothing does not fill the ledger.
    private var isKeptTwice = false
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
        saw(waiting)
        // One entry at a time: the next is read when this one has been removed.
        let finding: CountFinding = waiting > 0 && pending == nil ? .read : .nothing
        return (finding, isFull && !wasFull)
    }

    /// So many wait: fewer than when the durable entry was told to go say that it has gone.
    package mutating func saw(_ waiting: UInt64) {
        if case .leaving(let count, _) = place, waiting < count { place = .gone }
        if waiting == 0 { place = .gone }
    }

    /// Judges the oldest entry.
    ///
    /// The bytes of the last durable entry are that entry where it was never told to go. Two results that are
    /// the same to the last bit can so become one where the gateway ended between the two.
    package mutating func judge(entry raw: [UInt8]) -> EntryFinding {
        guard pending == nil else { return .nothing }
        let next = (taken?.sequence ?? 0) &+ 1
        if let taken, taken.raw == raw {
            switch place {
            case .standing: return .takenBefore(taken.sequence)
            case .leaving(let count, let looks):
                place = .leaving(count: count, looks: looks + 1)
                if looks + 1 < Self.patience { return .nothing }
                if isKeptTwice { return .takenBefore(taken.sequence) }
                (pending, isUnclear) = (raw, true)
                return .unclear(next)
            case .gone: break
            }
        }
        (pending, isUnclear) = (raw, false)
        return .new(next)
    }

    /// An entry is durable; it may still be at the device, unless it has been seen to go.
    package mutating func took(_ result: HandshakeMachine.Taken) {
        pending = nil
        guard result != taken else { return }
        (taken, place, isKeptTwice) = (result, .standing, isUnclear)
    }

    /// Judges whether the durable entry is to be removed: `raw` is the oldest, of `waiting`.
    package mutating func removal(of raw: [UInt8], among waiting: UInt64) -> RemovalFinding {
        let wasStanding = place == .standing
        if taken?.raw != raw { place = .gone }
        saw(waiting)
        switch place {
        case .standing: return .remove
        case .leaving: return isKeptTwice ? .remove : .unclear
        case .gone: return wasStanding ? .leftByItself : .done
        }
    }

    /// The removal of the durable entry, of `waiting`, is on its way.
    package mutating func removing(of waiting: UInt64) { place = .leaving(count: waiting, looks: 0) }

    /// The device has said that it removed nothing, or was never told to.
    package mutating func isRefused() { place = .standing }

    /// The connection was lost: the oldest entry is looked at anew, and one that was reported is again if it
    /// is not durable.
    package mutating func disconnected() { pending = nil }
}
