import Codecs
import Ledger
import Testing

/// A ledger with everything that goes on in the next segment, to be damaged.
struct SalvageFixture {
    static let name = "plumbline/plant-1/bench-pc-07"
    static let curve = (0..<600).map { UInt8(truncatingIfNeeded: $0 &* $0 / 5) }
    static let raw: [UInt8] = [0x00, 0x2A, 0x01]
    static let state: JSONValue = ["sequence": "42", "raw": "002a01", "curves": 0]
    /// Records, of which every third waits for `qms`, and one is quarantined.
    static let records = 60
    static var waiting: Set<String> {
        Set((1...records).filter { $0 % 3 == 0 }.map { "r\($0)" })
    }

    let scratch: Scratch

    init() async throws {
        scratch = try Scratch()
        let writer = try scratch.open()
        for number in 1...Self.records { try await Self.record(number, in: writer) }
        try await writer.append([
            EntryDraft(
                kind: .disposition, id: "d1",
                body: ["record": "r7", "disposition": "reject", "by": "1042"])
        ])
        for (id, event) in [("c1", "cycle.opened"), ("c2", "cycle.step")] {
            let body = Scratch.audit(id, event: event, cycle: "open").body
            guard case .object(var members) = body else { return }
            members["evidence"] = [.string(SHA256Digest.hex(of: Self.raw))]
            try await writer.append([
                EntryDraft(
                    kind: .audit, id: id, body: .object(members), evidence: [Self.raw],
                    deviceState: ["FB-1": Self.state])
            ])
        }
        try await writer.close()
    }

    private static func record(_ number: Int, in writer: LedgerWriter) async throws {
        var body = Scratch.record("r\(number)", serial: "SA\(10_000 + number)")
        guard case .object(var members) = body else { return }
        members["evidence"] = [.string(SHA256Digest.hex(of: Self.curve + [UInt8(number)]))]
        body = .object(members)
        let entry = try await writer.append([
            EntryDraft(
                kind: .record, id: "r\(number)", body: body, evidence: [Self.curve + [UInt8(number)]],
                outbox: ["qms"])
        ])[0]
        if number == 3 {
            try await writer.commit(
                LedgerTransaction(outbox: [
                    OutboxChange(sink: "qms", seq: entry.seq, .quarantined(reason: "no such part"))
                ]))
        }
        guard number % 3 != 0 else { return }
        let receipt = EntryDraft(
            kind: .receipt, id: "p\(number)",
            body: [
                "schema": "plumbline.receipt/1", "record": .string(entry.id), "sink": "qms",
                "sha256": .string(SHA256Digest.hex(of: entry.bytes)),
            ])
        try await writer.commit(
            LedgerTransaction(
                drafts: [receipt],
                outbox: [OutboxChange(sink: "qms", seq: entry.seq, .delivered(receipt: receipt.id))]))
    }

    func open() throws(LedgerError) -> LedgerWriter {
        try LedgerWriter(path: scratch.ledger, origin: Self.name)
    }

    /// Salvages as the gateway does where opening fails so.
    func salvage(
        _ error: LedgerError, at moment: String = "2026-11-22T06:40:00.000000000Z"
    ) throws(LedgerError) -> LedgerSegment {
        try LedgerSalvage.perform(
            in: DataDirectory(scratch.ledger), origin: Self.name, because: error, at: moment
        ) { members in
            var body = members
            body["schema"] = "plumbline.audit/1"
            body["event"] = .string(LedgerSegment.event)
            body["at"] = .string(moment)
            return ("salvage \(moment)", .object(body))
        }
    }

    /// Has the ledger salvaged after `sql` was done to it, and closes it; where the old one lies.
    func setAside(_ sql: String) async throws -> (aside: String, segment: LedgerSegment) {
        meddle(sql)
        let (writer, segment) = try openSalvaging()
        try await writer.close()
        let found = try #require(segment)
        return ("\(scratch.ledger)/\(found.folder)", found)
    }

    /// Opens the ledger, salvaging it where that is due.
    func openSalvaging() throws(LedgerError) -> (writer: LedgerWriter, segment: LedgerSegment?) {
        do throws(LedgerError) { return (try open(), nil) } catch {
            let segment = try salvage(error)
            return (try open(), segment)
        }
    }

    /// Runs `sql` as whoever can write the file does: the rules that keep entries as they are stand there
    /// before and afterwards, and not meanwhile.
    func meddle(_ sql: String) { scratch.meddle(sql) }

    /// Ids of what waits for `qms`, in whatever state.
    static func open(in reader: LedgerReader) throws -> Set<String> {
        Set(
            try [OutboxState.pending, .quarantined].flatMap {
                try reader.outbox(sink: "qms", state: $0).map(\.id)
            })
    }
}

extension Scratch {
    /// Runs `sql` on the ledger without its rules.
    func meddle(_ sql: String) {
        let rules = sqlite("SELECT sql || ';' FROM sqlite_schema WHERE type = 'trigger'")
        let names = sqlite("SELECT 'DROP TRIGGER ' || name || ';' FROM sqlite_schema WHERE type = 'trigger'")
        let said = sqlite("PRAGMA foreign_keys = OFF; \(names) \(sql); \(rules)")
        if !said.isEmpty { Issue.record("sqlite3: \(said)") }
    }
}
