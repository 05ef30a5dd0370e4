internal import Codecs
internal import Glibc

/// A damaged ledger, read as far as it can be: what cannot be read is nil.
struct DamagedLedger {
    /// A row of `entry` whose body is still the one that its hash was made of.
    struct Row {
        let seq: Int64
        let kind: EntryKind
        let id: String
        let bytes: [UInt8]
    }

    /// Nil where the file is no database any more.
    private let database: SQLiteDatabase?
    private let file: String
    /// An entry takes more than that in the file: hash, id and the shortest body.
    private static let leastBytesOfEntry: Int64 = 40

    /// Opens `file`, where SQLite can open it at all.
    init(_ file: String) {
        self.file = file
        // Without a log nothing need be written beside it. Why it cannot be opened was said when the ledger
        // was: that is why it is salvaged.
        let mode: SQLiteDatabase.Mode = DataDirectory.isEmpty(file + "-wal") ? .immutable : .reader
        database = try? SQLiteDatabase(path: file, mode: mode)
    }

    /// What `read` makes of the first row; nil where there is none, or it cannot be read.
    private func first<Element>(
        _ sql: String, _ values: [SQLiteValue] = [], _ read: (SQLiteRow) throws(LedgerError) -> Element
    ) -> Element? {
        // Unreadable and missing are the same here: what is not there proves nothing.
        guard let found = try? database?.first(sql, values, read) else { return nil }
        return found
    }

    /// Calls `body` with each row until one cannot be read; whether all could.
    func forEach(_ sql: String, _ body: (SQLiteRow) -> Void) -> Bool {
        do throws(LedgerError) {
            guard let database else { return false }
            try database.forEach(sql, []) { row throws(LedgerError) in
                body(row)
                return true
            }
            return true
        } catch { return false }
    }

    /// Number of the newest entry; nil where its page cannot be read, or it is more than the file can hold.
    var newest: Int64? {
        var status = stat()
        var bytes: Int64 = 0
        for name in [file, file + "-wal"] where stat(name, &status) == 0 { bytes += Int64(status.st_size) }
        guard let found = first("SELECT max(seq) FROM entry", [], { $0.integer(0) }),
            (0...bytes / Self.leastBytesOfEntry).contains(found)
        else { return nil }
        return found
    }

    /// The entry of this number; nil where it cannot be read or is not what its hash was made of.
    func row(_ seq: Int64) -> Row? {
        first("SELECT kind, id, body, leaf_hash FROM entry WHERE seq = ?1", [.integer(seq)]) { row in
            let bytes = row.bytes(2)
            guard let kind = EntryKind(rawValue: row.text(0)), MerkleTree.leafHash(bytes) == row.bytes(3)
            else { return nil }
            return Row(seq: seq, kind: kind, id: row.text(1), bytes: bytes)
        } ?? nil
    }

    /// Number of the entry with this id.
    func seq(ofID id: String) -> Int64? {
        first("SELECT seq FROM entry WHERE id = ?1", [.text(id)]) { $0.integer(0) }
    }

    /// The hash that the body of the leaf at `index` makes, whatever hash is stored.
    func computedLeaf(_ index: Int64) -> [UInt8]? {
        first("SELECT body FROM entry WHERE seq = ?1", [.integer(index + 1)]) {
            MerkleTree.leafHash($0.bytes(0))
        }
    }

    /// The stored hash of a subtree.
    func hash(_ position: MerklePosition) -> [UInt8]? {
        // As above: a hash that cannot be read proves nothing.
        guard let database, let found = try? database.hashes(of: [position]) else { return nil }
        return found.first.flatMap { $0.count == SHA256Digest.count ? $0 : nil }
    }

    /// The newest checkpoint of fewer than `size` entries.
    func checkpoint(below size: Int64) -> (size: Int64, note: String)? {
        first(
            "SELECT size, note FROM checkpoint WHERE size < ?1 ORDER BY size DESC LIMIT 1", [.integer(size)]
        ) { ($0.integer(0), $0.text(1)) }
    }

    /// The raw bytes whose SHA-256 is `sha256`.
    func evidence(_ sha256: String) -> [UInt8]? {
        let found = first("SELECT size, body FROM evidence WHERE sha256 = ?1", [.text(sha256)]) {
            ($0.integer(0), $0.bytes(1))
        }
        guard let (size, stream) = found, let bytes = Deflated.inflated(stream, size: size),
            SHA256Digest.hex(of: bytes) == sha256
        else { return nil }
        return bytes
    }

    /// Lets go of the file.
    func close() { database?.close() }
}
