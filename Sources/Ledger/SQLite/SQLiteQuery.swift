internal import CSQLite

/// A statement that is asked again and again for at most one row, or stepped through from its first row on.
///
/// What is bound is not copied, and columns are looked at where SQLite has them. Used by the thread of its
/// connection.
final class SQLiteQuery {
    typealias Bytes = UnsafeBufferPointer<UInt8>

    private let database: SQLiteDatabase
    private let handle: OpaquePointer
    private var failure: Int32 = SQLITE_OK

    /// Throws as `SQLiteDatabase` does where the statement makes no sense there.
    init(_ sql: String, on database: SQLiteDatabase) throws(LedgerError) {
        (self.database, handle) = (database, try database.kept(sql))
    }

    /// Makes it ready to be asked anew; what was read of its last row is gone.
    func reset() throws(LedgerError) {
        try database.checkOpen()
        sqlite3_reset(handle)
        sqlite3_clear_bindings(handle)
        failure = SQLITE_OK
    }

    /// Binds a number; parameters count from 1.
    func bind(_ index: Int32, _ number: Int64) { note(sqlite3_bind_int64(handle, index, number)) }

    /// Binds a text that stays where it is until the query was asked.
    func bind(_ index: Int32, lending text: Bytes) {
        // Without text there is no address, which would be NULL.
        let start = UnsafeRawPointer(text.baseAddress)?.assumingMemoryBound(to: CChar.self)
        note(
            start == nil
                ? sqlite3_bind_text(handle, index, "", 0, nil)
                : sqlite3_bind_text64(handle, index, start, UInt64(text.count), nil, UInt8(SQLITE_UTF8)))
    }

    /// Whether there is another row.
    func step() throws(LedgerError) -> Bool {
        try database.checkOpen()
        guard failure == SQLITE_OK else { throw database.lastError() }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw database.lastError()
        }
    }

    /// A column of the present row, counted from 0, as an integer.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

    /// A column of the present row, valid until the next step; nil for NULL.
    func bytes(_ column: Int32) -> Bytes? {
        guard sqlite3_column_type(handle, column) != SQLITE_NULL else { return nil }
        let start = sqlite3_column_blob(handle, column)
        let count = Int(sqlite3_column_bytes(handle, column))
        return Bytes(start: start?.assumingMemoryBound(to: UInt8.self), count: count)
    }

    /// A copy of a column of the present row as text, bytes that are no UTF-8 replaced; empty for NULL.
    func text(_ column: Int32) -> String {
        bytes(column).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private func note(_ status: Int32) { if failure == SQLITE_OK { failure = status } }
}
