import Codecs
import Inspection
import Judging
import Ledger
import Linux
import Testing

@testable import Gateway

/// The parts that a station shows below the one that it works on.
@Suite struct LastPartsTests {
    /// Seen failing: after a start the oldest stood on top, and the next record pushed the newest out.
    @Test func afterAStartTheNewestIsOnTop() async throws {
        let folder = try ScratchFolder("last")
        let ledger = try LedgerWriter(path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
        for number in 1...7 {
            let body: JSONValue = [
                "schema": "plumbline.inspection/1", "id": .string("r\(number)"), "provenance": "live",
                "part": ["serial": .string("SA1020\(number)"), "number": "4L0014-163B"],
                "operation": "060 Flow test",
                "station": "flow-test-1", "result": "PASS",
                "ended_at": .string("2026-11-21T09:2\(number):00Z"),
            ]
            try await ledger.append([EntryDraft(kind: .record, id: "r\(number)", body: body)])
        }
        let shown = Guarded<JSONValue?>(nil)
        let rig = try StationRig(
            "flow-test-1", ledger, PartsInWork(), codes: nil, parts: nil, folder: folder,
            log: { EventLog(time: $0) }, publish: { view in shown.withLock { $0 = view.json } })
        rig.runner.inbox.finish()
        try await rig.runner.run()
        let last = try #require(shown.withLock { $0 })["last"]?.elements.map { $0["serial"]?.text }
        #expect(last == ["SA10207", "SA10206", "SA10205", "SA10204", "SA10203"])
    }
}
