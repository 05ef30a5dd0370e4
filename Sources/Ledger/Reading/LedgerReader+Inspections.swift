package import Codecs

/// Which records are asked for; everything that is nil is left open.
package struct RecordQuery: Sendable {
    /// Ended at or after this instant, written as records write theirs (`2026-11-21T09:20:00.000000000Z`).
    package var since: String?
    package var serial: String?
    package var station: String?
    /// `PASS`, `FAIL` or `INDETERMINATE`.
    package var result: String?
    /// The newest so many; nil for all.
    package var limit: Int?

    package init(
        since: String? = nil, serial: String? = nil, station: String? = nil, result: String? = nil,
        limit: Int? = nil
    ) {
        (self.since, self.serial, self.station, self.result) = (since, serial, station, result)
        self.limit = limit
    }
}

/// A cycle that was opened and has neither a record nor an end: what a restart must deal with.
package struct CycleJournal: Sendable, Equatable {
    package let id: String
    package let station: String?
    /// The bodies of its audit entries, in order: `cycle.opened`, `cycle.step` …
    package let events: [JSONValue]
}

extension LedgerReader {
    /// The newest records that fit `query`, oldest of them first.
    package func records(_ query: RecordQuery = RecordQuery()) throws(LedgerError) -> [Entry] {
        var conditions: [String] = []
        var values: [SQLiteValue] = []
        for (condition, value) in [
            ("ended_at >= ", query.since), ("serial = ", query.serial), ("station = ", query.station),
            ("result = ", query.result),
        ] {
            guard let value else { continue }
            values.append(.text(value))
            conditions.append("i.\(condition)?\(values.count)")
        }
        values.append(.integer(Int64(query.limit ?? -1)))
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let columns = "e.seq, e.kind, e.id, e.body, e.leaf_hash"
        let sql =
            "SELECT \(columns) FROM inspection i JOIN entry e ON e.seq = i.seq \(filter) "
            + "ORDER BY i.seq DESC LIMIT ?\(values.count)"
        return try reading { database throws(LedgerError) in
            try database.rows(sql, values, database.entry)
        }.reversed()
    }

    /// How often the part was inspected at `operation` so far: its records there.
    ///
    /// Serial numbers may be unique within their part number only: another number's records do not count.
    package func attempts(
        serial: String, partNumber: String, operation: String
    ) throws(LedgerError) -> Int {
        try reading { database throws(LedgerError) in
            Int(
                try database.first(
                    "SELECT count(*) FROM inspection WHERE serial = ?1 AND operation = ?2 "
                        + "AND part_number = ?3",
                    [.text(serial), .text(operation), .text(partNumber)]
                ) { $0.integer(0) } ?? 0)
        }
    }

    /// Every entry about the part in order: records, dispositions, audit entries, receipts.
    package func partHistory(serial: String) throws(LedgerError) -> [Entry] {
        try reading { database throws(LedgerError) in
            try database.rows(
                "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq IN "
                    + "(SELECT seq FROM part WHERE serial = ?1) ORDER BY seq",
                [.text(serial)], database.entry)
        }
    }

    /// The cycles that have neither a record nor a `cycle.closed`, in the order in which they were opened.
    package func openCycles() throws(LedgerError) -> [CycleJournal] {
        try snapshot { database throws(LedgerError) in
            let open = try database.rows(
                "SELECT id, station FROM cycle WHERE state = 'open' ORDER BY opened"
            ) { ($0.text(0), $0.optionalText(1)) }
            var cycles: [CycleJournal] = []
            for (id, station) in open {
                let events = try database.rows(
                    "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq IN "
                        + "(SELECT seq FROM cycle_event WHERE cycle = ?1) ORDER BY seq",
                    [.text(id)], database.entry)
                cycles.append(CycleJournal(id: id, station: station, events: events.map(\.body)))
            }
            return cycles
        }
    }
}
