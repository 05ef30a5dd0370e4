/// The part of a ledger that no signature covers yet.
extension SQLiteDatabase {
    /// The tree over all entries: up to `size` from the stored hashes, which a signed root must have proved,
    /// and from there on from the bodies.
    ///
    /// A crash leaves what was written in the last second without a signature: each body there is hashed
    /// anew and compared with its leaf, and each node that it completes with the stored one. Throws
    /// `.corrupt` where one differs or is missing.
    func verifiedTail(after size: Int64) throws(LedgerError) -> MerkleFrontier {
        guard var frontier = MerkleFrontier(size: size, peaks: try peaks(ofSize: size)) else {
            throw damage("the tree of the first \(size) entries lacks nodes")
        }
        try forEach(
            "SELECT seq, body, leaf_hash FROM entry WHERE seq > ?1 ORDER BY seq", [.integer(size)]
        ) { row throws(LedgerError) in
            let seq = row.integer(0)
            guard seq == frontier.size + 1 else {
                throw damage("entries \(frontier.size + 1) to \(seq - 1) are missing")
            }
            let leaf = MerkleTree.leafHash(row.bytes(1))
            guard leaf == row.bytes(2) else {
                throw damage("entry \(seq): the body is not the one that its hash was made of")
            }
            for (position, hash) in frontier.append(leafHash: leaf)
            where try hashes(of: [position]) != [hash] {
                throw damage(
                    "node \(position.level)/\(position.index): missing, or not the hash of what is below it")
            }
            return true
        }
        return frontier
    }

    /// What is found to be damaged, in words.
    func damage(_ what: String) -> LedgerError {
        LedgerError(
            .corrupt, what: what, place: path,
            remedy: "run `plumbline ledger verify`, then restore the newest backup")
    }
}
