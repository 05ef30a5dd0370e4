internal import CSQLite

extension SQLiteDatabase {
    /// Pages copied at a time; what can end the copying is looked at between them.
    private static let pagesPerStep: Int32 = 256

    /// Copies this database, as the open transaction sees it, into the empty database `target`.
    ///
    /// The writer goes on meanwhile. Ends early, with `.closed`, once `isStopped` says so.
    func copy(into target: SQLiteDatabase, isStopped: () -> Bool) throws(LedgerError) {
        let status = try withConnections(target) { source, destination in
            guard let backup = sqlite3_backup_init(destination, "main", source, "main") else {
                return sqlite3_extended_errcode(destination)
            }
            var status = SQLITE_OK
            while status == SQLITE_OK, !isStopped() {
                status = sqlite3_backup_step(backup, Self.pagesPerStep)
            }
            let finished = sqlite3_backup_finish(backup)
            return status == SQLITE_DONE ? finished : status
        }
        switch status {
        case SQLITE_OK where isStopped():
            throw LedgerError(
                .closed, what: "copying was ended", place: target.path, remedy: "make the backup again")
        case SQLITE_OK: return
        default: throw Self.error(status, String(cString: sqlite3_errstr(status)), target.path)
        }
    }
}
