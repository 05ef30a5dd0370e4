internal import Glibc

/// A ledger in one file: the database as it was at one moment, and the public key of its signatures.
///
/// The private key is not in it: whoever finds a backup must not be able to continue the ledger. It is an
/// SQLite database; beside the ledger's own tables it has `backup(name, body)`, which restoring takes out.
package struct LedgerBackup: Sendable, Equatable {
    /// The file.
    package let path: String
    /// When it was made: UTC with nine decimals.
    package let madeAt: String
    /// Number of entries, and the root over them, 32 bytes.
    package let entries: Int64
    package let root: [UInt8]

    /// Copies the ledger in `directory` to `path`, which must not be there yet, while its daemon goes on.
    ///
    /// What was copied is then restored to a folder beside it, verified from the bodies up, and its root
    /// compared with the ledger's; only what passes gets the name `path`. That takes room for the ledger
    /// twice. Ends early with `.closed` once `isStopped` says so.
    package static func make(
        of directory: DataDirectory, at path: String, madeAt: String,
        isStopped: @Sendable () -> Bool = { false }
    ) throws(LedgerError) -> LedgerBackup {
        guard DataDirectory.isMissing(path) else {
            throw LedgerError(
                .invalid, what: "there is a file already", place: path, remedy: "name another file")
        }
        let drill = DataDirectory(path + ".check")
        let partial = path + ".partial"
        try removeAttempt(at: path)
        do throws(LedgerError) {
            let (entries, root) = try copy(directory, to: partial, madeAt: madeAt, isStopped)
            _ = try unpack(partial, into: drill)
            try check(drill, hasRoot: root, over: entries, isStopped)
            try Self.remove(nil, drill)
            guard rename(partial, path) == 0 else { throw DataDirectory.failure("renaming to", path) }
            try DataDirectory.syncFolder(folder(of: path))
            return LedgerBackup(path: path, madeAt: madeAt, entries: entries, root: root)
        } catch {
            // What went wrong first is what people must hear of; what is left is removed by the next one.
            try? Self.remove(partial, drill)
            throw error
        }
    }

    /// What an attempt at a backup that was cut short may have left ends with one of these.
    package static let leftovers = [".partial", ".check"]

    /// Removes what an attempt at the backup `path` that was cut short has left.
    package static func removeAttempt(at path: String) throws(LedgerError) {
        try remove(path + ".partial", DataDirectory(path + ".check"))
    }

    /// Copies the database and adds what restoring needs; the number of entries and the root over them.
    private static func copy(
        _ directory: DataDirectory, to partial: String, madeAt: String, _ isStopped: @Sendable () -> Bool
    ) throws(LedgerError) -> (entries: Int64, root: [UInt8]) {
        let key = try DataDirectory.read(directory.publicKey)
        guard let key else {
            throw LedgerError(
                .key, what: "the public key is missing", place: directory.publicKey,
                remedy: "start the gateway once: it makes the file from the private key")
        }
        try DataDirectory.writeDurably([], to: partial, mode: 0o600)
        let reader = try LedgerReader(path: directory.path)
        let head = try reader.snapshot { source throws(LedgerError) in
            let entries = try source.entryCount()
            let root = try source.root(ofSize: entries)
            let target = try SQLiteDatabase(path: partial, mode: .writer)
            try source.copy(into: target, isStopped: isStopped)
            return (entries, root ?? [])
        }
        // Opened anew: the copy is one with a write-ahead log, as its source is.
        let target = try SQLiteDatabase(path: partial, mode: .writer)
        _ = try target.first("PRAGMA journal_mode = DELETE") { $0.text(0) }
        try target.execute("PRAGMA synchronous = FULL")
        try target.transaction { () throws(LedgerError) in
            try target.execute("CREATE TABLE backup(name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT")
            for (name, body) in [("made_at", Array(madeAt.utf8)), ("ledger.pub", key)] {
                try target.run(
                    "INSERT INTO backup(name, body) VALUES (?1, ?2)", .text(name), .blob(body))
            }
        }
        target.close()
        try DataDirectory.sync(partial)
        return head
    }

    private static func check(
        _ drill: DataDirectory, hasRoot root: [UInt8], over entries: Int64, _ isStopped: @Sendable () -> Bool
    ) throws(LedgerError) {
        let report = try verified(drill, of: drill.path, isStopped)
        guard report.root == root, Int64(report.entries) == entries else {
            throw LedgerError(
                .corrupt, what: "what was copied is not what the ledger has", place: drill.path,
                remedy: "check the disk, then make the backup again")
        }
    }

    /// Verifies what was unpacked; throws `.corrupt` with the first disagreement where there is one.
    static func verified(
        _ stage: DataDirectory, of path: String, _ isStopped: () -> Bool = { false }
    ) throws(LedgerError) -> VerificationReport {
        let report = try LedgerReader(path: stage.path).verify(isStopped: isStopped)
        guard report.isSound else {
            let first = report.mismatches.first ?? ""
            throw LedgerError(
                .corrupt, what: "it does not verify (\(report.mismatchCount) disagreements): \(first)",
                place: path, remedy: "run `plumbline ledger verify` on the ledger; keep older backups")
        }
        return report
    }

    /// Lays the ledger in the backup `path` out in the folder `stage`, brought up to this program's schema.
    ///
    /// Returns when the backup was made. Throws `.invalid` where the file is no backup.
    static func unpack(_ path: String, into stage: DataDirectory) throws(LedgerError) -> String {
        let (madeAt, key) = try members(of: path)
        try stage.create()
        try DataDirectory.copy(path, to: stage.database)
        let database = try SQLiteDatabase(path: stage.database, mode: .writer)
        try database.execute("DROP TABLE backup")
        try database.migrate(LedgerMigrations.all)
        if let note = try database.newestCheckpoint()?.note {
            try stage.replace(stage.checkpoint, with: Array(note.utf8))
        }
        database.close()
        try stage.replace(stage.publicKey, with: key)
        try DataDirectory.sync(stage.database)
        return madeAt
    }

    private static func members(of path: String) throws(LedgerError) -> (madeAt: String, key: [UInt8]) {
        func refusal(_ why: String) -> LedgerError {
            LedgerError(
                .invalid, what: "this is no backup of a ledger (\(why))", place: path,
                remedy: "name a file that `plumbline backup` wrote")
        }
        guard !DataDirectory.isEmpty(path) else { throw refusal("it is missing or empty") }
        var found: [String: [UInt8]] = [:]
        do throws(LedgerError) {
            let database = try SQLiteDatabase(path: path, mode: .immutable)
            let rows = try database.rows("SELECT name, body FROM backup") { ($0.text(0), $0.bytes(1)) }
            for (name, body) in rows { found[name] = body }
        } catch { throw refusal(error.what) }
        guard let madeAt = found["made_at"], let key = found["ledger.pub"] else {
            throw refusal("it does not say when it was made and by which key")
        }
        return (String(decoding: madeAt, as: UTF8.self), key)
    }

    /// Removes what an earlier attempt may have left, files that this program makes and no others.
    static func remove(_ partial: String?, _ stage: DataDirectory) throws(LedgerError) {
        // Whoever has restored for practice may have a ledger of that name.
        guard DataDirectory.isMissing(stage.key), DataDirectory.isMissing(stage.lock) else {
            throw LedgerError(
                .invalid, what: "this is a ledger in use, and no leftover", place: stage.path,
                remedy: "move it to another folder")
        }
        var files = [stage.publicKey, stage.checkpoint, stage.publicKey + ".new", stage.checkpoint + ".new"]
        for database in [stage.database, partial].compactMap({ $0 }) {
            files += ["", "-wal", "-shm", "-journal"].map { database + $0 }
        }
        for file in files where unlink(file) != 0 && errno != ENOENT && errno != ENOTDIR {
            throw DataDirectory.failure("removing", file)
        }
        guard rmdir(stage.path) == 0 || errno == ENOENT else {
            throw DataDirectory.failure("removing", stage.path)
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
