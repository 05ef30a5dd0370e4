import Codecs
import Glibc
import Inspection
import Ledger
import Linux
import Metrology
import Testing
import Transports

@testable import Gateway

/// Stations without devices over one real ledger file: what becomes of a scan, from its bytes to the entries.
final class SuspectStationTests {
    private let path: String
    private let ledger: LedgerWriter

    init() throws {
        var template = Array("/tmp/plumbline-station-XXXXXX".utf8CString)
        path = String(cString: try #require(mkdtemp(&template)))
        ledger = try LedgerWriter(path: path + "/data", origin: "plumbline/plant-1/bench-pc-07")
    }

    deinit {
        for file in [
            "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.key", "ledger.pub", "checkpoint", "lock",
        ] {
            unlink("\(path)/data/\(file)")
        }
        rmdir("\(path)/data")
        rmdir(path)
    }

    private struct StillTime: TimeSource {
        func now() -> Stamp { StationFixture.stamp(1_000) }
    }

    /// A running station, with what it shows after each input.
    private struct Bench {
        let runner: StationRunner
        let task: Task<Void, any Error>
        private let views: AsyncStream<JSONValue>

        init(_ id: String, _ ledger: LedgerWriter, _ parts: PartsInWork, _ table: PartTable?) throws {
            let (views, shown) = AsyncStream.makeStream(of: JSONValue.self)
            self.views = views
            let services = StationServices(
                ledger: ledger, reader: ledger.reader, time: StillTime(), clock: { StationFixture.clock },
                roster: StationFixture.roster, partsInWork: parts, sinks: { _ in [] },
                counters: InspectionCounters(), queue: { (0, 0) }, scannerBoard: ScannerBoard(),
                scanners: { _ in [] }, log: EventLog(time: StillTime()), publish: { shown.yield($0) })
            let runner = StationRunner(
                station: try StationFixture.station(id: id, parts: table), devices: [:], services: services)
            self.runner = runner
            task = Task { try await runner.run() }
        }

        /// What the station shows once it has taken each of `texts`.
        func scan(_ texts: String...) async throws -> JSONValue {
            for text in texts {
                runner.inbox.put(
                    .scan(
                        ScanRead(
                            bytes: Array(text.utf8), symbology: nil, stamp: StationFixture.stamp(1_000),
                            device: "SCAN-1")))
            }
            // One view when it starts, one after each input.
            var view = JSONValue.null
            var left = texts.count + 1
            for await next in views {
                (view, left) = (next, left - 1)
                if left == 0 { break }
            }
            return view
        }
    }

    private func bodies(_ event: String) throws -> [JSONValue] {
        try ledger.reader.entries(kind: .audit).map(\.body).filter { $0["event"]?.text == event }
    }

    private static func table() throws -> PartTable {
        var row = PartTable.Row(number: "4L0014-163B")
        row.serials = [try #require(CodePattern("SA#####"))]
        row.suspects = [
            PartTable.SuspectList(
                serials: SerialList([SerialList.Entry(try #require(SerialRange("SA10666")))]),
                reason: "lot 7 was stolen", source: "NCR-2211")
        ]
        return PartTable(rows: [row], sha256: "ab12")
    }

    @Test func aSuspectSerialArmsNothingAndIsInTheLedgerAsAnAlert() async throws {
        let bench = try Bench("flow-test-1", ledger, PartsInWork(), try Self.table())
        let view = try await bench.scan("OP:5F1C9A", "SA10666")
        bench.task.cancel()
        #expect(view["state"] == "ready")
        #expect(view["refusal"]?["code"] == "suspect_part")
        #expect(
            view["refusal"]?["text"]
                == "SA10666 is on a suspect list: lot 7 was stolen (NCR-2211). Set it aside and call quality."
        )
        #expect(try bodies("part.alert").map { $0["finding"]?.text } == ["on_suspect_list"])
        #expect(try bodies("scan.refused").map { $0["code"]?.text } == ["suspect_part"])
        #expect(try bodies("cycle.opened") == [])
    }

    @Test func oneSerialAtTwoStationsIsTakenAtTheFirstAlone() async throws {
        let parts = PartsInWork()
        let first = try Bench("flow-test-1", ledger, parts, nil)
        #expect(try await first.scan("OP:5F1C9A", "SA10197")["state"] == "running")
        let second = try Bench("flow-test-2", ledger, parts, nil)
        let view = try await second.scan("OP:5F1C9A", "SA10197")
        first.task.cancel()
        second.task.cancel()
        #expect(view["refusal"]?["code"] == "suspect_part")
        #expect(
            view["refusal"]?["text"]?.text?.hasPrefix("SA10197 is being inspected at flow-test-1 right now.")
                == true)
        #expect(try bodies("part.alert").map { $0["station"]?.text } == ["flow-test-2"])
        #expect(try bodies("cycle.opened").map { $0["station"]?.text } == ["flow-test-1"])
    }

    @Test func aPartThatACrashLeftOpenStaysWithItsStation() async throws {
        let first = try Bench("flow-test-1", ledger, PartsInWork(), nil)
        _ = try await first.scan("OP:5F1C9A", "SA10197")
        first.task.cancel()
        // The other station starts first, and hears its scan before the one that has the part.
        let parts = try PartsInWork(leftOpenIn: ledger.reader, at: ["flow-test-1", "flow-test-2"])
        let second = try Bench("flow-test-2", ledger, parts, nil)
        let view = try await second.scan("OP:5F1C9A", "SA10197")
        second.task.cancel()
        #expect(view["refusal"]?["code"] == "suspect_part")
        // A station that is no more has no part.
        let without = try PartsInWork(leftOpenIn: ledger.reader, at: ["flow-test-2"])
        #expect(without.claim(StationFixture.part, at: "flow-test-2") == [])
    }

    @Test func aRejectedPartAndASerialOfAnotherNumberAreRefused() async throws {
        try await inspected("r1", "SA10197", "4L0014-163B")
        try await inspected("r2", "SA10198", "4L0015-163B")
        try await ledger.append([
            EntryDraft(kind: .disposition, id: "d1", body: ["record": "r1", "disposition": "reject"])
        ])
        let bench = try Bench("flow-test-1", ledger, PartsInWork(), nil)
        let rejected = try await bench.scan("OP:5F1C9A", "SA10197")
        bench.task.cancel()
        #expect(
            rejected["refusal"]?["text"]
                == "SA10197 was taken out of use (reject). Set it aside and call quality.")
        let other = try Bench("flow-test-1", ledger, PartsInWork(), nil)
        let view = try await other.scan("OP:5F1C9A", "SA10198")
        other.task.cancel()
        #expect(
            view["refusal"]?["text"]
                == "SA10198 was inspected before as part number 4L0015-163B, not 4L0014-163B. Call quality.")
        #expect(
            try bodies("part.alert").map { $0["finding"]?.text } == ["rejected_before", "other_part_number"])
    }

    private func inspected(_ id: String, _ serial: String, _ number: String) async throws {
        let part = PartIdentity(
            serial: serial, number: number, uii: nil, lot: nil, rawMark: Array(serial.utf8), symbology: nil)
        try await ledger.append([
            EntryDraft(
                kind: .record, id: id,
                body: [
                    "schema": "plumbline.inspection/1", "id": .string(id), "part": part.json,
                    "operation": "010 Other", "result": "PASS",
                ])
        ])
    }
}
