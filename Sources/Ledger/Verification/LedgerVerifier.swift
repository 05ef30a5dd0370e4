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

    /// Entries and bytes of bodies that are held at a time: a hostile file has bodies of any length.
    private static let (mostInPage, mostBytesInPage) = (500, 4 << 20)

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
        for objection in try LedgerSchema.objections(to: database) { verifier.report.add(objection) }
        guard verifier.report.isSound else { return verifier.report }
        verifier.report.earlier = try database.segment()
        do throws(LedgerError) {
            try verifier.checkAll(isStopped)
        } catch  where error.kind == .invalid {
            throw LedgerError(
                .corrupt, what: "it holds what no ledger holds (\(error.what))", place: error.place,
                remedy: "keep the file as it is and restore the newest backup")
        }
        return verifier.report
    }

    private mutating func checkAll(_ isStopped: () -> Bool) throws(LedgerError) {
        let findings = try database.rows("PRAGMA integrity_check(100)") { $0.text(0) }
        for finding in findings where finding != "ok" { report.add("database: \(finding)") }
        try prepareHeads()
        try checkEntries(isStopped)
        try checkTreeAsAWhole()
        try checkEvidence()
        try checkProjectionsAsAWhole()
        try checkOutbox()
    }

    // MARK: Entries and tree

    private struct Row {
        let seq: Int64
        let kind: String
        let id: String
        let body: [UInt8]
        let leaf: [UInt8]
    }

    private mutating func checkEntries(_ isStopped: () -> Bool) throws(LedgerError) {
        try compareHeads()
        var next: Int64 = 1
        // Pages rather than one statement: the body of the loop uses statements of its own.
        while true {
            guard !isStopped() else {
                throw LedgerError(
                    .closed, what: "verification was ended", place: database.path, remedy: "start it again")
            }
            let page = try page(from: next)
            guard let last = page.last else { return }
            for row in page {
                // In a damaged file rows may stand in any order, and the same page come again for ever.
                guard row.seq >= next else {
                    return report.add("entry \(row.seq): its row stands behind that of entry \(next - 1)")
                }
                if row.seq != next { report.add("entries \(next) to \(row.seq - 1) are missing") }
                next = row.seq == Int64.max ? row.seq : row.seq + 1
                try check(row)
            }
            guard last.seq < Int64.max else { return }
            next = last.seq + 1
        }
    }

    private func page(from next: Int64) throws(LedgerError) -> [Row] {
        var (page, bytes) = ([Row](), 0)
        try database.forEach(
            "SELECT seq, kind, id, body, leaf_hash FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT ?2",
            [.integer(next), .integer(Int64(Self.mostInPage))]
        ) { row in
            let body = row.bytes(3)
            page.append(
                Row(seq: row.integer(0), kind: row.text(1), id: row.text(2), body: body, leaf: row.bytes(4)))
            bytes += body.count
            return bytes < Self.mostBytesInPage
        }
        return page
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

    private mutating func check(_ row: Row) throws(LedgerError) {
        report.entries += 1
        let place = "entry \(row.seq) (\(row.kind) \(row.id))"
        let computed = MerkleTree.leafHash(row.body)
        if computed != row.leaf {
            report.add("\(place): the body is not the one that its hash was made of")
        }
        for (position, hash) in frontier.append(leafHash: computed) { try check(hash, at: position) }
        if heads.nextSize <= frontier.size { try compareHeads() }
        guard let value = readable(row.body, place: place) else { return }
        // No hash covers the columns: what an entry is, and a record's id, must be what its body says.
        let kind = EntryKind(of: value)
        if kind.rawValue != row.kind {
            report.add("\(place): by its body it is of the kind \(kind.rawValue)")
        }
        if kind == .record {
            report.records += 1
            if value["id"]?.text?.utf8.elementsEqual(row.id.utf8) != true {
                report.add("\(place): its body has another id")
            }
        }
        try checkProjection(seq: row.seq, kind: kind, id: row.id, body: value, place: place)
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
