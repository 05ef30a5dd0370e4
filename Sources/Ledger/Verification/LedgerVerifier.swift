internal import Codecs
internal import Glibc

/// Recomputes everything that a ledger says of itself, from the bodies of its entries upwards.
struct LedgerVerifier {
    let database: SQLiteDatabase
    let directory: DataDirectory
    var report = VerificationReport()
    /// How many rows the projections should have, by the entries looked at so far.
    var expected = ExpectedRows()
    private var frontier = MerkleFrontier()
    /// Size and root of each stored checkpoint whose signature is good, to be compared as the tree grows.
    private var heads: [Int64: (root: [UInt8], place: String)] = [:]
    private var largestHead: Int64 = 0
    /// A second altogether: the file follows its row at once, after one write and two syncs.
    private static let looksForCheckpoint = 11
    private static let microsecondsBetweenLooks: UInt32 = 100_000

    /// The checkpoint's file as it was before the state that is verified; nil where there was none.
    private let handedOut: [UInt8]?

    private init(_ database: SQLiteDatabase, _ directory: DataDirectory, _ handedOut: [UInt8]?) {
        (self.database, self.directory, self.handedOut) = (database, directory, handedOut)
    }

    /// Everything, read from the state that `database`'s open transaction sees.
    ///
    /// `handedOut`, the checkpoint's file, must have been read before that transaction began: a daemon that
    /// goes on signs what the transaction does not see, and would look like one that removed entries.
    static func report(
        on database: SQLiteDatabase, in directory: DataDirectory, handedOut: [UInt8]?,
        isStopped: () -> Bool
    ) throws(LedgerError) -> VerificationReport {
        var verifier = LedgerVerifier(database, directory, handedOut)
        verifier.report.earlier = try database.segment()
        try verifier.checkDatabase()
        try verifier.checkSignatures()
        try verifier.checkEntries(isStopped)
        try verifier.checkTreeAsAWhole()
        try verifier.checkEvidence()
        try verifier.checkProjectionsAsAWhole()
        try verifier.checkOutbox()
        return verifier.report
    }

    private mutating func checkDatabase() throws(LedgerError) {
        let findings = try database.rows("PRAGMA integrity_check(100)") { $0.text(0) }
        for finding in findings where finding != "ok" { report.add("database: \(finding)") }
        try checkSchema()
    }

    // MARK: Signatures

    private mutating func checkSignatures() throws(LedgerError) {
        guard let key = try verifyingKey() else { return }
        let stored = try database.rows("SELECT size, root, note FROM checkpoint ORDER BY size") {
            ($0.integer(0), $0.bytes(1), $0.text(2))
        }
        report.checkpoints = stored.count
        for (size, root, note) in stored {
            let place = "checkpoint \(size)"
            guard let head = check(note, from: place, with: key) else { continue }
            if head.size != size || head.root != root {
                report.add("\(place): its row is not what was signed")
            }
        }
        if let handedOut {
            _ = check(String(decoding: handedOut, as: UTF8.self), from: directory.checkpoint, with: key)
        } else if !stored.isEmpty, try isCheckpointMissing() {
            report.add("\(directory.checkpoint): the newest checkpoint's file is missing")
        }
    }

    /// Whether there is no file although a checkpoint was stored; a daemon that stored its first just now is
    /// given a moment to write it.
    private func isCheckpointMissing() throws(LedgerError) -> Bool {
        for attempt in 1...Self.looksForCheckpoint {
            if try DataDirectory.read(directory.checkpoint) != nil { return false }
            if attempt < Self.looksForCheckpoint { usleep(Self.microsecondsBetweenLooks) }
        }
        return true
    }

    private mutating func verifyingKey() throws(LedgerError) -> SigningKey? {
        guard let pem = try DataDirectory.read(directory.publicKey) else {
            report.add("\(directory.publicKey): the public key is missing, no signature can be checked")
            return nil
        }
        do throws(LedgerError) {
            return try SigningKey(publicPEM: pem)
        } catch {
            report.add("\(directory.publicKey): \(error.what), no signature can be checked")
            return nil
        }
    }

    private mutating func check(_ note: String, from place: String, with key: SigningKey) -> Checkpoint? {
        guard let head = key.checkpoint(verifiedFrom: note) else {
            report.add("\(place): the signature is not one of the ledger's key")
            return nil
        }
        if let other = heads[head.size], other.root != head.root {
            report.add(
                "\(place): signed for \(head.size) entries, as \(other.place) is, but over other entries")
        }
        heads[head.size] = (head.root, place)
        largestHead = max(largestHead, head.size)
        return head
    }

    // MARK: Entries and tree

    private mutating func checkEntries(_ isStopped: () -> Bool) throws(LedgerError) {
        var next: Int64 = 1
        // Pages rather than one statement: the body of the loop uses statements of its own.
        while true {
            guard !isStopped() else {
                throw LedgerError(
                    .closed, what: "verification was ended", place: database.path, remedy: "start it again")
            }
            let page = try database.rows(
                "SELECT seq, kind, id, body, leaf_hash FROM entry WHERE seq >= ?1 ORDER BY seq LIMIT 500",
                [.integer(next)]
            ) { ($0.integer(0), $0.text(1), $0.text(2), $0.bytes(3), $0.bytes(4)) }
            guard let last = page.last else { return }
            for (seq, kind, id, body, leaf) in page {
                // In a damaged file rows may stand in any order, and the same page come again for ever.
                guard seq >= next else {
                    return report.add("entry \(seq): its row stands behind that of entry \(next - 1)")
                }
                if seq != next { report.add("entries \(next) to \(seq - 1) are missing") }
                next = seq == Int64.max ? seq : seq + 1
                try check(seq: seq, kind: kind, id: id, body: body, leaf: leaf)
            }
            guard last.0 < Int64.max else { return }
            next = last.0 + 1
        }
    }

    private mutating func checkTreeAsAWhole() throws(LedgerError) {
        for (size, head) in heads.sorted(by: { $0.key < $1.key }) where size > frontier.size {
            report.add(
                "\(head.place): \(size) entries were signed and the database has \(frontier.size): "
                    + "entries were removed, or an older copy of the database was put in place")
        }
        if let empty = heads[0], empty.root != MerkleTree.emptyRoot {
            report.add("\(empty.place): signed over something else than no entries")
        }
        let rows = try database.first("SELECT count(*) FROM node") { $0.integer(0) } ?? 0
        if rows != Int64(report.nodes) { report.add("tree: \(rows) nodes instead of \(report.nodes)") }
        let count = try database.first("SELECT count(*) FROM entry") { $0.integer(0) } ?? 0
        if count != Int64(report.entries) {
            report.add("entries: \(count) rows, of which only \(report.entries) are numbered as entries are")
        }
        report.unsigned = Int(max(0, frontier.size - largestHead))
        report.root = frontier.root
    }

    private mutating func check(
        seq: Int64, kind: String, id: String, body: [UInt8], leaf: [UInt8]
    ) throws(LedgerError) {
        report.entries += 1
        let place = "entry \(seq) (\(kind) \(id))"
        let computed = MerkleTree.leafHash(body)
        if computed != leaf { report.add("\(place): the body is not the one that its hash was made of") }
        for (position, hash) in frontier.append(leafHash: computed) { try check(hash, at: position) }
        if let head = heads[frontier.size], head.root != frontier.root {
            report.add("\(head.place): signed over other entries than the first \(frontier.size)")
        }
        guard let kind = EntryKind(rawValue: kind) else {
            report.add("\(place): no such kind of entry")
            return
        }
        if kind == .record { report.records += 1 }
        guard let value = readable(body, place: place) else { return }
        try checkProjection(seq: seq, kind: kind, id: id, body: value, place: place)
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
