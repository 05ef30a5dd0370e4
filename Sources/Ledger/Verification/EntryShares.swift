internal import Linux

/// The entries of a ledger in shares of which each makes one complete subtree: the verifier takes them from
/// the front, and a second thread from the back, until they meet.
final class EntryShares: Sendable {
    /// What a share in which everything agrees adds to the whole.
    struct Sound: Sendable {
        /// Hash of the share's subtree.
        let root: [UInt8]
        let records: Int
        let nodes: Int
        let judged: Int
        let expected: ExpectedRows
    }

    private struct State {
        var front: Int64 = 0
        var back: Int64
        var isOver = false
        var sound: [Int64: Sound] = [:]
    }

    /// A share has 2^`level` entries.
    let level: Int
    /// How many there are; entries behind the last are in none.
    let count: Int64
    private let state: Guarded<State>

    /// Entries that take a few hundredths of a second: as long may one thread wait for the other at the end.
    static let usualLevel = 12

    /// Shares of a ledger of `entries` entries.
    init(entries: Int64, level: Int) {
        (self.level, count) = (level, max(0, entries) >> Int64(level))
        state = Guarded(State(back: count))
    }

    /// Entries before the share `share`.
    func start(of share: Int64) -> Int64 { share << Int64(level) }

    /// The next share from the front; nil where the threads have met.
    func takeFirst() -> Int64? {
        state.withLock { state in
            guard state.front < state.back else { return nil }
            state.front += 1
            return state.front - 1
        }
    }

    /// The next share from the back; nil where the threads have met, or this is over.
    func takeLast() -> Int64? {
        state.withLock { state in
            guard !state.isOver, state.front < state.back else { return nil }
            state.back -= 1
            return state.back
        }
    }

    /// The share that was taken last from the back; `count` where none was.
    var firstFromBack: Int64 { state.withLock { $0.back } }

    /// Keeps what a share from the back was found to be.
    func keep(_ found: Sound, of share: Int64) { state.withLock { $0.sound[share] = found } }

    /// What the share was found to be; nil where nobody found that everything in it agrees.
    func sound(_ share: Int64) -> Sound? { state.withLock { $0.sound[share] } }

    /// Has nobody take a share from the back any more.
    func end() { state.withLock { $0.isOver = true } }

    var isOver: Bool { state.withLock { $0.isOver } }
}
