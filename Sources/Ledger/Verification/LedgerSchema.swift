/// Tables, indexes and rules of a database, held against those of a ledger made new.
///
/// A rule may be taken away, or kept in name only; and what a query means depends on the schema: a view in
/// the place of a table is a program of whoever made it.
enum LedgerSchema {
    private struct Object: Hashable {
        let type: String
        let name: String
        let table: String
        let sql: [UInt8]

        /// Rules have names of their own: one may be called as a table is.
        var title: String { "\(type) \(name)" }
    }

    /// Beside the ledger's own a backup has this table, written in these words.
    static let backupTable = "CREATE TABLE backup(name TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT"

    /// Objects and their text that are read at most: a ledger has some forty.
    private static let mostObjects: Int64 = 1_000

    /// What of `database` is not as in a ledger of its version, in words; empty where all is.
    ///
    /// Reads nothing but the schema's own table and that of the steps. `isBackup` expects the backup's table
    /// too.
    static func objections(
        to database: SQLiteDatabase, isBackup: Bool = false
    ) throws(LedgerError) -> [String] {
        let version = Int(clamping: try database.first("PRAGMA user_version") { $0.integer(0) } ?? 0)
        guard (0...LedgerMigrations.all.count).contains(version) else {
            return ["database: schema \(version) is none that this program knows"]
        }
        let sound = try SQLiteDatabase(path: ":memory:", mode: .writer)
        try sound.migrate(Array(LedgerMigrations.all.prefix(version)))
        if isBackup { try sound.execute(backupTable) }
        let (expected, found) = (Set(try objects(sound)), try objects(database))
        guard found.count < mostObjects else { return ["database: it has more tables than a ledger"] }
        var objections = missing(expected, in: Set(found)) + surplus(found, beside: expected)
        if objections.isEmpty, version > 0, try steps(sound) != steps(database) {
            objections.append(
                "database: the table migration does not say the steps that this schema was made by")
        }
        return objections
    }

    private static func missing(_ expected: Set<Object>, in found: Set<Object>) -> [String] {
        let titles = Set(found.map(\.title))
        return expected.subtracting(found).sorted { $0.title < $1.title }.map { object in
            let what =
                object.type == "trigger"
                ? "the rule \(object.name), which keeps entries as they are,"
                : "the \(object.type) \(object.name)"
            return "database: \(what) was \(titles.contains(object.title) ? "changed" : "taken away")"
        }
    }

    private static func surplus(_ found: [Object], beside expected: Set<Object>) -> [String] {
        let titles = Set(expected.map(\.title))
        var seen: Set<String> = []
        return found.sorted { $0.title < $1.title }.compactMap { object in
            guard titles.contains(object.title) else {
                return "database: the \(object.title) is none of a ledger's"
            }
            return seen.insert(object.title).inserted ? nil : "database: the \(object.title) is there twice"
        }
    }

    private static func objects(_ database: SQLiteDatabase) throws(LedgerError) -> [Object] {
        try database.rows(
            "SELECT type, name, tbl_name, substr(sql, 1, 10000) FROM sqlite_schema LIMIT ?1",
            [.integer(mostObjects)]
        ) {
            Object(type: $0.text(0), name: $0.text(1), table: $0.text(2), sql: $0.bytes(3))
        }
    }

    private static func steps(_ database: SQLiteDatabase) throws(LedgerError) -> [String] {
        try database.rows("SELECT number, name, sha256 FROM migration ORDER BY number LIMIT 1000") {
            "\($0.integer(0)) \($0.text(1)) \($0.text(2))"
        }
    }
}
