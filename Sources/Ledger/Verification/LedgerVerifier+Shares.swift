/// The entries in order, and what finds quickly that they agree; each thread has its own.
struct EntryQueries {
    /// The entries from ?1 to ?2.
    let rows: SQLiteQuery
    let agreement: AgreementCheck
    let nodes: NodeCursors
    let digest = SHA256Context()

    init(_ database: SQLiteDatabase) throws(LedgerError) {
        rows = try SQLiteQuery(
            "SELECT seq, kind, id, body, leaf_hash FROM entry WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq",
            on: database)
        agreement = try AgreementCheck(database)
        nodes = try NodeCursors(database)
    }
}

extension LedgerVerifier {
    /// Checks shares from the back, as the verifier checks its own, on a connection that sees the same state.
    ///
    /// It has no words for anybody: it ends with the first share in which something does not agree, or cannot
    /// be read. The verifier goes through that one, and those before it, by itself.
    static func check(
        _ shares: EntryShares, on database: SQLiteDatabase, in directory: DataDirectory
    ) throws(LedgerError) {
        defer { shares.end() }
        var verifier = LedgerVerifier(database, directory, OutsideEvidence())
        let queries = try EntryQueries(database)
        let earlier = try database.segment()
        while let share = shares.takeLast() {
            verifier.begin(at: shares.start(of: share), earlier)
            let end = shares.start(of: share + 1)
            _ = try verifier.checkEntries(through: end, queries) { shares.isOver }
            guard verifier.report.isSound, verifier.base + verifier.frontier.size == end else { return }
            shares.keep(
                EntryShares.Sound(
                    root: verifier.frontier.root, records: verifier.report.records,
                    nodes: verifier.report.nodes, judged: verifier.report.judged,
                    expected: verifier.expected), of: share)
        }
    }

    /// Checks every entry; those that `structure` has a thread for it does not check again.
    mutating func checkEntries(
        _ shares: EntryShares, besides structure: StructureCheck?, isStopped: () -> Bool
    ) throws(LedgerError) {
        try compareHeads()
        let queries = try EntryQueries(database)
        while let share = shares.takeFirst() {
            let end = shares.start(of: share + 1)
            guard try checkEntries(through: end, queries, isStopped) else { return }
        }
        // Where the other has taken none it may still be at the structure, and none is waited for.
        let first = shares.firstFromBack
        if first < shares.count { structure?.wait() }
        for share in first..<shares.count {
            if try adopt(share, of: shares, queries) { continue }
            let end = shares.start(of: share + 1)
            guard try checkEntries(through: end, queries, isStopped) else { return }
        }
        _ = try checkEntries(through: .max, queries, isStopped)
    }

    /// Takes in a share that the other thread has found to agree wholly; false where it found none, or what
    /// came before does not agree: then everything is to be said in words.
    private mutating func adopt(
        _ share: Int64, of shares: EntryShares, _ queries: EntryQueries
    ) throws(LedgerError) -> Bool {
        let (start, end) = (shares.start(of: share), shares.start(of: share + 1))
        guard report.isSound, next == start + 1, frontier.size == start, let found = shares.sound(share)
        else { return false }
        // All hashes up to there have been found to be those that the bodies make.
        while heads.nextSize < end {
            let size = heads.nextSize
            guard let root = try database.root(ofSize: size) else { return false }
            try compareHeads(ofSize: size, with: root)
        }
        report.entries += Int(end - start)
        report.records += found.records
        report.nodes += found.nodes
        report.judged += found.judged
        expected.add(found.expected)
        try append(found.root, ofLevel: shares.level, queries)
        next = end + 1
        return true
    }
}
