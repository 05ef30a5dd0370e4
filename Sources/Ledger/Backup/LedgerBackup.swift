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
    /// The newest so many are under no signature: the ledger has signed none that covers them, within three
    /// seconds. Restoring asks whether that is accepted.
    package let unsigned: Int64

    /// Copies the ledger in `directory` to `path`, which must not be there yet, while its daemon goes on.
    ///
    /// It waits up to three seconds for a checkpoint that covers all that is copied. What was copied is then
    /// restored to a folder beside it, verified from the bodies up, and its root compared with the ledger's;
    /// only what passes gets the name `path`. That takes room for the ledger twice. Throws `.locked` where
    /// another program makes the same backup. Ends early with `.closed` once `isStopped` says so.
    package static func make(
        of directory: DataDirectory, at path: String, madeAt: String,
        isStopped: @Sendable () -> Bool = { false }
    ) throws(LedgerError) -> LedgerBackup {
        guard DataDirectory.isMissing(path) else { throw isThere(path) }
        let attempt = try BackupAttempt(path)
        do throws(LedgerError) {
            let (entries, root) = try copy(directory, to: attempt.partial, madeAt: madeAt, isStopped)
            _ = try unpack(attempt.partial, into: attempt.drill)
            let report = try verified(attempt.drill, of: attempt.drill.path, isStopped)
            guard report.root == root, Int64(report.entries) == entries else {
                throw LedgerError(
                    .corrupt, what: "what was copied is not what the ledger has", place: attempt.drill.path,
                    remedy: "check the disk, then make the backup again")
            }
            try attempt.publish()
            return LedgerBackup(
                path: path, madeAt: madeAt, entries: entries, root: root, unsigned: Int64(report.unsigned))
        } catch {
            // What went wrong first is what people must hear of; what is left is removed by the next one.
            try? attempt.discard()
            throw error
        }
    }

    static func isThere(_ path: String) -> LedgerError {
        LedgerError(.invalid, what: "there is a file already", place: path, remedy: "name another file")
    }

    /// What an attempt at a backup that was cut short may have left ends with one of these.
    package static var leftovers: [String] { BackupAttempt.leftovers }

    /// Removes what an attempt at the backup `path` that was cut short has left; leaves alone one that is
    /// under way.
    package static func removeAttempt(at path: String) throws(LedgerError) {
        do throws(LedgerError) {
            try BackupAttempt(path).discard()
        } catch  where error.kind == .locked {
            // Whoever makes it removes it, or gives it its name.
        }
    }

    private typealias Head = (entries: Int64, root: [UInt8])

    /// Copies the database and adds what restoring needs; the number of entries and the root over them.
    private static func copy(
        _ directory: DataDirectory, to partial: String, madeAt: String, _ isStopped: @Sendable () -> Bool
    ) throws(LedgerError) -> Head {
        let key = try DataDirectory.read(directory.publicKey)
        guard let key else {
            throw LedgerError(
                .key, what: "the public key is missing", place: directory.publicKey,
                remedy: "start the gateway once: it makes the file from the private key")
        }
        let reader = try LedgerReader(path: directory.path)
        let covered = try directory.awaitingCheckpoint(isStopped: isStopped) {
            () throws(LedgerError) -> Head? in
            try reader.snapshot { source throws(LedgerError) -> Head? in
                let signed = try source.newestCheckpoint()?.size ?? 0
                return signed < (try source.entryCount()) ? nil : try copy(source, to: partial, isStopped)
            }
        }
        let head: Head
        if let covered {
            head = covered
        } else {
            head = try reader.snapshot { source throws(LedgerError) in
                try copy(source, to: partial, isStopped)
            }
        }
        // Opened anew: the copy is one with a write-ahead log, as its source is.
        let target = try SQLiteDatabase(path: partial, mode: .writer)
        _ = try target.first("PRAGMA journal_mode = DELETE") { $0.text(0) }
        try target.execute("PRAGMA synchronous = FULL")
        try target.transaction { () throws(LedgerError) in
            try target.execute(LedgerSchema.backupTable)
            for (name, body) in [("made_at", Array(madeAt.utf8)), ("ledger.pub", key)] {
                try target.run(
                    "INSERT INTO backup(name, body) VALUES (?1, ?2)", .text(name), .blob(body))
            }
        }
        target.close()
        try DataDirectory.sync(partial)
        return head
    }

    /// Copies the state of the database that the open transaction sees.
    private static func copy(
        _ source: SQLiteDatabase, to partial: String, _ isStopped: () -> Bool
    ) throws(LedgerError) -> Head {
        let entries = try source.entryCount()
        let root = try source.root(ofSize: entries)
        let target = try SQLiteDatabase(path: partial, mode: .writer)
        try source.copy(into: target, isStopped: isStopped)
        return (entries, root ?? [])
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
    /// Returns when the backup was made. Throws `.invalid` where the file is no backup, `.corrupt` where its
    /// schema is not that of one, and `.key` where its public key is not written as a gateway's.
    static func unpack(_ path: String, into stage: DataDirectory) throws(LedgerError) -> String {
        try stage.create()
        try DataDirectory.copy(path, to: stage.database)
        // The copy is looked at: nobody else can change it meanwhile.
        let (madeAt, key) = try members(of: try opened(stage.database, of: path), path)
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

    /// The backup in `file`, which people know as `path`, once its schema is that of one: before that nothing
    /// else in it is read, for a view or a rule of somebody's making is a program of theirs.
    static func opened(_ file: String, of path: String) throws(LedgerError) -> SQLiteDatabase {
        guard !DataDirectory.isEmpty(file) else { throw refusal("it is missing or empty", path) }
        let database: SQLiteDatabase
        let tables: [String]
        do throws(LedgerError) {
            database = try SQLiteDatabase(path: file, mode: .immutable)
            tables = try database.rows(
                "SELECT sql FROM sqlite_schema WHERE name = 'backup' LIMIT 2"
            ) { $0.text(0) }
        } catch { throw refusal(error.what, path) }
        guard tables == [LedgerSchema.backupTable] else {
            throw refusal("it does not say when it was made and by which key", path)
        }
        if let objection = try LedgerSchema.objections(to: database, isBackup: true).first {
            throw LedgerError(
                .corrupt, what: "it does not verify: \(objection)", place: path,
                remedy: "it was changed by somebody: keep it, and take another backup")
        }
        return database
    }

    private static func members(
        of database: SQLiteDatabase, _ path: String
    ) throws(LedgerError) -> (madeAt: String, key: [UInt8]) {
        func member(_ name: String) throws(LedgerError) -> [UInt8]? {
            try database.first("SELECT substr(body, 1, 65536) FROM backup WHERE name = ?1", [.text(name)]) {
                $0.bytes(0)
            }
        }
        guard let madeAt = try member("made_at"), let key = try member("ledger.pub") else {
            throw refusal("it does not say when it was made and by which key", path)
        }
        let moment = String(decoding: madeAt, as: UTF8.self)
        guard MomentText.isWellFormed(moment) else { throw refusal("it was made at no time", path) }
        do throws(LedgerError) {
            _ = try SigningKey.published(key)
        } catch {
            throw LedgerError(
                .key, what: "it does not verify: its public key: \(error.what)", place: path,
                remedy: "it was changed by somebody: keep it, and take another backup")
        }
        return (moment, key)
    }

    private static func refusal(_ why: String, _ path: String) -> LedgerError {
        LedgerError(
            .invalid, what: "this is no backup of a ledger (\(why))", place: path,
            remedy: "name a file that `plumbline backup` wrote")
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
}
