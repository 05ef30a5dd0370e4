internal import Codecs

/// What the tables that make reading quick say about one entry; derived from its body alone.
struct Projection: Equatable {
    /// The columns of `inspection`, for a record.
    struct Inspection: Equatable {
        let serial: String?
        let partNumber: String?
        let operation: String?
        let station: String?
        let result: String?
        let provenance: String?
        let endedAt: String?
        let uii: String?
    }

    /// What an entry means for a cycle.
    enum CycleEvent: Equatable {
        case happened(id: String, station: String?)
        case closed(id: String, station: String?)
        case recorded(id: String, station: String?)
    }

    var inspection: Inspection?
    /// The part that this entry names itself.
    var serial: String?
    /// Id of the record whose part this entry is about, where it names no serial itself.
    var record: String?
    var cycle: CycleEvent?
    let isDisposition: Bool

    init(kind: EntryKind, id: String, body: JSONValue) {
        isDisposition = kind == .disposition
        serial = body["part"]?["serial"]?.text ?? body["serial"]?.text
        if serial == nil { record = body["record"]?.text }
        let station = body["station"]?.text
        switch kind {
        case .record:
            inspection = Inspection(
                serial: serial, partNumber: body["part"]?["number"]?.text, operation: body["operation"]?.text,
                station: station, result: body["result"]?.text, provenance: body["provenance"]?.text,
                endedAt: body["ended_at"]?.text, uii: body["part"]?["uii"]?.text)
            cycle = .recorded(id: id, station: station)
        case .audit:
            guard let event = body["event"]?.text, event.hasPrefix("cycle."), let id = body["cycle"]?.text
            else { return }
            cycle =
                event == "cycle.closed"
                ? .closed(id: id, station: station) : .happened(id: id, station: station)
        case .disposition, .receipt: break
        }
    }
}

extension SQLiteDatabase {
    /// Writes what `projection` says about entry `seq`, in the caller's transaction.
    func insert(_ projection: Projection, seq: Int64, id: String) throws(LedgerError) {
        if let row = projection.inspection {
            try run(
                """
                INSERT INTO inspection(seq, id, serial, part_number, operation, station, result, provenance,
                ended_at, uii) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
                """,
                .integer(seq), .text(id), .optional(row.serial), .optional(row.partNumber),
                .optional(row.operation), .optional(row.station), .optional(row.result),
                .optional(row.provenance), .optional(row.endedAt), .optional(row.uii))
        }
        if let serial = try serial(of: projection) {
            try run(
                "INSERT INTO part(serial, seq, is_disposition) VALUES (?1, ?2, ?3)", .text(serial),
                .integer(seq), .integer(projection.isDisposition ? 1 : 0))
        }
        if let event = projection.cycle { try insert(event, seq: seq) }
    }

    /// The serial that an entry belongs to: its own, or that of the record that it is about.
    func serial(of projection: Projection) throws(LedgerError) -> String? {
        if let serial = projection.serial { return serial }
        guard let record = projection.record else { return nil }
        let found = try first(
            "SELECT i.serial FROM entry e JOIN inspection i ON i.seq = e.seq WHERE e.id = ?1", [.text(record)]
        ) { $0.optionalText(0) }
        return found ?? nil
    }

    private func insert(_ event: Projection.CycleEvent, seq: Int64) throws(LedgerError) {
        let (state, id, station, isAudit) =
            switch event {
            case .happened(let id, let station): ("open", id, station, true)
            case .closed(let id, let station): ("closed", id, station, true)
            case .recorded(let id, let station): ("recorded", id, station, false)
            }
        try run(
            """
            INSERT INTO cycle(id, state, station, opened) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(id) DO UPDATE SET state = excluded.state
            WHERE excluded.state = 'recorded' OR (excluded.state = 'closed' AND state = 'open')
            """,
            .text(id), .text(state), .optional(station), .integer(seq))
        guard isAudit else { return }
        try run("INSERT INTO cycle_event(cycle, seq) VALUES (?1, ?2)", .text(id), .integer(seq))
    }
}
