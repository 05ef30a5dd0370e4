/// What is known to have been signed of a damaged ledger.
struct KnownHeads {
    /// Which segment the damaged one is; 1 for the first.
    let segment: Int64
    /// The tree of the newest checkpoint that the ledger's hashes agree with.
    let good: ProvenTree
    /// That checkpoint as it was signed.
    let goodNote: String
    /// The newest checkpoint that is known, good or not.
    let newest: (head: Checkpoint, note: String)

    /// How many checkpoints are tried for one that the hashes agree with.
    private static let mostTried = 10_000

    /// Nil where no checkpoint that `key` signed for the ledger `name` agrees with what can be read: then
    /// another key, or another ledger, may be in its place, or all of it is gone. Nil too where the file
    /// `checkpoint` is damaged: it alone shows here whether the database is older than it was.
    init?(
        of ledger: DamagedLedger, in directory: DataDirectory, name: String, key: SigningKey
    ) throws(LedgerError) {
        func head(_ note: String) -> Checkpoint? {
            let head = key.checkpoint(verifiedFrom: note)
            return head.flatMap { LedgerSegment.number(of: $0.origin, under: name) == nil ? nil : $0 }
        }
        var known: (head: Checkpoint, note: String)?
        var found: (tree: ProvenTree, note: String)?
        if let file = try DataDirectory.read(directory.checkpoint) {
            let note = String(decoding: file, as: UTF8.self)
            guard let head = head(note) else { return nil }
            known = (head, note)
            found = ProvenTree(head, of: ledger).map { ($0, note) }
        }
        var below = Int64.max
        for _ in 0..<Self.mostTried {
            guard let row = ledger.checkpoint(below: below), found == nil || row.size > known?.head.size ?? 0
            else { break }
            below = row.size
            guard let head = head(row.note) else { continue }
            if head.size > known?.head.size ?? -1 { known = (head, row.note) }
            if let tree = ProvenTree(head, of: ledger), tree.head.size > found?.tree.head.size ?? -1 {
                found = (tree, row.note)
            }
        }
        guard let found, let known, found.tree.head.origin == known.head.origin,
            let segment = LedgerSegment.number(of: known.head.origin, under: name)
        else { return nil }
        (self.segment, newest, good, goodNote) = (segment, known, found.tree, found.note)
    }
}
