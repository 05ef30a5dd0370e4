internal import Codecs

/// The ledger's one writing connection, and the tree that grows with it. Used by one thread at a time.
final class LedgerStore {
    private let directory: DataDirectory
    private let origin: String
    private let lock: DirectoryLock
    private let database: SQLiteDatabase
    private let insertion: EntryInsertion
    private let key: SigningKey
    private let logPages: UnsafeMutablePointer<Int32>
    private let mostLogPages: Int32
    private(set) var frontier: MerkleFrontier
    /// Size of the tree at the newest checkpoint.
    private(set) var checkpointed: Int64

    /// Pages in the write-ahead log that make a checkpoint due: SQLite's own default.
    static let logPagesBeforeCheckpoint: Int32 = 1_000

    /// Opens the ledger in `directory`, makes it where there is none, and checks it against its checkpoints.
    ///
    /// `mostBytes` bounds the database file; `vfs` names another file layer for tests that make it fail.
    init(
        _ directory: DataDirectory, origin: String, mostBytes: Int64? = nil, vfs: String? = nil,
        mostLogPages: Int32 = logPagesBeforeCheckpoint
    ) throws(LedgerError) {
        try Self.check(origin)
        try directory.create()
        let lock = try DirectoryLock(directory)
        try SegmentSwap.finish(in: directory)
        try Self.refuseToStartAnew(directory)
        let database = try SQLiteDatabase(path: directory.database, mode: .writer, vfs: vfs)
        database.keepLog(true)
        try Self.configure(database, mostBytes: mostBytes)
        try database.migrate(LedgerMigrations.all)
        let head = try database.newestCheckpoint()
        let origin = try database.segment()?.origin(under: origin) ?? origin
        let key = try Self.signingKey(in: directory, origin: origin, isNew: head == nil)
        (self.directory, self.origin, self.lock, self.database, self.key) =
            (directory, origin, lock, database, key)
        (frontier, checkpointed) = (MerkleFrontier(), head?.size ?? 0)
        insertion = try EntryInsertion(database)
        self.mostLogPages = mostLogPages
        logPages = .allocate(capacity: 1)
        logPages.initialize(to: 0)
        database.watchLog(logPages)
        try checkHistory(stored: head)
    }

    deinit {
        database.close()
        logPages.deallocate()
    }

    /// Number of entries.
    var size: Int64 { frontier.size }

    /// Commits `group` in one transaction of the database. What of it conflicts is left out and gets its
    /// error; the rest is durable when this returns.
    ///
    /// Throws where nothing at all was committed.
    func commit(
        _ group: [PreparedTransaction]
    ) throws(LedgerError) -> [Result<[Entry], LedgerError>] {
        // Conflicts are rare, and a savepoint around each transaction copies every page that it changes.
        if let all = try commitIfFit(group) { return all.map { .success($0) } }
        return try committing { () throws(LedgerError) in
            var results: [Result<[Entry], LedgerError>] = []
            for transaction in group { results.append(try attempt(transaction)) }
            return results
        }
    }

    /// The entries of each transaction; nil, and nothing committed, where one of them does not fit.
    private func commitIfFit(_ group: [PreparedTransaction]) throws(LedgerError) -> [[Entry]]? {
        var isRefused = false
        do throws(LedgerError) {
            return try committing { () throws(LedgerError) in
                var entries: [[Entry]] = []
                for transaction in group {
                    do throws(LedgerError) {
                        entries.append(try write(transaction))
                    } catch {
                        isRefused = !error.isFatal
                        throw error
                    }
                }
                return entries
            }
        } catch {
            guard isRefused else { throw error }
            return nil
        }
    }

    /// What `body` returns, in one transaction; where it throws, everything is as before.
    private func committing<Value>(_ body: () throws(LedgerError) -> Value) throws(LedgerError) -> Value {
        let before = frontier
        do throws(LedgerError) {
            return try database.transaction(body)
        } catch {
            frontier = before
            throw error
        }
    }

    private func write(_ transaction: PreparedTransaction) throws(LedgerError) -> [Entry] {
        var entries: [Entry] = []
        for draft in transaction.drafts { entries.append(try insert(draft)) }
        for change in transaction.outbox { try database.apply(change) }
        return entries
    }

    private func attempt(
        _ transaction: PreparedTransaction
    ) throws(LedgerError) -> Result<[Entry], LedgerError> {
        let before = frontier
        try database.run("SAVEPOINT attempt")
        do throws(LedgerError) {
            let entries = try write(transaction)
            try database.run("RELEASE attempt")
            return .success(entries)
        } catch {
            guard !error.isFatal else { throw error }
            try database.run("ROLLBACK TO attempt")
            try database.run("RELEASE attempt")
            frontier = before
            return .failure(error)
        }
    }

    private func insert(_ prepared: PreparedTransaction.Draft) throws(LedgerError) -> Entry {
        let draft = prepared.draft
        let seq = frontier.size + 1
        if let existing = try append(prepared, seq: seq) { return existing }
        try insertion.insert(prepared.projection, seq: seq, id: draft.id)
        for blob in prepared.evidence {
            try database.run(
                """
                INSERT INTO evidence(sha256, size, body) SELECT ?1, ?2, ?3
                WHERE NOT EXISTS (SELECT 1 FROM evidence WHERE sha256 = ?1)
                """,
                .text(blob.sha256), .integer(Int64(blob.size)), .blob(blob.stream))
        }
        for sink in prepared.sinks { try insertion.queue(seq, for: sink) }
        for state in prepared.deviceState {
            try database.run(
                "INSERT INTO device_state(device, json, seq) VALUES (?1, ?2, ?3) "
                    + "ON CONFLICT(device) DO UPDATE SET json = excluded.json, seq = excluded.seq",
                .text(state.device), .utf8(state.json), .integer(seq))
        }
        return Entry(
            seq: seq, kind: draft.kind, id: draft.id, body: draft.body, bytes: prepared.bytes,
            leafHash: prepared.leafHash)
    }

    /// Writes the leaf and the nodes that it completes, or gives the entry that is there with this id and
    /// body.
    ///
    /// A rule that refuses them otherwise means that somebody else writes this database, which is the end of
    /// it for this process.
    private func append(
        _ prepared: PreparedTransaction.Draft, seq: Int64
    ) throws(LedgerError) -> Entry? {
        do throws(LedgerError) {
            try insertion.insert(prepared, seq: seq)
        } catch {
            guard error.kind == .invalid else { throw error }
            guard let existing = try database.entry(id: prepared.draft.id) else { throw changed(error) }
            guard existing.kind == prepared.draft.kind, existing.bytes == prepared.bytes else {
                throw conflict(with: existing)
            }
            return existing
        }
        do throws(LedgerError) {
            try insertion.grow(&frontier, by: prepared)
            return nil
        } catch {
            throw error.kind == .invalid ? changed(error) : error
        }
    }

    private func conflict(with existing: Entry) -> LedgerError {
        LedgerError(
            .conflict, what: "id \(existing.id) is entry \(existing.seq) already, with another content",
            place: directory.database,
            remedy: "keep both contents and find out which program made the second one")
    }

    private func changed(_ refusal: LedgerError) -> LedgerError {
        LedgerError(
            .corrupt, what: "the database changed under this process (\(refusal.what))",
            place: directory.database,
            remedy: "end whatever else writes it, then run `plumbline ledger verify`")
    }

    /// Signs the present head of the tree, stores it, and hands it out as the file `checkpoint`.
    func signCheckpoint() throws(LedgerError) {
        guard size > checkpointed else { return }
        let head = Checkpoint(origin: origin, size: size, root: frontier.root)
        let note = try key.note(for: head)
        try database.run(
            "INSERT INTO checkpoint(size, root, note) VALUES (?1, ?2, ?3)",
            .integer(head.size), .blob(head.root), .text(note))
        checkpointed = head.size
        try directory.replace(directory.checkpoint, with: Array(note.utf8))
    }

    /// Moves the write-ahead log into the database where it has grown long enough.
    func shortenLog() throws(LedgerError) {
        guard logPages.pointee >= mostLogPages else { return }
        try database.checkpointLog(truncating: false)
        logPages.pointee = 0
    }

    /// Signs the last head and empties the write-ahead log.
    func finish() throws(LedgerError) {
        try signCheckpoint()
        try database.checkpointLog(truncating: true)
        database.keepLog(false)
    }
}

extension LedgerStore {
    /// C2SP signed-note: a key's name has no blanks and no plus sign.
    private static func check(_ origin: String) throws(LedgerError) {
        let isFit = !origin.isEmpty && origin.utf8.allSatisfy { (0x21...0x7E).contains($0) && $0 != 0x2B }
        guard isFit, origin.utf8.count <= 200 else {
            throw LedgerError(
                .invalid, what: "\"\(origin)\" cannot name a ledger", place: "gateway: site, id",
                remedy: "use letters, digits, '-', '.', '_' in both")
        }
    }

    private static func configure(_ database: SQLiteDatabase, mostBytes: Int64?) throws(LedgerError) {
        // 0x706C6D62 is "plmb": what `file` and other programs can tell this database by.
        try database.execute(
            """
            PRAGMA mmap_size = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON; PRAGMA wal_autocheckpoint = 0;
            """)
        // Set anew it would be written anew, even into a file that is refused a moment later.
        if try database.first("PRAGMA application_id", [], { $0.integer(0) }) != 0x706C_6D62 {
            try database.execute("PRAGMA application_id = 0x706C6D62")
        }
        let journal = try database.first("PRAGMA journal_mode") { $0.text(0) } ?? ""
        let synchronous = try database.first("PRAGMA synchronous") { $0.integer(0) } ?? 0
        // SQLite keeps quiet where a file system does not allow what was asked for; 2 is FULL.
        guard journal == "wal", synchronous == 2 else {
            throw LedgerError(
                .io, what: "this file system does not allow a write-ahead log (it is \(journal))",
                place: database.path, remedy: "put the data directory on a local file system")
        }
        guard let mostBytes else { return }
        let pageSize = try database.first("PRAGMA page_size") { $0.integer(0) } ?? 4_096
        try database.execute("PRAGMA max_page_count = \(max(1, mostBytes / pageSize))")
    }

    /// The public key and the checkpoint are written once the database is there and synced. Where one of them
    /// is and the database is not, it was lost or taken away: an empty one would hide that.
    private static func refuseToStartAnew(_ directory: DataDirectory) throws(LedgerError) {
        guard !directory.holdsLedger else { return }
        for file in [directory.publicKey, directory.checkpoint] where !DataDirectory.isEmpty(file) {
            throw LedgerError(
                .rolledBack, what: "the database is gone, and \(file) says that there was one",
                place: directory.database,
                remedy: "restore the newest backup, or name another data directory for a new ledger")
        }
    }

    private static func signingKey(
        in directory: DataDirectory, origin: String, isNew: Bool
    ) throws(LedgerError) -> SigningKey {
        let key: SigningKey
        if let pem = try DataDirectory.read(directory.key) {
            key = try SigningKey(pem: pem)
        } else {
            guard isNew else {
                throw LedgerError(
                    .key, what: "the key that signed this ledger is missing", place: directory.key,
                    remedy: "restore it from the backup; a new key cannot continue the old ledger")
            }
            key = try SigningKey.generate()
            try directory.replace(directory.key, with: try key.pem(), mode: 0o600)
        }
        let file = try key.publicKeyFile(name: origin)
        if try DataDirectory.read(directory.publicKey) != file {
            try directory.replace(directory.publicKey, with: file)
        }
        return key
    }

    /// Compares the tree with what was signed before, in the database and in the file beside it, and what
    /// was not signed yet with itself.
    private func checkHistory(stored: (size: Int64, note: String)?) throws(LedgerError) {
        let handedOut = try DataDirectory.read(directory.checkpoint).map {
            String(decoding: $0, as: UTF8.self)
        }
        let count = try database.entryCount()
        if let stored {
            // The key is the right one where another of its signatures is good: then it is this one that is
            // damaged.
            guard key.checkpoint(verifiedFrom: stored.note) != nil || !isKnown(handedOut) else {
                throw database.damage("checkpoint \(stored.size): the signature is not one of the key")
            }
            try check(note: stored.note, from: directory.database, count: count)
        }
        frontier = try database.verifiedTail(after: stored?.size ?? 0)
        guard let handedOut else {
            if let stored { try directory.replace(directory.checkpoint, with: Array(stored.note.utf8)) }
            return
        }
        let head = try check(note: handedOut, from: directory.checkpoint, count: count)
        guard let stored, head.size < checkpointed else { return }
        try directory.replace(directory.checkpoint, with: Array(stored.note.utf8))
    }

    /// Whether the key signed what was handed out.
    private func isKnown(_ handedOut: String?) -> Bool {
        handedOut.map { key.checkpoint(verifiedFrom: $0) != nil } ?? false
    }

    @discardableResult
    private func check(note: String, from place: String, count: Int64) throws(LedgerError) -> Checkpoint {
        guard let head = key.checkpoint(verifiedFrom: note) else {
            throw LedgerError(
                .key, what: "no checkpoint that the key in \(directory.key) signed", place: place,
                remedy: "the checkpoint is damaged, or the key is another: `plumbline ledger verify` says "
                    + "which; put back the right file, and find out who replaced it")
        }
        guard head.origin == origin else {
            throw LedgerError(
                .invalid, what: "this ledger is \(head.origin), not \(origin)", place: place,
                remedy: "put the site and gateway id back, or use another data directory")
        }
        guard head.size <= count else {
            throw LedgerError(
                .rolledBack, what: "\(head.size) entries were signed, the database has \(count)",
                place: place,
                remedy: "an older copy of the database was put in place: restore the newest backup")
        }
        guard let root = try database.root(ofSize: head.size) else {
            throw database.damage("the tree of the first \(head.size) entries lacks nodes")
        }
        guard root == head.root else {
            // Where the database agrees with its own signatures it is not damaged: one key signed two
            // histories.
            throw LedgerError(
                place == directory.checkpoint ? .rolledBack : .corrupt,
                what: "the first \(head.size) entries are not those that were signed", place: place,
                remedy: "run `plumbline ledger verify`, then restore the newest backup")
        }
        return head
    }
}
