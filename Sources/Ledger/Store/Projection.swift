internal import Codecs

/// What the tables that make reading quick say about one entry; derived from its body alone.
struct Projection: Sendable, Equatable {
    /// The columns of `inspection`, for a record.
    struct Inspection: Sendable, Equatable {
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
    enum CycleEvent: Sendable, Equatable {
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
    /// The serial that an entry belongs to: its own, or that of the record that it is about.
    func serial(of projection: Projection) throws(LedgerError) -> String? {
        if let serial = projection.serial { return serial }
        guard let record = projection.record else { return nil }
        let found = try first(
            "SELECT i.serial FROM entry e JOIN inspection i ON i.seq = e.seq WHERE e.id = ?1", [.text(record)]
        ) { $0.optionalText(0) }
        return found ?? nil
    }
}
