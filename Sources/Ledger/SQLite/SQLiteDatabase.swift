internal import CSQLite
internal import CShims

/// One connection to an SQLite database, used by one thread at a time.
///
/// Statements are prepared once and kept. Every failure is a `LedgerError` that names the file.
package final class SQLiteDatabase {
    /// What a connection may do.
    package enum Mode: Sendable, Equatable {
        /// Reads and writes, creates the file where there is none.
        case writer
        /// Reads only; sees what is in the write-ahead log too.
        case reader
        /// Reads a file that nobody writes and whose directory may be read-only.
        case immutable
    }

    package let path: String
    let mode: Mode
    /// Nil once closed.
    private var connection: OpaquePointer?
    private var statements: [String: OpaquePointer] = [:]
    /// Those that an `SQLiteStatement` runs: kept until the connection is closed.
    private var keptStatements: [OpaquePointer] = []

    /// Most statements kept prepared; the SQL of this program is fixed, so this is never reached.
    private static let mostStatements = 128
    /// Bytes of a row or value that are read or written: a file of somebody else's must not fill the memory.
    /// The largest evidence (`Deflated.largest`) and every body stay far below.
    private static let largestValue: Int32 = 32 << 20
    /// How long a statement waits for another process's lock.
    private static let busyMilliseconds: Int32 = 5_000
    /// What a connection may keep of the file, in kibibytes; SQLite's own bound is 2,000. Who only reads is
    /// served by the system's cache. What the writer cannot keep it writes before the commit, reads again and
    /// writes again: a busy shop's commits change some hundred pages.
    private static func cacheKibibytes(_ mode: Mode) -> Int { mode == .writer ? 4_096 : 512 }

    /// Opens `path`; `vfs` names another file layer for tests that make it fail.
    package init(path: String, mode: Mode, vfs: String? = nil) throws(LedgerError) {
        (self.path, self.mode) = (path, mode)
        var opened: OpaquePointer?
        let status = sqlite3_open_v2(Self.uri(path, mode), &opened, Self.flags(mode), vfs)
        guard status == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            let code = opened.map { sqlite3_extended_errcode($0) } ?? SQLITE_NOMEM
            sqlite3_close_v2(opened)
            throw Self.error(code, message, path)
        }
        connection = opened
        sqlite3_extended_result_codes(opened, 1)
        sqlite3_busy_timeout(opened, Self.busyMilliseconds)
        plumbline_sqlite_harden(opened)
        sqlite3_limit(opened, SQLITE_LIMIT_LENGTH, Self.largestValue)
        // What a transaction would need to undo a part of itself stays in memory.
        try execute("PRAGMA cache_size = -\(Self.cacheKibibytes(mode)); PRAGMA temp_store = MEMORY")
    }

    deinit { close() }

    /// Closes the connection; every later use of it fails.
    package func close() {
        for statement in statements.values { sqlite3_finalize(statement) }
        for statement in keptStatements { sqlite3_finalize(statement) }
        (statements, keptStatements) = ([:], [])
        sqlite3_close_v2(connection)
        connection = nil
    }

    /// Runs every statement of `script`.
    package func execute(_ script: String) throws(LedgerError) {
        let connection = try open()
        guard sqlite3_exec(connection, script, nil, nil, nil) == SQLITE_OK else { throw lastError() }
    }

    /// Runs one statement that gives no rows; the number of rows it changed.
    @discardableResult
    package func run(_ sql: String, _ values: SQLiteValue...) throws(LedgerError) -> Int {
        try run(sql, values)
    }

    /// Runs one statement that gives no rows; the number of rows it changed.
    @discardableResult
    package func run(_ sql: String, _ values: [SQLiteValue]) throws(LedgerError) -> Int {
        let connection = try open()
        try forEach(sql, values) { _ throws(LedgerError) in true }
        return Int(sqlite3_changes(connection))
    }

    /// What `read` makes of each row, in order.
    package func rows<Element>(
        _ sql: String, _ values: [SQLiteValue] = [],
        _ read: (SQLiteRow) throws(LedgerError) -> Element
    ) throws(LedgerError) -> [Element] {
        var out: [Element] = []
        try forEach(sql, values) { row throws(LedgerError) in
            out.append(try read(row))
            return true
        }
        return out
    }

    /// What `read` makes of the first row; nil where there is none.
    package func first<Element>(
        _ sql: String, _ values: [SQLiteValue] = [],
        _ read: (SQLiteRow) throws(LedgerError) -> Element
    ) throws(LedgerError) -> Element? {
        var out: Element?
        try forEach(sql, values) { row throws(LedgerError) in
            out = try read(row)
            return false
        }
        return out
    }

    /// Calls `body` with each row until it returns false.
    package func forEach(
        _ sql: String, _ values: [SQLiteValue], _ body: (SQLiteRow) throws(LedgerError) -> Bool
    ) throws(LedgerError) {
        let statement = try prepared(sql)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            guard Self.bind(value, at: Int32(index + 1), of: statement) == SQLITE_OK else {
                throw lastError()
            }
        }
        while true {
            let status = sqlite3_step(statement)
            if status == SQLITE_DONE { return }
            guard status == SQLITE_ROW else { throw lastError() }
            guard try body(SQLiteRow(statement: statement)) else { return }
        }
    }

    /// What `body` returns, run in one transaction that is rolled back where it throws.
    package func transaction<Result>(
        _ body: () throws(LedgerError) -> Result
    ) throws(LedgerError) -> Result {
        try run("BEGIN IMMEDIATE")
        do throws(LedgerError) {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            rollBack()
            throw error
        }
    }

    /// Gives up the open transaction, if any; SQLite may have done so by itself after a failure.
    package func rollBack() {
        guard let connection, sqlite3_get_autocommit(connection) == 0 else { return }
        sqlite3_exec(connection, "ROLLBACK", nil, nil, nil)
    }

    /// Whether closing leaves the write-ahead log: then what is in it is moved by `checkpointLog` alone.
    func keepLog(_ isKept: Bool) { plumbline_sqlite_keep_log(connection, isKept ? 1 : 0) }

    /// Moves the write-ahead log into the database; `truncating` also empties the log's file.
    package func checkpointLog(truncating: Bool) throws(LedgerError) {
        let connection = try open()
        let mode = truncating ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE
        let status = sqlite3_wal_checkpoint_v2(connection, nil, mode, nil, nil)
        // BUSY: a reader still needs the log; the next checkpoint moves it.
        guard status == SQLITE_OK || status & 0xFF == SQLITE_BUSY else { throw lastError() }
    }

    /// Has SQLite write the number of pages in the write-ahead log to `pages` after each commit.
    ///
    /// It is left to the caller to checkpoint. `pages` must outlive this connection.
    package func watchLog(_ pages: UnsafeMutablePointer<Int32>) {
        _ = sqlite3_wal_hook(
            connection,
            { context, _, _, count in
                context?.assumingMemoryBound(to: Int32.self).pointee = count
                return SQLITE_OK
            }, pages)
    }

    /// What `body` makes of this connection and another.
    func withConnections<Result>(
        _ other: SQLiteDatabase, _ body: (OpaquePointer, OpaquePointer) -> Result
    ) throws(LedgerError) -> Result { body(try open(), try other.open()) }

    private func prepared(_ sql: String) throws(LedgerError) -> OpaquePointer {
        let connection = try open()
        if let statement = statements[sql] { return statement }
        if statements.count >= Self.mostStatements {
            for statement in statements.values { sqlite3_finalize(statement) }
            statements = [:]
        }
        let statement = try prepare(sql, on: connection)
        statements[sql] = statement
        return statement
    }

    /// A statement that stays prepared until the connection is closed.
    func kept(_ sql: String) throws(LedgerError) -> OpaquePointer {
        let statement = try prepare(sql, on: try open())
        keptStatements.append(statement)
        return statement
    }

    private func prepare(_ sql: String, on connection: OpaquePointer) throws(LedgerError) -> OpaquePointer {
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(connection, sql, -1, flags, &statement, nil) == SQLITE_OK, let statement
        else { throw lastError() }
        return statement
    }

    var isOpen: Bool { connection != nil }

    /// Throws `.closed` once this is closed.
    func checkOpen() throws(LedgerError) { _ = try open() }

    private func open() throws(LedgerError) -> OpaquePointer {
        guard let connection else {
            throw LedgerError(
                .closed, what: "the database is closed", place: path, remedy: "start the program again")
        }
        return connection
    }

    /// What SQLite says of the call before.
    func lastError() -> LedgerError {
        Self.error(
            sqlite3_extended_errcode(connection), String(cString: sqlite3_errmsg(connection)), path)
    }
}

extension SQLiteDatabase {
    private static func flags(_ mode: Mode) -> Int32 {
        switch mode {
        case .writer: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        case .reader: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        case .immutable: SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI
        }
    }

    /// SQLite's URI syntax, needed only to say `immutable`; every byte but the plainest is escaped.
    private static func uri(_ path: String, _ mode: Mode) -> String {
        guard mode == .immutable else { return path }
        var out = "file:"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "."),
                UInt8(ascii: "-"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16)
                out += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return out + "?immutable=1"
    }

    static func bind(_ value: SQLiteValue, at index: Int32, of statement: OpaquePointer) -> Int32 {
        // SQLITE_TRANSIENT of sqlite3.h, a cast that Swift does not import: SQLite copies the bytes at once.
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .null: return sqlite3_bind_null(statement, index)
        case .integer(let number): return sqlite3_bind_int64(statement, index, number)
        case .text(let text):
            var text = text
            return text.withUTF8 { bind(text: UnsafeRawBufferPointer($0), at: index, of: statement) }
        case .utf8(let bytes):
            return bytes.withUnsafeBytes { bind(text: $0, at: index, of: statement) }
        case .blob(let bytes):
            return bytes.withUnsafeBytes { buffer in
                guard let start = buffer.baseAddress, !buffer.isEmpty else {
                    return sqlite3_bind_zeroblob(statement, index, 0)
                }
                return sqlite3_bind_blob64(statement, index, start, UInt64(buffer.count), copied)
            }
        }
    }

    static func bind(
        text: UnsafeRawBufferPointer, at index: Int32, of statement: OpaquePointer
    ) -> Int32 {
        let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        guard let start = text.baseAddress, !text.isEmpty else {
            return sqlite3_bind_text(statement, index, "", 0, copied)
        }
        let characters = start.assumingMemoryBound(to: CChar.self)
        return sqlite3_bind_text64(
            statement, index, characters, UInt64(text.count), copied, UInt8(SQLITE_UTF8))
    }

    static func error(_ code: Int32, _ message: String, _ path: String) -> LedgerError {
        switch code & 0xFF {
        case SQLITE_FULL:
            LedgerError(
                .full, what: "the disk, or the size that the ledger may have, is full", place: path,
                remedy: "free space on this file system, then start again; nothing acknowledged is lost")
        case SQLITE_CORRUPT, SQLITE_NOTADB:
            LedgerError(
                .corrupt, what: message, place: path,
                remedy: "keep the file as it is and restore the newest backup")
        case SQLITE_BUSY, SQLITE_LOCKED:
            LedgerError(
                .locked, what: message, place: path,
                remedy: "end the other program that writes this database")
        case SQLITE_CONSTRAINT, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_MISMATCH:
            LedgerError(
                .invalid, what: message, place: path, remedy: "report this with the log: a rule of the store")
        default:
            LedgerError(
                .io, what: "\(message) (SQLite \(code))", place: path,
                remedy: "check the disk, the path and its permissions, then start again")
        }
    }
}
