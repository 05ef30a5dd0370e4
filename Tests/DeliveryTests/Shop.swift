import Codecs
import Delivery
import Glibc
import Judging
import Ledger
import Linux
import Metrology
import Testing

/// A directory with a ledger and a quality store, removed at its end; and the records that go through them.
final class Shop: Sendable {
    private let folder: ScratchFolder
    var path: String { folder.path }
    let clock = ScriptedClock()

    init() throws { folder = try ScratchFolder("delivery") }

    var store: String { path + "/qms.db" }

    func ledger() throws -> LedgerWriter {
        try LedgerWriter(path: path + "/data", origin: "plumbline/plant-1/bench-pc-07")
    }

    func sink(acceptsTestData: Bool = false) throws -> SQLiteSink {
        try SQLiteSink(
            SinkDescription(name: "qms", acceptsTestData: acceptsTestData), path: store, time: clock)
    }

    /// What the `sqlite3` program answers about the store.
    func sqlite(_ sql: String) -> String {
        let text = Shop.run("sqlite3 '\(store)' \"\(sql)\" 2>&1")
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    @discardableResult
    static func run(_ command: String) -> String {
        guard let pipe = popen(command, "r") else { return "" }
        defer { pclose(pipe) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk.prefix(count)
        }
    }

    /// An inspection record of two values, one of them without a gauge.
    static func record(
        _ id: String, serial: String = "SA10197", value: String = "126.8", provenance: String = "live",
        certificate: String = "C-4711"
    ) -> JSONValue {
        let gauge: JSONValue = [
            "id": "FTS-001", "serial": nil, "profile": "plc-flow-bench", "profile_revision": 3,
            "profile_sha256": "ab",
            "calibration": ["certificate": .string(certificate), "due": "2027-02-01", "status": "current"],
        ]
        return [
            "schema": "plumbline.inspection/1", "id": .string(id), "provenance": .string(provenance),
            "site": "plant-1", "gateway": "bench-pc-07", "station": "flow-test-1",
            "part": [
                "serial": .string(serial), "number": "4L0014-163B",
                "uii": .string("D988974L0014-163B" + serial),
                "lot": nil,
            ],
            "plan": ["id": "cr-injector-flow", "revision": 4, "sha256": "cd"], "operation": "060 Flow test",
            "attempt": 1, "inspector": "1042", "started_at": "2026-11-21T09:20:00.123456789Z",
            "ended_at": "2026-11-21T09:21:12.000000001Z", "result": "PASS", "reasons": ["it's \"fine\""],
            "results": [
                [
                    "characteristic": "full_load_delivery", "kind": "volume_per_stroke",
                    "value": .string(value),
                    "unit": "mm3/{stroke}", "nominal": "127", "lsl": "122", "usl": "132",
                    "compare": "absolute",
                    "result": "PASS", "quality": "good", "taken_at": "2026-11-21T09:21:10.400000000Z",
                    "sample": 1, "raw": "42fd999a", "gauge": gauge,
                ],
                [
                    "characteristic": "leak", "value": nil, "unit": nil, "result": "INDETERMINATE",
                    "gauge": nil,
                ],
            ],
        ]
    }

    static func parcel(_ record: JSONValue) -> Parcel {
        let bytes = CanonicalJSON.bytes(record)
        return Parcel(
            id: record["id"]?.text ?? "", sha256: SHA256Digest.hex(of: bytes), bytes: bytes, body: record)
    }

    static func draft(_ id: String, provenance: String = "live") -> EntryDraft {
        EntryDraft(
            kind: .record, id: id, body: record(id, serial: "SN-" + id, provenance: provenance),
            outbox: ["qms"])
    }
}

/// A clock that moves only when it is told to.
final class ScriptedClock: TimeSource {
    private let nanoseconds = Guarded<Int64>(1_000_000_000)

    func now() -> Stamp {
        let now = nanoseconds.withLock { $0 }
        // 2026-11-21T09:20:00Z and as much later as the clock was moved.
        return Stamp(
            utc: Timestamp(nanoseconds: 1_795_252_800_000_000_000 + now), monotonicNanoseconds: now)
    }

    func advance(_ by: Int64) { nanoseconds.withLock { $0 += by } }
}
