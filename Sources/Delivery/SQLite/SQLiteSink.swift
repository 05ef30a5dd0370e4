internal import Codecs
internal import Ledger
package import Metrology

/// The embedded quality store: a second SQLite database with normalized tables, made for people to query.
///
/// A record is written whole in one transaction with `synchronous=FULL`. The same record again is confirmed
/// as a duplicate; another content under a known id is refused and is an alarm.
package actor SQLiteSink: Sink {
    package nonisolated let about: SinkDescription
    package nonisolated var confirmsDuplicates: Bool { true }
    package nonisolated var unownedExecutor: UnownedSerialExecutor { thread.asUnownedSerialExecutor() }

    private let path: String
    private let time: any TimeSource
    private nonisolated let thread: SinkThread
    /// Opened at the first use, and again after a failure of the disk.
    private var database: SQLiteDatabase?

    /// A store in the file at `path`, which is made at the first delivery.
    ///
    /// Throws where no thread is to be had.
    package init(_ about: SinkDescription, path: String, time: any TimeSource) throws(DeliveryError) {
        guard let thread = SinkThread() else {
            throw DeliveryError(
                what: "no thread for sink \(about.name)", place: path,
                remedy: "raise the limit of threads of this user")
        }
        (self.about, self.path, self.time, self.thread) = (about, path, time, thread)
    }

    deinit { thread.stop() }

    package func deliver(_ parcel: Parcel) -> DeliveryOutcome {
        guard SHA256Digest.hex(of: parcel.bytes) == parcel.sha256 else {
            return .refused(reason: "the bytes are not those of hash \(parcel.sha256)", isAlarm: true)
        }
        let row: InspectionRow
        do throws(DeliveryError) {
            row = try InspectionRow(parcel)
        } catch {
            return .refused(reason: error.description, isAlarm: false)
        }
        return answering { database throws(LedgerError) in
            try database.transaction { () throws(LedgerError) in try store(row, in: database) }
        }
    }

    package func lookUp(id: String, sha256: String) -> LookUpOutcome {
        do throws(LedgerError) {
            guard let (stored, receipt) = try receipt(of: id, in: try opened()) else { return .absent }
            return stored == sha256
                ? .found(receipt: receipt)
                : .conflict(reason: "\(id) is here with another content, hash \(stored)")
        } catch {
            database = nil
            return .unreachable(reason: error.description)
        }
    }

    /// Closes the database, its write-ahead log emptied; a later delivery opens it again.
    package func close() throws(DeliveryError) {
        guard let database else { return }
        self.database = nil
        do throws(LedgerError) {
            try database.checkpointLog(truncating: true)
        } catch {
            throw DeliveryError(what: error.what, place: error.place, remedy: error.remedy)
        }
    }

    private func answering(
        _ body: (SQLiteDatabase) throws(LedgerError) -> DeliveryOutcome
    ) -> DeliveryOutcome {
        do throws(LedgerError) {
            return try body(try opened())
        } catch {
            if error.kind == .invalid { return .refused(reason: error.description, isAlarm: false) }
            // After a failure nobody knows what the connection remembers; the file is opened anew. Whether
            // the commit took does not matter: the same record again is a duplicate.
            database = nil
            return .unreachable(reason: error.description)
        }
    }

    private func opened() throws(LedgerError) -> SQLiteDatabase {
        if let database { return database }
        let database = try SQLiteDatabase(path: path, mode: .writer)
        try database.execute(
            """
            PRAGMA mmap_size = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            PRAGMA foreign_keys = ON;
            """)
        try QMSSchema.apply(to: database)
        self.database = database
        return database
    }

    private func store(
        _ row: InspectionRow, in database: SQLiteDatabase
    ) throws(LedgerError) -> DeliveryOutcome {
        if let (sha256, receipt) = try receipt(of: row.id, in: database) {
            return sha256 == row.sha256
                ? .duplicate(receipt: receipt)
                : .refused(reason: "\(row.id) is here with another content, hash \(sha256)", isAlarm: true)
        }
        try row.insert(into: database)
        try database.run(
            "INSERT INTO delivery(inspection_id, sha256, received_at) VALUES (?1, ?2, ?3)",
            .text(row.id), .text(row.sha256), .text(time.now().utc.description))
        guard let (_, receipt) = try receipt(of: row.id, in: database) else {
            return .ambiguous(reason: "\(row.id) was written and is not there")
        }
        return .delivered(receipt: receipt)
    }

    /// The hash that the store holds under `id`, and its receipt; nil where it holds none.
    private func receipt(
        of id: String, in database: SQLiteDatabase
    ) throws(LedgerError) -> (sha256: String, receipt: JSONValue)? {
        try database.first(
            "SELECT i.sha256, d.number, d.received_at FROM inspection i "
                + "LEFT JOIN delivery d ON d.inspection_id = i.id WHERE i.id = ?1", [.text(id)]
        ) { row in
            let receipt: JSONValue = [
                "store": .string(about.name), "number": .number(row.integer(1)),
                "received_at": .optional(row.optionalText(2)), "sha256": .string(row.text(0)),
            ]
            return (row.text(0), receipt)
        }
    }
}
