/// The stored nodes of the tree as they come one after another, a cursor for each of the lower levels: to
/// look each of them up takes as long as hashing an entry.
///
/// It is sure or it says nothing: what it does not find is looked up, and judged, by `LedgerVerifier`.
final class NodeCursors {
    private var levels: [(nodes: SQLiteQuery, next: Int64?)] = []

    /// Above it there is one node for thousands of entries.
    private static let highest = 12

    init(_ database: SQLiteDatabase) throws(LedgerError) {
        for _ in 1...Self.highest {
            let nodes = try SQLiteQuery(
                "SELECT position, hash FROM node WHERE level = ?1 AND position >= ?2 ORDER BY position",
                on: database)
            levels.append((nodes, nil))
        }
    }

    /// Whether this hash is the one that is stored there; true is certain, false is not.
    func agrees(_ hash: [UInt8], at position: MerklePosition) throws(LedgerError) -> Bool {
        guard position.level <= Self.highest else { return false }
        let (nodes, next) = levels[position.level - 1]
        if next != position.index {
            try nodes.reset()
            nodes.bind(1, Int64(position.level))
            nodes.bind(2, position.index)
        }
        levels[position.level - 1].next = nil
        guard try nodes.step(), nodes.integer(0) == position.index, let stored = nodes.bytes(1),
            hash.withUnsafeBufferPointer(stored.isSame)
        else { return false }
        levels[position.level - 1].next = position.index + 1
        return true
    }
}
