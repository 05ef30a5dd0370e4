/// One entry whose row and projections say just what its body says, and what that makes of the tables.
struct AgreedEntry {
    let kind: EntryKind
    /// Whether the history of a part has it.
    let isInPart: Bool
    /// Whether the events of a cycle have it.
    let isCycleEvent: Bool
}

/// Finds that an entry agrees with all that is derived of it, without copying its body or making values of
/// it.
///
/// It is sure or it says nothing: what it does not agree to is looked at by `LedgerVerifier.checkProjection`,
/// which judges, and says in words what differs.
final class AgreementCheck {
    private let inspection: SQLiteQuery
    private let part: RowCursor
    private let serial: SQLiteQuery
    private let cycle: SQLiteQuery
    private let cycleEvent: RowCursor
    private let record: SQLiteQuery
    private let outbox: SQLiteQuery
    private let evidence: SQLiteQuery
    private let digest = SHA256Context()
    /// The cycle that was found to be recorded last: its events and its record mostly come together.
    private var recorded: [UInt8] = []
    /// The entry whose inspection was found last.
    private var inspected: Int64?

    init(_ database: SQLiteDatabase) throws(LedgerError) {
        inspection = try SQLiteQuery(
            "SELECT seq, id, serial, part_number, operation, station, result, provenance, ended_at, uii "
                + "FROM inspection WHERE seq >= ?1 ORDER BY seq", on: database)
        part = try RowCursor(
            "SELECT seq, is_disposition FROM part WHERE serial = ?1 AND seq >= ?2 ORDER BY seq", on: database)
        serial = try SQLiteQuery(
            "SELECT i.serial FROM entry e JOIN inspection i ON i.seq = e.seq WHERE e.id = ?1", on: database)
        cycle = try SQLiteQuery("SELECT state FROM cycle WHERE id = ?1", on: database)
        cycleEvent = try RowCursor(
            "SELECT seq FROM cycle_event WHERE cycle = ?1 AND seq >= ?2 ORDER BY seq", on: database)
        record = try SQLiteQuery("SELECT seq, body FROM entry WHERE id = ?1", on: database)
        outbox = try SQLiteQuery(
            "SELECT state, receipt FROM outbox WHERE sink = ?1 AND seq = ?2", on: database)
        evidence = try SQLiteQuery("SELECT 1 FROM evidence WHERE sha256 = ?1", on: database)
    }

    /// The entry, where everything agrees; nil where something does not, or might not.
    func agreed(
        seq: Int64, kind column: BodyScan.Text?, id: BodyScan.Text?, body: BodyScan.Text?
    ) throws(LedgerError) -> AgreedEntry? {
        guard let column, let id, let body, let scan = BodyScan(body) else { return nil }
        let kind = Self.kind(scan)
        guard column.isSame(kind) else { return nil }
        if kind == .record {
            guard let own = scan[.id], own.isSame(id), try hasInspection(scan, seq, id) else { return nil }
        }
        guard let isInPart = try isInPart(scan, seq, kind),
            let isEvent = try agreesWithCycle(scan, seq, kind, id)
        else { return nil }
        if kind == .receipt { guard try agreesWithReceipt(scan, seq) else { return nil } }
        for hash in scan.evidence { guard try isThere(hash) else { return nil } }
        return AgreedEntry(kind: kind, isInPart: isInPart, isCycleEvent: isEvent)
    }

    private static func kind(_ scan: BodyScan) -> EntryKind {
        guard let schema = scan[.schema] else {
            return scan[.record] != nil && scan[.disposition] != nil ? .disposition : .audit
        }
        if schema.reads("plumbline.inspection/1") { return .record }
        if schema.reads("plumbline.receipt/1") { return .receipt }
        if schema.reads("plumbline.audit/1") { return .audit }
        return scan[.record] != nil && scan[.disposition] != nil ? .disposition : .audit
    }

    private static let columns: [BodyScan.Field] = [
        .serial, .partNumber, .operation, .station, .result, .provenance, .endedAt, .partUII,
    ]

    private func hasInspection(
        _ scan: BodyScan, _ seq: Int64, _ id: BodyScan.Text
    ) throws(LedgerError) -> Bool {
        guard try isInspected(seq), let stored = inspection.bytes(1), stored.isSame(id) else { return false }
        for (index, field) in Self.columns.enumerated() {
            let said = field == .serial ? scan[.partSerial] ?? scan[.serial] : scan[field]
            let stored = inspection.bytes(Int32(index) + 2)
            switch (said, stored) {
            case (nil, nil): continue
            case (let said?, let stored?) where said.isSame(stored): continue
            default: return false
            }
        }
        return true
    }

    /// Whether there is an inspection of that entry, which is then the present row: mostly it is the one
    /// behind that of the record before.
    private func isInspected(_ seq: Int64) throws(LedgerError) -> Bool {
        if let inspected, inspected < seq, try inspection.step(), inspection.integer(0) == seq {
            self.inspected = seq
            return true
        }
        inspected = nil
        try inspection.reset()
        inspection.bind(1, seq)
        guard try inspection.step(), inspection.integer(0) == seq else { return false }
        inspected = seq
        return true
    }

    /// Whether it belongs to a part's history, where that has it; nil where the history lacks it.
    private func isInPart(
        _ scan: BodyScan, _ seq: Int64, _ kind: EntryKind
    ) throws(LedgerError) -> Bool? {
        try serial.reset()
        var name = scan[.partSerial] ?? scan[.serial]
        if name == nil, let record = scan[.record] {
            serial.bind(1, lending: record)
            if try serial.step() { name = serial.bytes(0) }
        }
        guard let name else { return false }
        guard try part.find(seq, of: name), part.rows.integer(1) == (kind == .disposition ? 1 : 0)
        else { return nil }
        return true
    }

    /// Whether it is an event of a cycle, where the tables say so; nil where they do not, or the state of the
    /// cycle is not what it must be after this entry.
    private func agreesWithCycle(
        _ scan: BodyScan, _ seq: Int64, _ kind: EntryKind, _ id: BodyScan.Text
    ) throws(LedgerError) -> Bool? {
        switch kind {
        case .record:
            return try isRecorded(id) ? false : nil
        case .audit:
            guard let event = scan[.event], event.begins("cycle."), let named = scan[.cycle] else {
                return false
            }
            // Few cycles have no record; what their state must be the judge says.
            guard try isRecorded(named) else { return nil }
            return try cycleEvent.find(seq, of: named) ? true : nil
        case .disposition, .receipt: return false
        }
    }

    private func isRecorded(_ id: BodyScan.Text) throws(LedgerError) -> Bool {
        if !id.isEmpty, recorded.withUnsafeBufferPointer(id.isSame) { return true }
        try cycle.reset()
        cycle.bind(1, lending: id)
        guard try cycle.step(), let state = cycle.bytes(0), state.reads("recorded") else { return false }
        recorded.replaceSubrange(0..., with: id)
        return true
    }

    private func agreesWithReceipt(_ scan: BodyScan, _ seq: Int64) throws(LedgerError) -> Bool {
        guard let id = scan[.record], let sink = scan[.sink], let sha256 = scan[.sha256] else { return false }
        try record.reset()
        record.bind(1, lending: id)
        guard try record.step(), let content = record.bytes(1), digest.isHex(sha256, of: content) else {
            return false
        }
        try outbox.reset()
        outbox.bind(1, lending: sink)
        outbox.bind(2, record.integer(0))
        guard try outbox.step(), let state = outbox.bytes(0) else { return false }
        return state.reads("delivered") && outbox.integer(1) == seq
    }

    private func isThere(_ hash: BodyScan.Text) throws(LedgerError) -> Bool {
        try evidence.reset()
        evidence.bind(1, lending: hash)
        return try evidence.step()
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func isSame(_ kind: EntryKind) -> Bool {
        switch kind {
        case .record: reads("record")
        case .disposition: reads("disposition")
        case .audit: reads("audit")
        case .receipt: reads("receipt")
        }
    }

    fileprivate func begins(_ word: StaticString) -> Bool {
        Self(rebasing: self[..<Swift.min(count, word.utf8CodeUnitCount)]).reads(word)
    }
}
