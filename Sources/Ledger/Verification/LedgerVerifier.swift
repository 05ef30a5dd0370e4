internal import Codecs

/// Recomputes everything that a ledger says of itself, from the bodies of its entries upwards.
struct LedgerVerifier {
    let database: SQLiteDatabase
    let directory: DataDirectory
    var report = VerificationReport()
    /// How many rows the projections should have, by the entries looked at so far.
    var expected = ExpectedRows()
    /// Entries that this passes over: the tree begins behind them.
    var base: Int64 = 0
    /// Number of the entry whose turn is next.
    var next: Int64 = 1
    /// The tree over the entries looked at so far.
    var frontier = MerkleFrontier()
    /// The ledger's public key; nil where it cannot be read.
    var key: SigningKey?
    /// The heads that the growing tree is held against.
    var heads = SignedHeads()
    /// Size of the largest head that is signed and agrees.
    var largestHead: Int64 = 0
    /// What the ledger is held against, beside itself.
    let outside: OutsideEvidence

    /// Entries after which it is asked whether verification is to end.
    private static let entriesBetweenLooks: Int64 = 500

    init(_ database: SQLiteDatabase, _ directory: DataDirectory, _ outside: OutsideEvidence) {
        (self.database, self.directory, self.outside) = (database, directory, outside)
    }

    /// Everything, read from the state that `database`'s open transaction sees.
    ///
    /// Ends after the schema where that is not a ledger's: what a query means depends on it. `shares` are the
    /// entries as two threads divide them; those of the usual size where none are given.
    static func report(
        on database: SQLiteDatabase, in directory: DataDirectory, outside: OutsideEvidence,
        shares: EntryShares? = nil, isStopped: () -> Bool = { false }
    ) throws(LedgerError) -> VerificationReport {
        var verifier = LedgerVerifier(database, directory, outside)
        try database.execute("PRAGMA cache_size = -\(StructureCheck.cacheKibibytes)")
        let structure = try StructureCheck(besides: database)
        for objection in try LedgerSchema.objections(to: database) { verifier.report.add(objection) }
        guard verifier.report.isSound else { return verifier.report }
        verifier.report.earlier = try database.segment()
        do throws(LedgerError) {
            try verifier.checkAll(structure, shares, isStopped)
        } catch  where error.kind == .invalid {
            throw LedgerError(
                .corrupt, what: "it holds what no ledger holds (\(error.what))", place: error.place,
                remedy: "keep the file as it is and restore the newest backup")
        }
        return verifier.report
    }

    private mutating func checkAll(
        _ structure: StructureCheck?, _ shares: EntryShares?, _ isStopped: () -> Bool
    ) throws(LedgerError) {
        let rows = try database.first("SELECT count(*) FROM entry") { $0.integer(0) } ?? 0
        let shares = shares ?? EntryShares(entries: rows, level: EntryShares.usualLevel)
        let isBesides = structure?.begin(shares, in: directory) == true
        if !isBesides { report.add(findings: try StructureCheck.findings(database)) }
        try prepareHeads()
        try checkEntries(shares, besides: structure, isStopped: isStopped)
        try checkTreeAsAWhole(entries: rows)
        try checkEvidence()
        try checkProjectionsAsAWhole()
        try checkOutbox()
        if let structure, isBesides { report.add(findings: try structure.findings()) }
    }

    // MARK: Entries and tree

    /// Begins anew at entry `base` + 1, as if the tree began there.
    mutating func begin(at base: Int64, _ earlier: LedgerSegment?) {
        (self.base, next, frontier) = (base, base + 1, MerkleFrontier())
        (report, expected) = (VerificationReport(), ExpectedRows())
        report.earlier = earlier
    }

    /// Checks the entries from `next` to `last`; false where no more can be told apart.
    mutating func checkEntries(
        through last: Int64, _ queries: EntryQueries, _ isStopped: () -> Bool
    ) throws(LedgerError) -> Bool {
        let rows = queries.rows
        try rows.reset()
        rows.bind(1, next)
        rows.bind(2, last)
        while try rows.step() {
            if next % Self.entriesBetweenLooks == 0, isStopped() {
                throw LedgerError(
                    .closed, what: "verification was ended", place: database.path, remedy: "start it again")
            }
            let seq = rows.integer(0)
            // In a damaged file rows may stand in any order, and the same page come again for ever.
            guard seq >= next else {
                report.add("entry \(seq): its row stands behind that of entry \(next - 1)")
                return false
            }
            if seq != next { report.add("entries \(next) to \(seq - 1) are missing") }
            let body = rows.bytes(3) ?? BodyScan.Text(start: nil, count: 0)
            try checkTree(rows, queries.digest.hash(0x00, body), queries)
            let (kind, id) = (rows.bytes(1), rows.bytes(2))
            if let entry = try queries.agreement.agreed(seq: seq, kind: kind, id: id, body: body) {
                expected.add(entry)
                if entry.kind == .record { report.records += 1 }
            } else {
                report.judged += 1
                try check(rows, Array(body))
            }
            guard seq < Int64.max else { return false }
            next = seq + 1
        }
        return true
    }

    /// Compares the leaf in the present row, and the nodes above it, with what the body makes.
    private mutating func checkTree(
        _ row: SQLiteQuery, _ computed: [UInt8], _ queries: EntryQueries
    ) throws(LedgerError) {
        report.entries += 1
        if row.bytes(4).map({ computed.withUnsafeBufferPointer($0.isSame) }) != true {
            report.add("\(Self.place(row)): the body is not the one that its hash was made of")
        }
        try append(computed, ofLevel: 0, queries)
    }

    /// Lets the tree grow by a complete subtree, and compares what is above it with the stored nodes.
    mutating func append(
        _ subtree: [UInt8], ofLevel level: Int, _ queries: EntryQueries
    ) throws(LedgerError) {
        for (position, hash) in frontier.append(subtree: subtree, level: level, queries.digest.node) {
            let place = MerklePosition(
                level: position.level, index: position.index + base >> Int64(position.level))
            report.nodes += 1
            if try !queries.nodes.agrees(hash, at: place) { try check(hash, at: place) }
        }
        if heads.nextSize <= frontier.size { try compareHeads() }
    }

    private static func place(_ row: SQLiteQuery) -> String {
        "entry \(row.integer(0)) (\(row.text(1)) \(row.text(2)))"
    }

    private mutating func checkTreeAsAWhole(entries count: Int64) throws(LedgerError) {
        try checkHeadsBeyond()
        let rows = try database.first("SELECT count(*) FROM node") { $0.integer(0) } ?? 0
        if rows != Int64(report.nodes) { report.add("tree: \(rows) nodes instead of \(report.nodes)") }
        if count != Int64(report.entries) {
            report.add("entries: \(count) rows, of which only \(report.entries) are numbered as entries are")
        }
        report.unsigned = Int(max(0, frontier.size - largestHead))
        report.root = frontier.root
    }

    /// Says in words what the entry in the present row does not agree with.
    private mutating func check(_ row: SQLiteQuery, _ body: [UInt8]) throws(LedgerError) {
        let (place, id) = (Self.place(row), row.text(2))
        guard let value = readable(body, place: place) else { return }
        // No hash covers the columns: what an entry is, and a record's id, must be what its body says.
        let kind = EntryKind(of: value)
        if kind.rawValue != row.text(1) {
            report.add("\(place): by its body it is of the kind \(kind.rawValue)")
        }
        if kind == .record {
            report.records += 1
            if value["id"]?.text?.utf8.elementsEqual(id.utf8) != true {
                report.add("\(place): its body has another id")
            }
        }
        try checkProjection(seq: row.integer(0), kind: kind, id: id, body: value, place: place)
    }

    private mutating func readable(_ body: [UInt8], place: String) -> JSONValue? {
        do throws(JSONError) {
            let value = try JSONParser.parse(body)
            if CanonicalJSON.bytes(value) == body { return value }
            report.add("\(place): the body is not in canonical form")
        } catch {
            report.add("\(place): the body cannot be read: \(error)")
        }
        return nil
    }

    private mutating func check(_ hash: [UInt8], at position: MerklePosition) throws(LedgerError) {
        let stored = try database.first(
            "SELECT hash FROM node WHERE level = ?1 AND position = ?2",
            [.integer(Int64(position.level)), .integer(position.index)]
        ) { $0.bytes(0) }
        if stored == hash { return }
        report.add(
            "node \(position.level)/\(position.index): "
                + (stored == nil ? "missing" : "not the hash of the entries below it"))
    }
}
