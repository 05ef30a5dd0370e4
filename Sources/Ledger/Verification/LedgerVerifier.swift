internal import Codecs

/// Recomputes everything that a ledger says of itself, from the bodies of its entries upwards.
struct LedgerVerifier {
    let database: SQLiteDatabase
    let directory: DataDirectory
    var report = VerificationReport()
    /// How many rows the projections should have, by the entries looked at so far.
    var expected = ExpectedRows()
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

    private init(_ database: SQLiteDatabase, _ directory: DataDirectory, _ outside: OutsideEvidence) {
        (self.database, self.directory, self.outside) = (database, directory, outside)
    }

    /// Everything, read from the state that `database`'s open transaction sees.
    ///
    /// Ends after the schema where that is not a ledger's: what a query means depends on it.
    static func report(
        on database: SQLiteDatabase, in directory: DataDirectory, outside: OutsideEvidence,
        isStopped: () -> Bool
    ) throws(LedgerError) -> VerificationReport {
        var verifier = LedgerVerifier(database, directory, outside)
        try database.execute("PRAGMA cache_size = -\(StructureCheck.cacheKibibytes)")
        let structure = try StructureCheck(besides: database)
        for objection in try LedgerSchema.objections(to: database) { verifier.report.add(objection) }
        guard verifier.report.isSound else { return verifier.report }
        verifier.report.earlier = try database.segment()
        do throws(LedgerError) {
            try verifier.checkAll(structure, isStopped)
        } catch  where error.kind == .invalid {
            throw LedgerError(
                .corrupt, what: "it holds what no ledger holds (\(error.what))", place: error.place,
                remedy: "keep the file as it is and restore the newest backup")
        }
        return verifier.report
    }

    private mutating func checkAll(
        _ structure: StructureCheck?, _ isStopped: () -> Bool
    ) throws(LedgerError) {
        let isBesides = structure?.begin() == true
        if !isBesides { report.add(findings: try StructureCheck.findings(database)) }
        try prepareHeads()
        try checkEntries(isStopped)
        try checkTreeAsAWhole()
        try checkEvidence()
        try checkProjectionsAsAWhole()
        try checkOutbox()
        if let structure, isBesides { report.add(findings: try structure.findings()) }
    }

    // MARK: Entries and tree

    private mutating func checkEntries(_ isStopped: () -> Bool) throws(LedgerError) {
        try compareHeads()
        let (agreement, digest) = (try AgreementCheck(database), SHA256Context())
        let rows = try SQLiteQuery(
            "SELECT seq, kind, id, body, leaf_hash FROM entry WHERE seq >= 1 ORDER BY seq", on: database)
        var next: Int64 = 1
        while try rows.step() {
            if next % Self.entriesBetweenLooks == 0, isStopped() {
                throw LedgerError(
                    .closed, what: "verification was ended", place: database.path, remedy: "start it again")
            }
            let seq = rows.integer(0)
            // In a damaged file rows may stand in any order, and the same page come again for ever.
            guard seq >= next else {
                return report.add("entry \(seq): its row stands behind that of entry \(next - 1)")
            }
            if seq != next { report.add("entries \(next) to \(seq - 1) are missing") }
            let body = rows.bytes(3) ?? BodyScan.Text(start: nil, count: 0)
            try checkTree(rows, digest.hash(0x00, body))
            let (kind, id) = (rows.bytes(1), rows.bytes(2))
            if let entry = try agreement.agreed(seq: seq, kind: kind, id: id, body: body) {
                expected.add(entry)
                if entry.kind == .record { report.records += 1 }
            } else {
                try check(rows, Array(body))
            }
            guard seq < Int64.max else { return }
            next = seq + 1
        }
    }

    /// Compares the leaf in the present row, and the nodes above it, with what the body makes.
    private mutating func checkTree(_ row: SQLiteQuery, _ computed: [UInt8]) throws(LedgerError) {
        report.entries += 1
        if row.bytes(4)?.elementsEqual(computed) != true {
            report.add("\(Self.place(row)): the body is not the one that its hash was made of")
        }
        for (position, hash) in frontier.append(leafHash: computed) { try check(hash, at: position) }
        if heads.nextSize <= frontier.size { try compareHeads() }
    }

    private static func place(_ row: SQLiteQuery) -> String {
        "entry \(row.integer(0)) (\(row.text(1)) \(row.text(2)))"
    }

    private mutating func checkTreeAsAWhole() throws(LedgerError) {
        try checkHeadsBeyond()
        let rows = try database.first("SELECT count(*) FROM node") { $0.integer(0) } ?? 0
        if rows != Int64(report.nodes) { report.add("tree: \(rows) nodes instead of \(report.nodes)") }
        let count = try database.first("SELECT count(*) FROM entry") { $0.integer(0) } ?? 0
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
        report.nodes += 1
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
