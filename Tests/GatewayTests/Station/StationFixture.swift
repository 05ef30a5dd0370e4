import Codecs
import Inspection
import Metrology
import Profiles
import Testing

/// A station of one bench step that reads a meter too.
enum StationFixture {
    static let clock = ClockState(bootID: "3f1c", isSynchronized: true, errorMilliseconds: 2)

    static func stamp(_ milliseconds: Int64) -> Stamp {
        Stamp(
            utc: Timestamp(nanoseconds: 1_795_252_800_000_000_000 + milliseconds * 1_000_000),
            monotonicNanoseconds: milliseconds * 1_000_000)
    }

    static func moment(_ milliseconds: Int64) -> Moment {
        Moment(stamp: stamp(milliseconds), clock: clock)
    }

    static let roster = OperatorRoster(
        badgePrefix: "OP:", operators: [.init(id: "1042", badge: "OP:5F1C9A")], sha256: "ef56")

    static let part = PartIdentity(
        serial: "SA10197", number: "4L0014-163B", uii: nil, lot: nil, rawMark: Array("SA10197".utf8),
        symbology: nil)

    static func station(
        id: String = "flow-test-1", parts: PartTable? = nil, handRoles: Set<String> = [], count: Int = 1,
        onFailure: FailureRule = .close
    ) throws -> InspectionStation {
        let plan = InspectionPlan(
            id: "flow", revision: 1, sha256: "ab12", partNumbers: ["4L0014-163B"],
            plainCodes: PlainCode.Table(
                [
                    PlainCode.Table.Entry("SA#####", .serial(partNumber: "4L0014-163B")),
                    PlainCode.Table.Entry("WO-######", .workOrder),
                    PlainCode.Table.Entry("TC-????", .trimCode),
                ].compactMap { $0 }), operation: "060 Flow test", retests: 1,
            steps: [
                PlanStep(
                    id: "leak", title: "Leak-off at 160 MPa", completes: "bench", setPoints: [],
                    timeoutSeconds: 60, count: count, onFailure: onFailure)
            ],
            characteristics: [
                try characteristic("leak_flow", role: "meter", point: "rate_a", unit: "mL/min", usl: "40"),
                try characteristic(
                    "leak_return", role: "bench", point: "return_quantity", unit: "mm3/{stroke}", usl: "40"),
            ])
        return InspectionStation(
            site: "plant-1", gateway: "bench-pc-07", company: nil, id: id, plan: plan,
            gauges: ["bench": gauge("FTS-001"), "meter": gauge("FM-001")],
            binds: ["bench": BindRule(text: .cycle, capacity: 8)], provenance: .live,
            asksForBadge: true, handRoles: handRoles, parts: parts,
            software: ["name": "plumbline", "version": "0.1.0", "build": "test"])
    }

    private static func characteristic(
        _ id: String, role: String, point: String, unit: String, usl: String
    ) throws -> Characteristic {
        Characteristic(
            id: id, title: id, step: "leak", source: PointReference(role: role, point: point),
            requirement: .quantity(
                unit: try #require(UnitOfMeasure(unit)),
                tolerance: Tolerance(
                    nominal: nil, lsl: nil, usl: ExactDecimal(usl), rule: .absolute),
                resolution: ExactDecimal("0.1")), classification: .major)
    }

    private static func gauge(_ id: String) -> Gauge {
        Gauge(
            id: id, serial: nil, profile: "p", profileRevision: 1, profileSHA256: "cd34", calibration: nil,
            provenance: .live)
    }

    /// The meter's rate, read at `milliseconds`; nil without a value.
    static func rate(_ text: String?, quality: Quality = .good, at milliseconds: Int64) throws -> Sample {
        Sample(
            device: "FM-001", point: "rate_a",
            value: try text.map { .decimal(try #require(ExactDecimal($0))) }, unit: UnitOfMeasure("mL/min"),
            raw: [], quality: quality, stamp: stamp(milliseconds), provenance: .live)
    }
}
