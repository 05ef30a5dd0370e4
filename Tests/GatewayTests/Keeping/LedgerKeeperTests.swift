import Codecs
import Glibc
import Judging
import Ledger
import Linux
import Metrology
import Testing

@testable import Gateway

/// What is said of the ledger while the gateway runs: that it was damaged, that it is, that its disk fills.
@Suite(.timeLimit(.minutes(5))) struct LedgerKeeperTests {
    private static let name = "plumbline/plant-1/bench-pc-07"
    private let folder: ScratchFolder
    private let clock = StationRig.Clock()
    private var data: String { folder.path + "/data" }
    private var log: EventLog { EventLog(time: clock, on: -1) }

    init() throws { folder = try ScratchFolder("keeper") }

    private func open() throws -> LedgerWriter {
        try SoundLedger.open(path: data, origin: Self.name, time: clock, log: log)
    }

    private func sqlite(_ sql: String) throws {
        let database = try SQLiteDatabase(path: data + "/ledger.db", mode: .writer)
        defer { database.close() }
        try database.execute(sql)
    }

    /// A ledger of three entries, with `sql` done to it.
    private func leave(_ sql: String? = nil) async throws {
        let writer = try open()
        for number in 1...3 {
            try await writer.append([
                EntryDraft(
                    kind: .record, id: "r\(number)",
                    body: [
                        "schema": "plumbline.inspection/1", "id": .string("r\(number)"), "result": "PASS",
                    ],
                    outbox: ["qms"])
            ])
        }
        try await writer.close()
        guard let sql else { return }
        try sqlite("DROP TRIGGER entry_fixed; DROP TRIGGER node_fixed; " + sql)
    }

    private func events(_ ledger: LedgerWriter) throws -> [String] {
        try ledger.reader.entries(kind: .audit).compactMap { $0.body["event"]?.text }
    }

    private func keeper(
        _ ledger: LedgerWriter, suspend: @escaping @Sendable (String?) -> Void = { _ in }
    ) throws -> LedgerKeeper {
        try LedgerKeeper(ledger, time: clock, log: log, suspend: suspend)
    }

    private static func value(_ name: String, _ keeper: LedgerKeeper) -> Double? {
        keeper.families.first { $0.name == name }?.samples.first?.value
    }

    @Test func aDamagedLedgerIsSetAsideAndSaidUntilSomebodyAcknowledgesIt() async throws {
        try await leave("UPDATE node SET hash = zeroblob(32)")
        let ledger = try open()
        #expect(try events(ledger) == ["ledger.salvaged"])
        #expect(try ledger.reader.outboxCounts() == ["qms": [.pending: 3]])
        let keeper = try keeper(ledger)
        try await keeper.lookAround()
        #expect(keeper.notices.contains { $0.hasPrefix("A damaged ledger was set aside at ") })
        #expect(Self.value("plumbline_ledger_set_aside", keeper) == 1)
        #expect(keeper.concerns.contains { $0.isGood && $0.isDegraded })
        // Another start says it again.
        #expect(try self.keeper(ledger).notices.count { $0.contains("set aside") } == 1)
        try ledger.directory.replace(ledger.directory.acknowledgement, with: Array("J. Example\n".utf8))
        try await keeper.lookAround()
        #expect(!keeper.notices.contains { $0.contains("set aside") })
        #expect(try events(ledger).last == "ledger.salvage_seen")
        #expect(try ledger.reader.entries(kind: .audit).last?.body["by"] == "J. Example")
        #expect(try DataDirectory.read(ledger.directory.acknowledgement) == nil)
        #expect(try !self.keeper(ledger).notices.contains { $0.contains("set aside") })
        try await ledger.close()
        #expect(try LedgerReader(path: data).verify().mismatches == [])
    }

    @Test func whatIsDamagedIsSaidOnceInTheLedgerAndStaysAnAlarm() async throws {
        try await leave("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE seq = 1")
        let ledger = try open()
        let keeper = try keeper(ledger)
        for _ in 1...2 {
            try await keeper.round(unpaced: true)
            #expect(try events(ledger) == ["ledger.damaged"])
            #expect(keeper.notices.contains { $0.contains("entry 1: the body is not the one") })
            #expect(Self.value("plumbline_ledger_findings", keeper) == 1)
        }
        #expect(keeper.json([:])["verification"]?["state"] == "damaged")
        // It takes what is new all the same.
        try await ledger.append([EntryDraft(kind: .record, id: "r4", body: ["id": "r4"])])
        try await ledger.close()
    }

    @Test func aSoundLedgerIsVerifiedInSilence() async throws {
        try await leave()
        let ledger = try open()
        let keeper = try keeper(ledger)
        #expect(keeper.json([:])["verification"]?["state"] == "running")
        try await keeper.round(unpaced: true)
        #expect(keeper.json([:])["verification"]?["state"] == "sound")
        #expect(keeper.json([:])["verification"]?["entries"] == 3)
        #expect(try events(ledger) == [])
        try await ledger.close()
    }

    /// A gateway that ends at a write each time must not start for ever as if nothing were.
    @Test func whatARunFoundDamagedIsLookedThroughAtTheNextStart() async throws {
        try await leave()
        // Nothing that opening looks at: the page of an index.
        let file = data + "/ledger.db"
        let database = try SQLiteDatabase(path: file, mode: .immutable)
        let page = try database.first("SELECT rootpage FROM sqlite_schema WHERE name = 'entry_by_kind'") {
            Int($0.integer(0))
        }
        database.close()
        var bytes = try #require(try DataDirectory.read(file))
        let start = (try #require(page) - 1) * 4_096
        for index in start..<start + 4_096 { bytes[index] = 0x5A }
        try DataDirectory(data).replace(file, with: bytes)
        try await open().close()
        SoundLedger.suspect(
            DataDirectory(data), LedgerError(.corrupt, what: "malformed", place: "x", remedy: ""), log)
        let ledger = try open()
        #expect(try events(ledger) == ["ledger.salvaged"])
        #expect(try DataDirectory.read(ledger.directory.suspicion) == nil)
        try await ledger.close()
    }

    /// Whoever leaves the mark alone changes nothing.
    @Test func aSuspicionOfASoundLedgerIsForgotten() async throws {
        try await leave()
        let directory = DataDirectory(data)
        SoundLedger.suspect(
            directory, LedgerError(.corrupt, what: "malformed", place: "x", remedy: ""), log)
        let ledger = try open()
        #expect(try events(ledger) == [] && ledger.reader.size() == 3)
        #expect(try DataDirectory.read(directory.suspicion) == nil)
        try await ledger.close()
    }

    @Test func aDiskThatFillsIsSaidAndWhatNeedsRoomIsStoppedAndGoesOn() async throws {
        let ledger = try open()
        let told = Guarded<[String?]>([])
        let keeper = try keeper(ledger) { reason in told.withLock { $0.append(reason) } }
        let total: Int64 = 100 << 30
        func look(_ left: Int64) async throws {
            try await keeper.take(SpaceGauge.Look(total: total, free: left))
        }
        try await look(total / 2)
        #expect(try DataDirectory.read(ledger.directory.reserve, most: 1 << 24)?.count == 8 << 20)
        #expect(keeper.notices == [] && told.withLock { $0 } == [])
        try await look(total / 5)
        #expect(keeper.notices.first?.hasPrefix("Disk: 80 %") == true)
        try await look(total / 20)
        try await look(1 << 20)
        #expect(
            told.withLock { $0.count } == 1 && told.withLock { $0.first??.contains("disk is full") } == true)
        #expect(DataDirectory.isThere(ledger.directory.reserve) == false)
        #expect(Self.value("plumbline_recording", keeper) == 0)
        #expect(keeper.json([:])["disk"]?["recording"] == .bool(false))
        try await look(1 << 20)
        try await look(total / 2)
        #expect(told.withLock { $0.count } == 2 && told.withLock { $0.last } == .some(nil))
        #expect(keeper.notices == [])
        #expect(DataDirectory.isThere(ledger.directory.reserve))
        #expect(try events(ledger) == ["disk.low", "disk.low", "disk.full", "disk.freed"])
        try await ledger.close()
    }
}

extension DataDirectory {
    fileprivate static func isThere(_ file: String) -> Bool { access(file, F_OK) == 0 }
}
