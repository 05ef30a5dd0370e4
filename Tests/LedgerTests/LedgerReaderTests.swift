import Codecs
import Ledger
import Testing

struct LedgerReaderTests {
    private let scratch: Scratch
    private let writer: LedgerWriter
    private var reader: LedgerReader { writer.reader }

    init() throws {
        scratch = try Scratch()
        writer = try scratch.open()
    }

    private func append(_ id: String, _ body: JSONValue, kind: EntryKind = .record) async throws {
        try await writer.append([EntryDraft(kind: kind, id: id, body: body)])
    }

    @Test func recordsAreFoundByWhatPeopleAskFor() async throws {
        try await append("r1", Scratch.record("r1", endedAt: "2026-11-20T23:59:59.999999999Z"))
        try await append("r2", Scratch.record("r2", serial: "SA10198", result: "FAIL"))
        try await append("r3", Scratch.record("r3", station: "flow-test-2"))
        func ids(_ query: RecordQuery) throws -> [String] { try reader.records(query).map(\.id) }
        #expect(try ids(RecordQuery()) == ["r1", "r2", "r3"])
        #expect(try ids(RecordQuery(limit: 2)) == ["r2", "r3"])
        #expect(try ids(RecordQuery(since: "2026-11-21T00:00:00.000000000Z")) == ["r2", "r3"])
        #expect(try ids(RecordQuery(serial: "SA10197", station: "flow-test-1")) == ["r1"])
        #expect(try ids(RecordQuery(result: "FAIL")) == ["r2"])
        #expect(try ids(RecordQuery(serial: "' OR 1=1 --")) == [])
        #expect(try ids(RecordQuery(limit: 0)) == [])
    }

    @Test func attemptsCountTheRecordsOfAPartAtAnOperation() async throws {
        try await append("r1", Scratch.record("r1"))
        try await append("r2", Scratch.record("r2"))
        func attempts(_ serial: String, _ operation: String, of number: String = "4L0014-163B") throws -> Int
        {
            try reader.attempts(serial: serial, partNumber: number, operation: operation)
        }
        #expect(try attempts("SA10197", "060 Flow test") == 2)
        #expect(try attempts("SA10197", "070 Torque") == 0)
        #expect(try attempts("SA10198", "060 Flow test") == 0)
        #expect(try attempts("SA10197", "060 Flow test", of: "4L0015-163B") == 0)
    }

    @Test func theHistoryOfAPartHoldsEverythingAboutIt() async throws {
        try await writer.append([Scratch.audit("a1", event: "cycle.opened", cycle: "r1")])
        try await append("r1", Scratch.record("r1"))
        try await append("d1", ["record": "r1", "disposition": "rework"], kind: .disposition)
        try await append("r2", Scratch.record("r2", serial: "SA10198"))
        try await append("x1", ["event": "gateway.started"], kind: .audit)
        #expect(try reader.partHistory(serial: "SA10197").map(\.id) == ["a1", "r1", "d1"])
        #expect(try reader.partHistory(serial: "SA1019") == [])
    }

    /// A forged count ended the program that added one to it, and made the database refuse the next.
    @Test(arguments: [Int64.max, .min, -1]) func attemptsBeyondAllCountingAreCountedNoFurther(
        attempts: Int64
    ) async throws {
        try await append("r1", Scratch.record("r1"))
        try await writer.append([Scratch.draft("r2", outbox: ["qms"])])
        #expect(scratch.sqlite("UPDATE outbox SET attempts = \(attempts)") == "")
        let item = try #require(try reader.outbox(sink: "qms", state: .pending).first)
        #expect((0...OutboxItem.mostAttempts).contains(Int64(item.attempts)))
        for _ in 1...2 {
            let change = OutboxChange(
                sink: "qms", seq: item.seq, .postponed(reason: "no answer", nextAttemptAt: 1))
            try await writer.commit(LedgerTransaction(outbox: [change]))
        }
        let counted = try #require(try reader.outbox(sink: "qms", state: .pending).first).attempts
        #expect(Int64(counted) == (attempts > 0 ? OutboxItem.mostAttempts : 2))
    }

    @Test func entriesComeInPagesAndByKind() async throws {
        for number in 1...5 { try await append("r\(number)", Scratch.record("r\(number)")) }
        try await append("a1", ["event": "gateway.started"], kind: .audit)
        #expect(try reader.entries(after: 2, limit: 2).map(\.seq) == [3, 4])
        #expect(try reader.entries(kind: .audit).map(\.id) == ["a1"])
        #expect(try reader.entries(kind: .record, after: 5) == [])
        #expect(try reader.entry(seq: 6)?.id == "a1")
        #expect(try reader.entry(id: "r9") == nil)
    }

    @Test func theLatestStateOfADeviceIsKept() async throws {
        for seq in 1...2 {
            try await writer.append([
                EntryDraft(
                    kind: .record, id: "r\(seq)", body: Scratch.record("r\(seq)"),
                    deviceState: ["FTS-001": ["result_seq": .number(Int64(seq))]])
            ])
        }
        #expect(try reader.deviceState("FTS-001") == ["result_seq": 2])
        #expect(try reader.deviceState("FTS-002") == nil)
    }

    @Test func openCyclesAreThoseWithoutRecordAndWithoutEnd() async throws {
        for (id, cycle) in [("a1", "c1"), ("a2", "c2"), ("a3", "c3")] {
            try await writer.append([Scratch.audit(id, event: "cycle.opened", cycle: cycle)])
        }
        try await writer.append([Scratch.audit("a4", event: "cycle.step", cycle: "c2")])
        try await writer.append([Scratch.audit("a5", event: "cycle.step", cycle: "c3")])
        try await append("c1", Scratch.record("c1"))
        #expect(try reader.openCycles().map(\.id) == ["c2", "c3"])
        try await writer.append([Scratch.audit("a6", event: "cycle.closed", cycle: "c2")])
        // Whatever comes late for an ended cycle does not open it again.
        try await writer.append([Scratch.audit("a7", event: "cycle.step", cycle: "c1")])
        let open = try LedgerReader(path: scratch.crashCopy(to: "crash")).openCycles()
        #expect(open.map(\.id) == ["c3"])
        #expect(open.first?.station == "flow-test-1")
        #expect(open.first?.events.map { $0["event"]?.text } == ["cycle.opened", "cycle.step"])
        #expect(try reader.verify().mismatches == [])
    }

    @Test func itReadsWhileTheLedgerIsWrittenAndAfterItIsClosed() async throws {
        let other = try LedgerReader(path: scratch.ledger)
        try await append("r1", Scratch.record("r1"))
        #expect(try other.records().map(\.id) == ["r1"])
        try await writer.close()
        #expect(try LedgerReader(path: scratch.ledger).records().map(\.id) == ["r1"])
        #expect(try scratch.open().reader.size() == 1)
    }

    @Test func whereThereIsNoLedgerItSaysSo() {
        let error = #expect(throws: LedgerError.self) { try LedgerReader(path: "/nonexistent") }
        #expect(error?.what == "there is no ledger here")
        #expect(error?.remedy.contains("--data") == true)
    }

    @Test func aFileThatIsNoDatabaseIsRefused() async throws {
        let directory = DataDirectory(scratch.path + "/other")
        try directory.create()
        try directory.replace(directory.database, with: Array(repeating: 0x41, count: 9_000))
        #expect(
            #expect(throws: LedgerError.self) { try LedgerReader(path: directory.path) }?.kind == .corrupt)
        let error = #expect(throws: LedgerError.self) { try LedgerWriter(path: directory.path, origin: "o") }
        #expect(error?.kind == .corrupt)
    }

    @Test func aDatabaseOfANewerProgramIsLeftAlone() async throws {
        try await writer.close()
        _ = scratch.sqlite("PRAGMA user_version = 99")
        #expect(#expect(throws: LedgerError.self) { try LedgerReader(path: scratch.ledger) }?.kind == .newer)
        #expect(#expect(throws: LedgerError.self) { try scratch.open() }?.kind == .newer)
    }
}
