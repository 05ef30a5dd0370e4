internal import Linux

/// SQLite's own check of the whole file, pages, rows and indexes, on a connection and a thread of its own.
///
/// It needs nothing of all else that is verified; what time is left of that thread's goes to entries.
final class StructureCheck: Sendable {
    private let database: Guarded<SQLiteDatabase>
    private let outcome = Guarded<Result<[String], LedgerError>>(.success([]))
    private let thread = Guarded<SystemThread?>(nil)
    private let shares = Guarded<EntryShares?>(nil)

    /// A check of the state that `other`'s open transaction sees from now on, to be begun once the schema is
    /// known to be a ledger's; nil where a daemon commits too often to catch the same state twice.
    ///
    /// Nothing may have been read in that transaction yet: it may be begun anew.
    init?(besides other: SQLiteDatabase) throws(LedgerError) {
        database = Guarded(try Self.opened(other.path, other.mode))
        let isSame = try database.withLock { own throws(LedgerError) in try Self.isSameState(own, other) }
        guard isSame else { return nil }
    }

    /// Begins the check, and behind it that of `shares`; false where there is no thread to be had.
    func begin(_ shares: EntryShares, in directory: DataDirectory) -> Bool {
        self.shares.withLock { $0 = shares }
        do throws(SystemCallError) {
            // It holds nothing of this, which waits for its end when it goes.
            let started = try SystemThread(name: "structure") { [database, outcome] in
                database.withLock { database in
                    let found = Self.outcome(&database)
                    outcome.withLock { $0 = found }
                    // The verifier goes by itself through what was not checked here, and meets the same.
                    try? LedgerVerifier.check(shares, on: database, in: directory)
                }
            }
            thread.withLock { $0 = started }
            return true
        } catch { return false }
    }

    deinit {
        shares.withLock { $0 }?.end()
        wait()
    }

    /// Waits until the thread has ended.
    func wait() {
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    /// What was found, in SQLite's words; waits until it is.
    func findings() throws(LedgerError) -> [String] {
        wait()
        return try outcome.withLock { $0 }.get()
    }

    /// The check itself, on whichever connection.
    static func findings(_ database: SQLiteDatabase) throws(LedgerError) -> [String] {
        try database.rows("PRAGMA integrity_check(100)") { $0.text(0) }.filter { $0 != "ok" }
    }

    /// Enough for the upper levels of every tree in a file of gigabytes.
    static let cacheKibibytes = 16_384
    private static let attempts = 20

    private static func opened(
        _ path: String, _ mode: SQLiteDatabase.Mode
    ) throws(LedgerError) -> sending SQLiteDatabase {
        let database = try SQLiteDatabase(path: path, mode: mode)
        try database.execute("PRAGMA mmap_size = 0; PRAGMA cache_size = -\(cacheKibibytes)")
        return database
    }

    private static func outcome(_ database: inout SQLiteDatabase) -> Result<[String], LedgerError> {
        do throws(LedgerError) {
            return .success(try findings(database))
        } catch { return .failure(error) }
    }

    /// Has both see one state: between two looks of `own` at a version that did not change, nobody committed,
    /// and `other` began to read in between.
    private static func isSameState(
        _ own: SQLiteDatabase, _ other: SQLiteDatabase
    ) throws(LedgerError) -> Bool {
        for _ in 1...attempts {
            let before = try version(own)
            // Which table is one the schema says, and that is not known yet.
            _ = try other.first("PRAGMA schema_version") { $0.integer(0) }
            try own.run("BEGIN")
            if try version(own) == before { return true }
            for database in [own, other] { database.rollBack() }
            try other.run("BEGIN")
        }
        return false
    }

    /// Changes with every commit of another connection (SQLite, `PRAGMA data_version`).
    private static func version(_ database: SQLiteDatabase) throws(LedgerError) -> Int64? {
        try database.first("PRAGMA data_version") { $0.integer(0) }
    }
}
