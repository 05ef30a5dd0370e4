internal import Codecs

/// How many rows the projections should have.
struct ExpectedRows {
    var inspections: Int64 = 0
    var parts: Int64 = 0
    var cycleEvents: Int64 = 0
    /// Of the cycles that are recorded and the outbox rows that are delivered, those of entries that agree.
    var recorded: Int64 = 0
    var delivered: Int64 = 0

    /// Counts the rows of an entry that agrees with all of them.
    mutating func add(_ entry: AgreedEntry) {
        if entry.kind == .record { (inspections, recorded) = (inspections + 1, recorded + 1) }
        if entry.kind == .receipt { delivered += 1 }
        if entry.isInPart { parts += 1 }
        if entry.isCycleEvent { cycleEvents += 1 }
    }

    /// Counts the rows of other entries.
    mutating func add(_ other: Self) {
        inspections += other.inspections
        parts += other.parts
        cycleEvents += other.cycleEvents
        recorded += other.recorded
        delivered += other.delivered
    }
}

extension LedgerVerifier {
    /// Compares what the projections hold of one entry with what its body says.
    mutating func checkProjection(
        seq: Int64, kind: EntryKind, id: String, body: JSONValue, place: String
    ) throws(LedgerError) {
        let projection = Projection(kind: kind, id: id, body: body)
        if let inspection = projection.inspection {
            expected.inspections += 1
            if try !isStored(inspection, seq, id: id) {
                report.add("\(place): the table inspection says something else than the record")
            }
        }
        if let serial = try database.serial(of: projection) {
            expected.parts += 1
            let found = try database.first(
                "SELECT 1 FROM part WHERE serial = ?1 AND seq = ?2 AND is_disposition = ?3",
                [.text(serial), .integer(seq), .integer(projection.isDisposition ? 1 : 0)]
            ) { _ in true }
            if found == nil { report.add("\(place): missing in the history of part \(serial)") }
        }
        if let event = projection.cycle { try check(event, seq: seq, place: place) }
        if kind == .receipt { try checkReceipt(seq: seq, body: body, place: place) }
        for hash in (body["evidence"]?.elements ?? []).compactMap(\.text) {
            let found = try database.first("SELECT 1 FROM evidence WHERE sha256 = ?1", [.text(hash)]) { _ in
                true
            }
            if found == nil, report.earlier?.lostEvidence.contains(hash) != true {
                report.add("\(place): its evidence \(hash) is missing")
            }
        }
    }

    /// Whether the row has just these values: SQLite compares bytes, where Swift holds texts to be equal that
    /// only look the same.
    private func isStored(
        _ row: Projection.Inspection, _ seq: Int64, id: String
    ) throws(LedgerError) -> Bool {
        try database.first(
            """
            SELECT 1 FROM inspection WHERE seq = ?1 AND id IS ?2 AND serial IS ?3 AND part_number IS ?4
            AND operation IS ?5 AND station IS ?6 AND result IS ?7 AND provenance IS ?8 AND ended_at IS ?9
            AND uii IS ?10
            """,
            [
                .integer(seq), .text(id), .optional(row.serial), .optional(row.partNumber),
                .optional(row.operation), .optional(row.station), .optional(row.result),
                .optional(row.provenance), .optional(row.endedAt), .optional(row.uii),
            ]
        ) { _ in true } ?? false
    }

    private mutating func check(
        _ event: Projection.CycleEvent, seq: Int64, place: String
    ) throws(LedgerError) {
        let (cycle, allowed, isAudit) =
            switch event {
            case .happened(let id, _): (id, ["open", "closed", "recorded"], true)
            case .closed(let id, _): (id, ["closed", "recorded"], true)
            case .recorded(let id, _): (id, ["recorded"], false)
            }
        let state = try database.first("SELECT state FROM cycle WHERE id = ?1", [.text(cycle)]) { $0.text(0) }
        if !allowed.contains(state ?? "") {
            report.add("\(place): cycle \(cycle) is \(state ?? "missing") in the table cycle")
        }
        guard isAudit else { return }
        expected.cycleEvents += 1
        let found = try database.first(
            "SELECT 1 FROM cycle_event WHERE cycle = ?1 AND seq = ?2", [.text(cycle), .integer(seq)]
        ) { _ in true }
        if found == nil { report.add("\(place): missing among the events of cycle \(cycle)") }
    }

    /// A receipt is for a record that is here, with this content, and the outbox agrees.
    private mutating func checkReceipt(seq: Int64, body: JSONValue, place: String) throws(LedgerError) {
        guard let id = body["record"]?.text, let sink = body["sink"]?.text else {
            report.add("\(place): names no record and sink")
            return
        }
        guard
            let (record, bytes) = try database.first(
                "SELECT seq, body FROM entry WHERE id = ?1", [.text(id)], { ($0.integer(0), $0.bytes(1)) })
        else {
            report.add("\(place): its record \(id) is missing")
            return
        }
        if body["sha256"]?.text != SHA256Digest.hex(of: bytes) {
            report.add("\(place): sink \(sink) confirmed another content of record \(id)")
        }
        let stored = try database.first(
            "SELECT state, receipt FROM outbox WHERE sink = ?1 AND seq = ?2", [.text(sink), .integer(record)]
        ) { ($0.text(0), $0.integer(1)) }
        if stored?.0 != "delivered" || stored?.1 != seq {
            report.add("\(place): the outbox of \(sink) does not say that record \(id) was delivered")
        }
    }

    mutating func checkProjectionsAsAWhole() throws(LedgerError) {
        for (table, rows) in [
            ("inspection", expected.inspections), ("part", expected.parts),
            ("cycle_event", expected.cycleEvents),
        ] {
            let found = try database.first("SELECT count(*) FROM \(table)") { $0.integer(0) } ?? 0
            if found != rows { report.add("table \(table): \(found) rows, the entries make \(rows)") }
        }
        // Each record that agrees has a recorded cycle of its own: where there are no more, all have one.
        let recorded = try database.first("SELECT count(*) FROM cycle WHERE state = 'recorded'") {
            $0.integer(0)
        }
        let doubtful = recorded == expected.recorded ? "state <> 'recorded' AND" : ""
        try database.forEach(
            """
            SELECT id, state FROM cycle WHERE \(doubtful) CASE state
            WHEN 'recorded' THEN NOT EXISTS (SELECT 1 FROM entry WHERE id = cycle.id AND kind = 'record')
            WHEN 'closed' THEN NOT EXISTS (SELECT 1 FROM cycle_event v JOIN entry e ON e.seq = v.seq
            WHERE v.cycle = cycle.id AND json_valid(e.body) AND e.body ->> '$.event' = 'cycle.closed')
            ELSE NOT EXISTS (SELECT 1 FROM cycle_event v WHERE v.cycle = cycle.id) END
            """, []
        ) { row in
            report.add("cycle \(row.text(0)): is \(row.text(1)), and no entry says so")
            return true
        }
    }

    /// What the outbox calls delivered has its receipt.
    mutating func checkOutbox() throws(LedgerError) {
        let wild = try database.first(
            "SELECT count(*) FROM outbox WHERE attempts NOT BETWEEN 0 AND ?1",
            [.integer(OutboxItem.mostAttempts)]
        ) { $0.integer(0) }
        if let wild, wild > 0 { report.add("outbox: \(wild) rows count attempts that nobody made") }
        // Each receipt that agrees has a delivered row of its own: where there are no more, all have one.
        let delivered = try database.first("SELECT count(*) FROM outbox WHERE state = 'delivered'") {
            $0.integer(0)
        }
        guard delivered != expected.delivered else { return }
        try database.forEach(
            """
            SELECT o.sink, o.seq FROM outbox o LEFT JOIN entry r ON r.seq = o.receipt AND r.kind = 'receipt'
            WHERE o.state = 'delivered' AND (r.seq IS NULL OR NOT json_valid(r.body)
            OR r.body ->> '$.sink' IS NOT o.sink
            OR r.body ->> '$.record' IS NOT (SELECT id FROM entry WHERE seq = o.seq))
            """, []
        ) { row in
            report.add(
                "outbox of \(row.text(0)): entry \(row.integer(1)) is called delivered, without the sink's "
                    + "receipt")
            return true
        }
    }

    mutating func checkEvidence() throws(LedgerError) {
        var last: [UInt8] = []
        // One piece at a time: a piece may have 16 MiB.
        while let (hash, size, stream) = try database.first(
            "SELECT sha256, size, body FROM evidence WHERE sha256 > ?1 ORDER BY sha256 LIMIT 1",
            [.utf8(last)],
            { ($0.bytes(0), $0.integer(1), $0.bytes(2)) })
        {
            let name = hash
            let hash = String(decoding: name, as: UTF8.self)
            // A name that is no text any more comes after every text, again and again.
            guard name != last else {
                report.add("evidence \(hash): its name is no text")
                break
            }
            report.evidence += 1
            last = name
            guard let bytes = Deflated.inflated(stream, size: size), SHA256Digest.hex(of: bytes) == hash
            else {
                report.add("evidence \(hash): the bytes are not those that the hash was made of")
                continue
            }
        }
    }
}
