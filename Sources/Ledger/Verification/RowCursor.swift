internal import Glibc

/// Asks for one row after another of those that belong to one name, in the order of their entries: whoever
/// asks for the next one gets it by a step, and no search.
///
/// The statement's ?1 is the name and its ?2 the least entry; its first column is the entry.
final class RowCursor {
    let rows: SQLiteQuery
    /// The name that was asked for last: the statement looks at it with every step.
    private let name = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: RowCursor.longestName)
    private var length: Int?

    /// Ids and serials are shorter; longer names are searched for each time.
    private static let longestName = 128

    init(_ sql: String, on database: SQLiteDatabase) throws(LedgerError) {
        rows = try SQLiteQuery(sql, on: database)
    }

    deinit { name.deallocate() }

    /// Whether there is a row of entry `seq` with that name; it is then the present one of `rows`.
    func find(_ seq: Int64, of text: BodyScan.Text) throws(LedgerError) -> Bool {
        if let length, text.isSame(.init(rebasing: name[..<length])) {
            if try rows.step(), rows.integer(0) == seq { return true }
        }
        length = nil
        try rows.reset()
        if text.count <= Self.longestName {
            _ = name.update(fromContentsOf: text)
            rows.bind(1, lending: .init(rebasing: name[..<text.count]))
        } else {
            rows.bind(1, lending: text)
        }
        rows.bind(2, seq)
        guard try rows.step(), rows.integer(0) == seq else { return false }
        if text.count <= Self.longestName { length = text.count }
        return true
    }
}
