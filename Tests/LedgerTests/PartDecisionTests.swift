import Codecs
import Ledger
import Testing

/// What is looked up of a part before it is inspected again.
struct PartDecisionTests {
    private let scratch: Scratch
    private let writer: LedgerWriter

    init() throws {
        scratch = try Scratch()
        writer = try scratch.open()
    }

    private func append(
        _ id: String, serial: String, uii: String? = nil, number: String = "4L0014-163B"
    ) async throws {
        guard case .object(var body) = Scratch.record(id, serial: serial) else { return }
        body["part"] = ["serial": .string(serial), "number": .string(number), "uii": .optional(uii)]
        try await writer.append([EntryDraft(kind: .record, id: id, body: .object(body))])
    }

    private func decide(_ id: String, _ word: String, of record: String) async throws {
        try await writer.append([
            EntryDraft(
                kind: .disposition, id: id,
                body: ["record": .string(record), "disposition": .string(word)])
        ])
    }

    private func ids(serial: String, uii: String? = nil) throws -> [String] {
        try writer.reader.decisions(serial: serial, uii: uii).entries.map(\.id)
    }

    @Test func recordsAndDispositionsOfASerialAreFoundInOrder() async throws {
        try await writer.append([Scratch.audit("a1", event: "cycle.opened", cycle: "r1")])
        try await append("r1", serial: "SA10197")
        try await append("r2", serial: "SA10198")
        try await decide("d1", "reject", of: "r1")
        try await append("r3", serial: "SA10197", number: "4L0015-163B")
        #expect(try ids(serial: "SA10197") == ["r1", "d1", "r3"])
        let cut = try writer.reader.decisions(serial: "SA10197", uii: nil, limit: 2)
        #expect(cut.entries.map(\.id) == ["d1", "r3"])
        #expect(!cut.isWhole)
        #expect(try writer.reader.decisions(serial: "SA10197", uii: nil, limit: 3).isWhole)
        #expect(try ids(serial: "SA10199") == [])
        #expect(try ids(serial: "' OR 1=1 --") == [])
    }

    @Test func aUIIFindsItsRecordsUnderEverySerial() async throws {
        try await append("r1", serial: "A10197", uii: "D988974L0014-163BSA10197")
        try await decide("d1", "scrapped", of: "r1")
        try await append("r2", serial: "SA10197")
        #expect(
            try ids(serial: "SA10197", uii: "D988974L0014-163BSA10197") == ["r1", "d1", "r2"])
        #expect(try ids(serial: "SA10197", uii: "D988974L0014-163BSA1") == ["r2"])
    }

    /// A part that is inspected every day, such as one that gauges are checked with.
    @Test func noNumberOfLaterRecordsHidesADispositionOrAnotherPartNumber() async throws {
        try await append("other", serial: "SA10197", number: "4L0015-163B")
        try await append("first", serial: "SA10197")
        try await decide("no", "rework", of: "first")
        try await decide("end", "scrapped", of: "first")
        try await writer.append((1...500).map { Scratch.draft("r\($0)") })
        #expect(try ids(serial: "SA10197") == ["other", "first", "end", "r500"])
        #expect(try scratch.verified(writer) == [])
    }

    @Test func aLedgerFromBeforeUIIsWereLookedUpKnowsThemAfterItsFirstStart() async throws {
        try await append("r1", serial: "A10197", uii: "D988974L0014-163BSA10197")
        try await append("r2", serial: "A10198")
        try await decide("d1", "reject", of: "r1")
        try await writer.close()
        let said = scratch.sqlite(
            "DROP INDEX entry_gateway_started; DROP INDEX inspection_by_item; DROP INDEX part_decided; "
                + "ALTER TABLE part DROP COLUMN is_disposition; "
                + "DROP INDEX inspection_by_uii; ALTER TABLE inspection DROP COLUMN uii; "
                + "CREATE INDEX inspection_by_serial ON inspection(serial, operation, seq); "
                + "CREATE INDEX inspection_by_result ON inspection(result, seq); "
                + "DELETE FROM migration WHERE number > 1; PRAGMA user_version = 1")
        #expect(said == "")
        let again = try scratch.open()
        #expect(
            try again.reader.decisions(serial: "X", uii: "D988974L0014-163BSA10197").entries.map(\.id)
                == ["r1", "d1"])
        #expect(try scratch.verified(again) == [])
        #expect(scratch.sqlite("SELECT count(*) FROM inspection WHERE uii IS NULL") == "1")
        try await again.close()
    }
}
