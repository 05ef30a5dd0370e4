/// One step of the database's schema. Once released, its text never changes: another step is added.
struct Migration: Sendable {
    /// 1, 2, 3 …; the database keeps the number of the last one in `PRAGMA user_version`.
    let number: Int
    let name: String
    let sql: String
}

extension SQLiteDatabase {
    /// Brings the database to the last of `migrations`, each in a transaction of its own.
    ///
    /// Throws `.newer` where the database has steps that this program does not know, and `.corrupt` where a
    /// step that it has was another text.
    func migrate(_ migrations: [Migration]) throws(LedgerError) {
        let version = Int(try first("PRAGMA user_version") { $0.integer(0) } ?? 0)
        guard version <= migrations.count else {
            throw LedgerError(
                .newer, what: "the database has schema \(version), this program knows \(migrations.count)",
                place: path, remedy: "install the version that wrote it, or a newer one")
        }
        for migration in migrations.prefix(version) {
            let hash = SHA256Digest.hex(of: Array(migration.sql.utf8))
            let stored = try first(
                "SELECT sha256 FROM migration WHERE number = ?1", [.integer(Int64(migration.number))]
            ) { $0.text(0) }
            guard stored == hash else {
                throw LedgerError(
                    .newer, what: "schema step \(migration.number) is not the one that this program knows",
                    place: path, remedy: "install the version that wrote this database")
            }
        }
        for migration in migrations.dropFirst(version) {
            let hash = SHA256Digest.hex(of: Array(migration.sql.utf8))
            try transaction { () throws(LedgerError) in
                try execute(migration.sql)
                try run(
                    "INSERT INTO migration(number, name, sha256) VALUES (?1, ?2, ?3)",
                    .integer(Int64(migration.number)), .text(migration.name), .text(hash))
                try execute("PRAGMA user_version = \(migration.number)")
            }
        }
    }
}
