extension LedgerVerifier {
    private struct SchemaObject: Hashable {
        let type: String
        let name: String
        let table: String
        let sql: String
    }

    /// Compares tables, indexes and rules with those of a ledger made new: a rule may be taken away, and it
    /// may be kept in name only.
    mutating func checkSchema() throws(LedgerError) {
        let sound = try SQLiteDatabase(path: ":memory:", mode: .writer)
        try sound.migrate(LedgerMigrations.all)
        let (expected, found) = (try Self.schema(sound), try Self.schema(database))
        for object in expected.subtracting(found).sorted(by: { $0.name < $1.name }) {
            let isThere = found.contains { $0.type == object.type && $0.name == object.name }
            let what =
                object.type == "trigger"
                ? "the rule \(object.name), which keeps entries as they are,"
                : "the \(object.type) \(object.name)"
            report.add("database: \(what) was \(isThere ? "changed" : "taken away")")
        }
        let names = Set(expected.map(\.name))
        for object in found.sorted(by: { $0.name < $1.name }) where !names.contains(object.name) {
            report.add("database: the \(object.type) \(object.name) is none of a ledger's")
        }
        if try Self.steps(sound) != Self.steps(database) {
            report.add("database: the table migration does not say the steps that this schema was made by")
        }
    }

    private static func schema(_ database: SQLiteDatabase) throws(LedgerError) -> Set<SchemaObject> {
        Set(
            try database.rows("SELECT type, name, tbl_name, sql FROM sqlite_schema") {
                SchemaObject(type: $0.text(0), name: $0.text(1), table: $0.text(2), sql: $0.text(3))
            })
    }

    private static func steps(_ database: SQLiteDatabase) throws(LedgerError) -> [String] {
        try database.rows("SELECT number, name, sha256 FROM migration ORDER BY number") {
            "\($0.integer(0)) \($0.text(1)) \($0.text(2))"
        }
    }
}
