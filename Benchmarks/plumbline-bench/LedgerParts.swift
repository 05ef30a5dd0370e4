internal import Codecs
internal import Ledger

/// What one inspected part leaves in a ledger: its cycle is opened, a step ends, the record is made, the
/// sink confirms it.
///
/// Bodies are those of the simulated shop; times, ids, serials and values differ from part to part.
struct LedgerPart: Sendable {
    let opened: EntryDraft
    let step: EntryDraft
    /// About 2 kB, to be delivered to `sink`.
    let record: EntryDraft
    /// What the sink confirmed of the record: to be committed with the change of its outbox.
    let receipt: EntryDraft

    static let sink = "qms"
    static let entries = 4

    /// Serial number of part `number`.
    static func serial(_ number: Int) -> String { "SA\(10_000_000 + number)" }

    /// Part `number`, from 0, in a ledger that began with `opening`.
    init(_ number: Int) throws {
        let cycle = Self.id(number, 0)
        let part: JSONValue = Self.identity(number)
        let (began, ended) = (Self.time(number, 0), Self.time(number, 9))
        opened = EntryDraft(
            kind: .audit, id: Self.id(number, 1),
            body: try Self.body(
                Self.openedTemplate,
                ["at": .string(began), "cycle": .string(cycle), "part": part]))
        let results = Self.results(number)
        step = EntryDraft(
            kind: .audit, id: Self.id(number, 2),
            body: try Self.body(
                Self.stepTemplate,
                ["at": .string(ended), "cycle": .string(cycle), "results": .array(results)]))
        record = EntryDraft(
            kind: .record, id: cycle,
            body: try Self.body(
                Self.recordTemplate,
                [
                    "id": .string(cycle), "part": part, "started_at": .string(began),
                    "ended_at": .string(ended), "results": .array(results),
                ]), outbox: [Self.sink])
        let confirmed = SHA256Digest.hex(of: CanonicalJSON.bytes(record.body))
        receipt = EntryDraft(
            kind: .receipt, id: "\(Self.sink)/\(cycle)/receipt/1",
            body: [
                "at": .string(ended), "attempt": 1, "outcome": "delivered",
                "receipt": [
                    "number": .number(Int64(number + 1)), "received_at": .string(ended),
                    "sha256": .string(confirmed), "store": .string(Self.sink),
                ],
                "record": .string(cycle), "schema": "plumbline.receipt/1", "sha256": .string(confirmed),
                "sink": .string(Self.sink),
            ])
    }

    /// That the sink holds the record, which is entry `seq`.
    func delivered(_ seq: Int64) -> OutboxChange {
        OutboxChange(sink: Self.sink, seq: seq, .delivered(receipt: receipt.id))
    }

    /// The start of a gateway that these parts were made under, with the files that it ran by.
    static let opening: EntryDraft = {
        let hashes = files.map { JSONValue.string(SHA256Digest.hex(of: $0)) }
        return EntryDraft(
            kind: .audit, id: id(-1, 0),
            body: [
                "at": .string(time(0, 0)), "configuration": hashes[2], "event": "gateway.started",
                "evidence": .array(hashes), "gateway": "bench-pc-07", "schema": "plumbline.audit/1",
                "software": software, "station": nil,
            ], evidence: files)
    }()
}

extension LedgerPart {
    /// Texts of the size of a profile, a plan and a configuration.
    private static let files = ["profile", "plan", "configuration"].map { name in
        Array((0..<120).map { "\(name) line \($0): a value, its unit, and why\n" }.joined().utf8)
    }

    private static let software: JSONValue = ["build": "release", "name": "plumbline", "version": "0.1.0"]

    /// An id that grows with time, as UUIDs of version 7 do.
    private static func id(_ number: Int, _ entry: Int) -> String {
        let milliseconds = 1_767_225_600_000 + (number + 1) * 9_000 + entry
        let head = OpenProtocolText.padded(milliseconds, 14)
        // Digits that say nothing of the number, as chance makes them.
        let tail = UInt64(truncatingIfNeeded: milliseconds) &* 0x9E37_79B9_7F4A_7C15
        let text = Hex.text(withUnsafeBytes(of: tail.bigEndian) { Array($0) })
        return "\(head.prefix(8))-\(head.suffix(4))-7\(text.prefix(3))-a\(text.dropFirst(3).prefix(3))-"
            + "\(text.suffix(10))\(entry)\(head.dropFirst(9).prefix(1))"
    }

    /// An instant of part `number`, `seconds` after its beginning.
    private static func time(_ number: Int, _ seconds: Int) -> String {
        let all = number * 9 + seconds
        func two(_ value: Int) -> String { OpenProtocolText.padded(value, 2) }
        let (day, second) = (all / 86_400, all % 86_400)
        return "20\(two(26 + day / 336))-\(two(1 + day % 336 / 28))-\(two(1 + day % 28))T"
            + "\(two(second / 3_600)):\(two(second / 60 % 60)):\(two(second % 60)).787611864Z"
    }

    private static func identity(_ number: Int) -> JSONValue {
        let serial = serial(number)
        return [
            "lot": nil,
            "mark": [
                "raw": .string(Hex.text(Array("[)>06 17V98897 1P4L0014-163B S\(serial)".utf8))),
                "symbology": "]d1",
            ],
            "number": "4L0014-163B", "serial": .string(serial), "uii": .string("D988974L0014-163B\(serial)"),
        ]
    }

    private static func results(_ number: Int) -> [JSONValue] {
        [
            measured("nut_torque", "torque", "N.m", ("25", "27.5", "30"), "27.\(number % 100)", number),
            measured("nut_angle", "angle", "deg", ("30", "45", "60"), "4\(number % 10)", number),
        ]
    }

    private static func measured(
        _ name: String, _ kind: String, _ unit: String, _ limits: (String, String, String), _ value: String,
        _ number: Int
    ) -> JSONValue {
        [
            "characteristic": .string(name), "class": "critical", "compare": "absolute", "gauge": gauge,
            "kind": .string(kind), "lsl": .string(limits.0), "nominal": .string(limits.1), "quality": "good",
            "raw": .string(Hex.text([UInt8(truncatingIfNeeded: number >> 8), UInt8(number & 0xFF)])),
            "reason": nil, "result": "PASS", "sample": 1, "source": .string(kind), "step": "nut",
            "taken_at": .string(time(number, 5)), "unit": .string(unit), "usl": .string(limits.2),
            "value": .string(value),
        ]
    }

    private static let gauge: JSONValue = [
        "calibration": ["certificate": "C-4713", "due": "2027-02-01", "status": "current"],
        "id": "TW-025", "profile": "kolver-kducer", "profile_revision": 1,
        "profile_sha256": .string(SHA256Digest.hex(of: files[0])), "serial": nil,
    ]

    private static let openedTemplate: JSONValue = [
        "attempt": 1, "event": "cycle.opened", "inspector": "1042",
        "plan_sha256": .string(SHA256Digest.hex(of: files[1])), "schema": "plumbline.audit/1",
        "station": "flow-test-1",
    ]

    private static let stepTemplate: JSONValue = [
        "event": "cycle.step", "evidence": [], "provenance": "simulated", "schema": "plumbline.audit/1",
        "station": "flow-test-1", "step": workedStep,
    ]

    private static let workedStep: JSONValue = [
        "bound_as": "SA10197", "device": "TW-025", "sequence": "1", "set": [:], "step": "nut",
        "title": "Tighten the nozzle nut",
    ]

    private static let recordTemplate: JSONValue = [
        "attempt": 1,
        "clock": [
            "boot_id": "4c966134-a064-46c9-93da-d7b1251e293e", "error_ms": nil, "synchronized": false,
        ],
        "company": nil, "disposition": nil, "evidence": [], "gateway": "bench-pc-07", "inspector": "1042",
        "labels": ["jurisdiction": "undetermined"], "operation": "060 Flow test",
        "plan": [
            "id": "cr-injector-flow", "revision": 4, "sha256": .string(SHA256Digest.hex(of: files[1])),
        ],
        "provenance": "simulated", "reasons": [], "result": "PASS", "schema": "plumbline.inspection/1",
        "site": "plant-1", "software": software, "station": "flow-test-1", "steps": [workedStep],
    ]

    /// `template` with members of its own.
    private static func body(_ template: JSONValue, _ members: [String: JSONValue]) throws -> JSONValue {
        guard case .object(let common) = template else {
            throw BenchmarkError(description: "the template is no object")
        }
        return .object(common.merging(members) { $1 })
    }
}
