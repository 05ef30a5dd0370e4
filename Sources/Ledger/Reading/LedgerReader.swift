package import Codecs
internal import Linux

/// A ledger open for reading: while the daemon writes it, when none does, or a copy.
///
/// Calls block for as long as SQLite reads; each is answered from one moment's state of the ledger.
package final class LedgerReader: Sendable {
    package let directory: DataDirectory
    private let database: Guarded<SQLiteDatabase>

    /// Opens the ledger in the directory at `path`; throws `.io` where there is none, `.newer` where a newer
    /// program wrote it.
    package init(path: String) throws(LedgerError) {
        directory = DataDirectory(path)
        guard !DataDirectory.isEmpty(directory.database) else {
            throw LedgerError(
                .io, what: "there is no ledger here", place: directory.database,
                remedy: "name the gateway's data directory with --data")
        }
        database = Guarded(try Self.opened(directory))
    }

    private static func opened(_ directory: DataDirectory) throws(LedgerError) -> sending SQLiteDatabase {
        do throws(LedgerError) {
            let database = try SQLiteDatabase(path: directory.database, mode: .reader)
            try check(database)
            return database
        } catch {
            // A log can be followed only where its index can be written; without a log that is not needed.
            guard error.kind == .io, DataDirectory.isEmpty(directory.database + "-wal") else { throw error }
            let database = try SQLiteDatabase(path: directory.database, mode: .immutable)
            try check(database)
            return database
        }
    }

    private static func check(_ database: SQLiteDatabase) throws(LedgerError) {
        try database.execute("PRAGMA mmap_size = 0")
        let version = try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0
        let known = Int64(LedgerMigrations.all.count)
        guard version == known else {
            throw LedgerError(
                version > known ? .newer : .invalid,
                what: "the database has schema \(version), this program reads \(known)", place: database.path,
                remedy: version > known
                    ? "use the version that wrote it, or a newer one"
                    : "start the gateway once to bring it up")
        }
    }

    /// What `body` reads, all of it from one state of the ledger.
    func snapshot<Result>(
        _ body: (SQLiteDatabase) throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try reading { database throws(LedgerError) in
            try database.run("BEGIN")
            defer { database.rollBack() }
            return try body(database)
        }
    }

    /// What `body` reads; each of its statements sees the ledger as it is then.
    func reading<Result>(
        _ body: (SQLiteDatabase) throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try database.withLock { database throws(LedgerError) in try body(database) }
    }

    /// Number of entries; the newest has this sequence number.
    package func size() throws(LedgerError) -> Int64 {
        try reading { database throws(LedgerError) in try database.entryCount() }
    }

    package func entry(id: String) throws(LedgerError) -> Entry? {
        try reading { database throws(LedgerError) in try database.entry(id: id) }
    }

    package func entry(seq: Int64) throws(LedgerError) -> Entry? {
        try reading { database throws(LedgerError) in try database.entry(seq: seq) }
    }

    /// Entries after `seq` in order, of one kind or of all, at most `limit`.
    package func entries(
        kind: EntryKind? = nil, after seq: Int64 = 0, limit: Int = 1_000
    ) throws(LedgerError) -> [Entry] {
        let condition = kind == nil ? "" : "AND kind = ?3"
        return try reading { database throws(LedgerError) in
            try database.rows(
                "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq > ?1 \(condition) "
                    + "ORDER BY seq LIMIT ?2",
                [.integer(seq), .integer(Int64(limit))] + (kind.map { [.text($0.rawValue)] } ?? []),
                database.entry)
        }
    }

    /// The latest state that was committed for `device`; nil where there is none.
    package func deviceState(_ device: String) throws(LedgerError) -> JSONValue? {
        try reading { database throws(LedgerError) in
            try database.first("SELECT json FROM device_state WHERE device = ?1", [.text(device)]) {
                row throws(LedgerError) in
                do throws(JSONError) {
                    return try JSONParser.parse(row.bytes(0))
                } catch {
                    throw LedgerError(
                        .corrupt, what: "the state of \(device) cannot be read: \(error)",
                        place: database.path,
                        remedy: "restore the newest backup")
                }
            }
        }
    }

    /// The raw bytes whose SHA-256 is `sha256` (64 lower-case hexadecimal digits); nil where there are none.
    ///
    /// Throws `.corrupt` where what is stored under that hash has another.
    package func evidence(sha256: String) throws(LedgerError) -> [UInt8]? {
        try reading { database throws(LedgerError) in try evidence(sha256: sha256, database) }
    }

    /// The same from what `database` sees.
    func evidence(sha256: String, _ database: SQLiteDatabase) throws(LedgerError) -> [UInt8]? {
        let found = try database.first(
            "SELECT size, body FROM evidence WHERE sha256 = ?1", [.text(sha256)],
            { ($0.integer(0), $0.bytes(1)) })
        guard let (size, stream) = found else { return nil }
        guard let bytes = Deflated.inflated(stream, size: size), SHA256Digest.hex(of: bytes) == sha256 else {
            throw LedgerError(
                .corrupt, what: "evidence \(sha256) is damaged", place: directory.database,
                remedy: "run `plumbline ledger verify`, then restore the newest backup")
        }
        return bytes
    }

    /// The newest signed checkpoint as a C2SP signed note; nil before the first.
    package func newestCheckpoint() throws(LedgerError) -> String? {
        try reading { database throws(LedgerError) in try database.newestCheckpoint()?.note }
    }
}
