/// The statements that write an entry, its leaf, and what the other tables say of it.
struct EntryInsertion {
    private let database: SQLiteDatabase
    private let entry: SQLiteStatement
    private let node: SQLiteStatement
    private let outbox: SQLiteStatement
    private let inspection: SQLiteStatement
    private let part: SQLiteStatement
    private let cycle: SQLiteStatement
    private let cycleEvent: SQLiteStatement

    init(_ database: SQLiteDatabase) throws(LedgerError) {
        self.database = database
        entry = try SQLiteStatement(
            "INSERT INTO entry(seq, kind, id, body, leaf_hash) VALUES (?1, ?2, ?3, ?4, ?5)", on: database)
        node = try SQLiteStatement(
            "INSERT INTO node(level, position, hash) VALUES (?1, ?2, ?3)", on: database)
        outbox = try SQLiteStatement(
            "INSERT INTO outbox(sink, seq, state) VALUES (?1, ?2, 'pending')", on: database)
        inspection = try SQLiteStatement(
            """
            INSERT INTO inspection(seq, id, serial, part_number, operation, station, result, provenance,
            ended_at, uii) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """, on: database)
        part = try SQLiteStatement(
            "INSERT INTO part(serial, seq, is_disposition) VALUES (?1, ?2, ?3)", on: database)
        cycle = try SQLiteStatement(
            """
            INSERT INTO cycle(id, state, station, opened) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(id) DO UPDATE SET state = excluded.state
            WHERE excluded.state = 'recorded' OR (excluded.state = 'closed' AND state = 'open')
            """, on: database)
        cycleEvent = try SQLiteStatement(
            "INSERT INTO cycle_event(cycle, seq) VALUES (?1, ?2)", on: database)
    }

    /// Writes the row of an entry; throws `.invalid` where `seq` is not the next one or the id is there.
    func insert(_ prepared: PreparedTransaction.Draft, seq: Int64) throws(LedgerError) {
        entry.bind(1, seq)
        entry.bind(2, prepared.draft.kind.rawValue)
        entry.bind(3, prepared.draft.id)
        entry.bind(5, blob: prepared.leafHash)
        try entry.run(lending: prepared.bytes, at: 4)
    }

    /// Writes the subtrees that an entry's leaf completes; throws `.invalid` where one is there.
    func grow(
        _ frontier: inout MerkleFrontier, by prepared: PreparedTransaction.Draft
    ) throws(LedgerError) {
        for (position, hash) in frontier.append(leafHash: prepared.leafHash) {
            node.bind(1, Int64(position.level))
            node.bind(2, position.index)
            node.bind(3, blob: hash)
            try node.run()
        }
    }

    /// Puts entry `seq` in front of a sink.
    func queue(_ seq: Int64, for sink: String) throws(LedgerError) {
        outbox.bind(1, sink)
        outbox.bind(2, seq)
        try outbox.run()
    }

    /// Writes what `projection` says about entry `seq`, which is there.
    func insert(_ projection: Projection, seq: Int64, id: String) throws(LedgerError) {
        if let row = projection.inspection { try insert(row, seq: seq, id: id) }
        if let serial = try database.serial(of: projection) {
            part.bind(1, serial)
            part.bind(2, seq)
            part.bind(3, projection.isDisposition ? 1 : 0)
            try part.run()
        }
        if let event = projection.cycle { try insert(event, seq: seq) }
    }

    private func insert(_ row: Projection.Inspection, seq: Int64, id: String) throws(LedgerError) {
        inspection.bind(1, seq)
        inspection.bind(2, id)
        inspection.bind(3, row.serial)
        inspection.bind(4, row.partNumber)
        inspection.bind(5, row.operation)
        inspection.bind(6, row.station)
        inspection.bind(7, row.result)
        inspection.bind(8, row.provenance)
        inspection.bind(9, row.endedAt)
        inspection.bind(10, row.uii)
        try inspection.run()
    }

    private func insert(_ event: Projection.CycleEvent, seq: Int64) throws(LedgerError) {
        let (state, id, station, isAudit) =
            switch event {
            case .happened(let id, let station): ("open", id, station, true)
            case .closed(let id, let station): ("closed", id, station, true)
            case .recorded(let id, let station): ("recorded", id, station, false)
            }
        cycle.bind(1, id)
        cycle.bind(2, state)
        cycle.bind(3, station)
        cycle.bind(4, seq)
        try cycle.run()
        guard isAudit else { return }
        cycleEvent.bind(1, id)
        cycleEvent.bind(2, seq)
        try cycleEvent.run()
    }
}
