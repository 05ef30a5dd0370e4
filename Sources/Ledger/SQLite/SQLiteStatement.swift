internal import CSQLite

/// A statement that gives no rows, prepared once and run for every entry.
///
/// Looking a statement up by its text and copying what is bound to it costs as much as a small INSERT. Used
/// by the thread of its connection.
final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let handle: OpaquePointer
    /// The first binding that failed since the last run.
    private var failure: Int32 = SQLITE_OK

    /// Throws as `SQLiteDatabase` does where the statement makes no sense there.
    init(_ sql: String, on database: SQLiteDatabase) throws(LedgerError) {
        (self.database, handle) = (database, try database.kept(sql))
    }

    /// Binds a number; parameters count from 1.
    func bind(_ index: Int32, _ number: Int64) { note { sqlite3_bind_int64(handle, index, number) } }

    /// Binds a copy of a text, or NULL.
    func bind(_ index: Int32, _ text: String?) {
        guard var text else { return note { sqlite3_bind_null(handle, index) } }
        note {
            text.withUTF8 { SQLiteDatabase.bind(text: UnsafeRawBufferPointer($0), at: index, of: handle) }
        }
    }

    /// Binds a copy of bytes.
    func bind(_ index: Int32, blob: [UInt8]) {
        note { SQLiteDatabase.bind(.blob(blob), at: index, of: handle) }
    }

    /// Runs it with what is bound, and with `text`, UTF-8, as parameter `index`, which is not copied.
    func run(lending text: [UInt8], at index: Int32) throws(LedgerError) {
        // Without text there is no address to lend.
        guard !text.isEmpty else {
            bind(index, "")
            return try run()
        }
        let status = text.withUnsafeBytes { bytes in
            note {
                sqlite3_bind_text64(
                    handle, index, bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    UInt64(bytes.count), nil, UInt8(SQLITE_UTF8))
            }
            return step()
        }
        try finish(status)
    }

    /// Runs it with what is bound.
    func run() throws(LedgerError) { try finish(step()) }

    private func note(_ bind: () -> Int32) {
        // Closing the connection ends its statements.
        guard database.isOpen, failure == SQLITE_OK else { return }
        failure = bind()
    }

    private func step() -> Int32 {
        guard database.isOpen, failure == SQLITE_OK else { return failure }
        return sqlite3_step(handle)
    }

    private func finish(_ status: Int32) throws(LedgerError) {
        try database.checkOpen()
        failure = SQLITE_OK
        // The error of the step stays that of the connection.
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        guard status == SQLITE_DONE else { throw database.lastError() }
    }
}
