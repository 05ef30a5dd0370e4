import Codecs
import Ledger
import Testing

/// A ledger in which the part SA10197 was inspected, sent, and rejected later, among other parts' entries.
struct BundleFixture {
    let scratch: Scratch
    let reader: LedgerReader
    let key: SigningKey

    static let serial = "SA10197"
    static let madeAt = "2026-11-22T08:00:00.000000000Z"
    static let configuration = Array("gateway: {site: plant-1, id: bench-pc-07}\n".utf8)
    static let operators = Array("operators: {\"1042\": {badge: SECRET-BADGE}}\n".utf8)
    static let plan = Array("plan: cr-injector-flow\n".utf8)
    static let profile = Array("profile: plc-flow-bench\n".utf8)
    static let raw: [UInt8] = [0x04, 0x86] + Array("SA10197".utf8) + (0...200)

    private static func hash(_ bytes: [UInt8]) -> JSONValue { .string(SHA256Digest.hex(of: bytes)) }

    static func audit(_ event: String, _ members: [String: JSONValue] = [:]) -> JSONValue {
        .object(
            members.merging([
                "schema": "plumbline.audit/1", "event": .string(event), "station": "flow-test-1",
                "at": "2026-11-21T09:20:00.000000000Z",
            ]) { mine, _ in mine })
    }

    static func start(_ id: String) -> EntryDraft {
        EntryDraft(
            kind: .audit, id: id,
            body: audit(
                "gateway.started",
                [
                    "gateway": "bench-pc-07", "configuration": hash(configuration),
                    "software": ["name": "plumbline", "version": "0.1.0"],
                    "evidence": .array([configuration, operators, plan, profile].map(hash)),
                ]), evidence: [configuration, operators, plan, profile])
    }

    static func gauge() -> JSONValue {
        [
            "id": "FTS-001", "serial": "77", "profile": "plc-flow-bench", "profile_revision": 3,
            "profile_sha256": hash(profile),
            "calibration": ["certificate": "C-4711", "due": "2027-02-01", "status": "current"],
        ]
    }

    static func record(_ id: String, serial: String, result: String = "PASS") -> JSONValue {
        [
            "schema": "plumbline.inspection/1", "id": .string(id), "provenance": "live", "site": "plant-1",
            "gateway": "bench-pc-07", "station": "flow-test-1", "operation": "060 Flow test", "attempt": 1,
            "part": [
                "serial": .string(serial), "number": "4L0014-163B", "uii": "D988974L0014-163BSA10197",
                "mark": ["raw": "5b293e", "symbology": "]d1"],
            ],
            "plan": ["id": "cr-injector-flow", "revision": 4, "sha256": hash(plan)], "inspector": "1042",
            "started_at": "2026-11-21T09:20:00.000000000Z", "ended_at": "2026-11-21T09:21:12.000000001Z",
            "clock": ["boot_id": "b", "synchronized": true, "error_ms": 2],
            "results": [
                [
                    "characteristic": "full_load_delivery", "step": "full_load", "class": "critical",
                    "value": "126.8", "unit": "mm3/{stroke}", "nominal": "127", "lsl": "122", "usl": "132",
                    "result": .string(result), "reason": nil, "raw": "42fd999a", "gauge": gauge(),
                ]
            ],
            "steps": [["step": "full_load", "title": "Full load", "device": "FTS-001", "sequence": "2"]],
            "evidence": [hash(raw)], "result": .string(result), "reasons": [], "gates": [],
        ]
    }

    /// The fixture; `serial` is the part's, and `others` more parts are inspected after it.
    init(serial: String = Self.serial, others: Int = 5) async throws {
        scratch = try Scratch()
        let writer = try scratch.open()
        let part: JSONValue = ["serial": .string(serial), "number": "4L0014-163B"]
        try await writer.append([Self.start("s1"), Self.start("s2")])
        try await writer.append([
            EntryDraft(kind: .record, id: "o0", body: Self.record("o0", serial: "SA10196"))
        ])
        try await writer.append(
            Self.cycle(of: part) + [
                EntryDraft(
                    kind: .record, id: "r1", body: Self.record("r1", serial: serial), outbox: ["qms", "erp"])
            ])
        try await Self.deliver(writer)
        try await writer.append([
            EntryDraft(
                kind: .disposition, id: "d1",
                body: ["record": "r1", "disposition": "reject", "by": "2001", "reason": "dent"])
        ])
        for number in 0..<others {
            let id = "p\(number)"
            try await writer.append([
                EntryDraft(kind: .record, id: id, body: Self.record(id, serial: "SB\(number)"))
            ])
        }
        try await writer.close()
        reader = try LedgerReader(path: scratch.ledger)
        key = try reader.signingKey()
    }

    /// The part's cycle, with an event of another cycle in between.
    private static func cycle(of part: JSONValue) -> [EntryDraft] {
        [
            EntryDraft(
                kind: .audit, id: "a1", body: audit("cycle.opened", ["cycle": "r1", "part": part])),
            EntryDraft(
                kind: .audit, id: "a2",
                body: audit("scan.refused", ["cycle": "r1", "text": "Carry on.", "code": "double_scan"])),
            EntryDraft(kind: .audit, id: "x1", body: audit("cycle.opened", ["cycle": "o1"])),
            EntryDraft(
                kind: .audit, id: "a3",
                body: audit("result.orphaned", ["running_cycle": "r1", "because": "no step waits"])),
            EntryDraft(
                kind: .audit, id: "a4",
                body: audit("cycle.step", ["cycle": "r1", "evidence": [hash(raw)]]),
                evidence: [raw]),
        ]
    }

    private static func deliver(_ writer: LedgerWriter) async throws {
        let record = try #require(try writer.reader.entry(id: "r1"))
        let receipt = EntryDraft(
            kind: .receipt, id: "q1",
            body: [
                "schema": "plumbline.receipt/1", "record": "r1", "sink": "qms", "outcome": "delivered",
                "sha256": .string(SHA256Digest.hex(of: record.bytes)),
                "at": "2026-11-21T09:21:13.000000000Z",
            ])
        try await writer.commit(
            LedgerTransaction(
                drafts: [receipt],
                outbox: [OutboxChange(sink: "qms", seq: record.seq, .delivered(receipt: "q1"))]))
    }

    func bundle(serial: String = Self.serial) throws -> EvidenceBundle {
        let software: JSONValue = ["name": "plumbline", "version": "0.1.0"]
        return try #require(try reader.bundle(serial: serial, madeAt: Self.madeAt, software: software))
    }

    func file() throws -> [UInt8] { try BundleFile(try bundle(), signedBy: key).bytes }
}
