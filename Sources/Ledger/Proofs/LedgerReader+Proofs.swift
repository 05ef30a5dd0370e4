/// What a ledger can prove to somebody who does not trust it.
extension LedgerReader {
    /// Proof that the entry `id` is under the newest checkpoint; nil where there is no such entry.
    ///
    /// Throws `.corrupt` where hashes are missing, and `.unsigned` where no checkpoint covers the entry yet:
    /// the gateway signs one each second.
    package func inclusionProof(of id: String) throws(LedgerError) -> InclusionProof? {
        try snapshot { database throws(LedgerError) in
            guard let entry = try database.entry(id: id) else { return nil }
            guard let (size, note) = try database.newestCheckpoint(), size >= entry.seq else {
                throw LedgerError(
                    .unsigned, what: "no checkpoint covers entry \(entry.seq) yet", place: directory.database,
                    remedy: "start the gateway: it signs what is new within a second")
            }
            let hashes = try hashes(provingLeaf: entry.seq - 1, inTreeOf: size, database)
            return InclusionProof(index: entry.seq - 1, hashes: hashes, checkpoint: note)
        }
    }

    /// Hashes that prove that the first `size` entries begin with the first `old`, as RFC 6962 orders them.
    package func consistencyProof(from old: Int64, to size: Int64) throws(LedgerError) -> [[UInt8]] {
        try snapshot { database throws(LedgerError) in
            var hashes: [[UInt8]] = []
            for run in MerkleTree.consistencyProof(from: old, to: size) {
                hashes.append(try hash(of: run, database))
            }
            return hashes
        }
    }

    /// What proves that leaf `index` is in the tree of `size` leaves, from its sibling up.
    func hashes(
        provingLeaf index: Int64, inTreeOf size: Int64, _ database: SQLiteDatabase
    ) throws(LedgerError) -> [[UInt8]] {
        var hashes: [[UInt8]] = []
        for run in MerkleTree.inclusionProof(ofLeaf: index, inTreeOf: size) {
            hashes.append(try hash(of: run, database))
        }
        return hashes
    }

    private func hash(of run: MerkleRun, _ database: SQLiteDatabase) throws(LedgerError) -> [UInt8] {
        let hashes = try database.hashes(of: run.subtrees)
        guard let root = MerkleFrontier(size: run.count, peaks: hashes)?.root else {
            throw LedgerError(
                .corrupt, what: "the hash of entries \(run.start + 1) to \(run.start + run.count) is missing",
                place: directory.database,
                remedy: "run `plumbline ledger verify`, then restore the newest backup")
        }
        return root
    }
}
