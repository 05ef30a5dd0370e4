import Codecs
import Inspection
import Metrology

/// A station with a bench (bound by token), a meter and a plan of two bench steps.
enum Fixture {
    static let clock = ClockState(bootID: "3f1c", isSynchronized: true, errorMilliseconds: 2)

    static func moment(_ seconds: Int64) -> Moment {
        let utc = Timestamp(nanoseconds: 1_795_252_800_000_000_000 + seconds * 1_000_000_000)
        return Moment(stamp: Stamp(utc: utc, monotonicNanoseconds: seconds * 1_000_000_000), clock: clock)
    }

    static func decimal(_ text: String) throws -> ExactDecimal { try required(ExactDecimal(text)) }

    static func unit(_ code: String) throws -> UnitOfMeasure { try required(UnitOfMeasure(code)) }

    struct Missing: Error {}

    static func required<T>(_ value: T?) throws -> T {
        guard let value else { throw Missing() }
        return value
    }

    static func characteristic(
        _ id: String, step: String, role: String, point: String, unit code: String, lsl: String?, usl: String?
    ) throws -> Characteristic {
        let tolerance = Tolerance(
            nominal: nil, lsl: try lsl.map(decimal), usl: try usl.map(decimal), rule: .absolute)
        return Characteristic(
            id: id, title: id, step: step, source: PointReference(role: role, point: point),
            requirement: .quantity(
                unit: try unit(code), tolerance: tolerance, resolution: try decimal("0.1")),
            classification: .major)
    }

    static func plan(retests: Int = 1, start: CycleStart = .scan) throws -> InspectionPlan {
        InspectionPlan(
            id: "cr-injector-flow", revision: 4, sha256: "ab12", partNumbers: ["4L0014-163B"],
            plainCodes: PlainCode.Table([]), operation: "060 Flow test", start: start, retests: retests,
            steps: [
                PlanStep(
                    id: "leak", title: "Leak test", completes: "bench",
                    setPoints: [SetPoint(point: "set_rail_pressure", value: 160)], timeoutSeconds: 60),
                PlanStep(
                    id: "full_load", title: "Full load", completes: "bench", setPoints: [], timeoutSeconds: 60
                ),
            ],
            characteristics: [
                try characteristic(
                    "leak_off", step: "leak", role: "meter", point: "rate_a", unit: "mL/min", lsl: nil,
                    usl: "60"),
                try characteristic(
                    "delivery", step: "full_load", role: "bench", point: "delivery", unit: "mm3/{stroke}",
                    lsl: "122", usl: "132"),
            ])
    }

    static func gauge(_ id: String, due: String? = "2027-02-01", provenance: Provenance = .live) throws
        -> Gauge
    {
        let calibration = try due.map {
            Calibration(certificate: "C-4711", due: try required(CalendarDate($0)))
        }
        return Gauge(
            id: id, serial: nil, profile: "plc-flow-bench", profileRevision: 3, profileSHA256: "cd34",
            calibration: calibration, provenance: provenance)
    }

    static func station(
        benchDue: String? = "2027-02-01", provenance: Provenance = .live, retests: Int = 1,
        binding: BindRule = BindRule(text: .cycle, capacity: 8), meter: String = "FM-001",
        start: CycleStart = .scan
    ) throws -> InspectionStation {
        InspectionStation(
            site: "plant-1", gateway: "bench-pc-07", company: nil, id: "flow-test-1",
            plan: try plan(retests: retests, start: start),
            gauges: [
                "bench": try gauge("FTS-001", due: benchDue, provenance: provenance),
                "meter": try gauge(meter, provenance: provenance),
            ],
            binds: ["bench": binding], provenance: provenance,
            asksForBadge: true, software: ["name": "plumbline", "version": "0.1.0", "build": "test"])
    }

    static let part = PartIdentity(
        serial: "SA10197", number: "4L0014-163B", uii: "D988974L0014-163BSA10197", lot: nil,
        rawMark: Array("SA10197".utf8), symbology: "]d1")

    static let cycleID = "019ac3f2-0000-7000-8000-0123456789ab"

    static func sample(
        _ point: String, _ value: String, _ code: String, device: String = "FTS-001",
        quality: Quality = .good,
        at moment: Moment
    ) throws -> Sample {
        Sample(
            device: device, point: point, value: .decimal(try decimal(value)), unit: try unit(code),
            raw: [0x42, 0xFD, 0x99, 0x9A], quality: quality, stamp: moment.stamp, provenance: .live)
    }

    static func group(
        sequence: String, echo: String?, delivery: String = "126.8", isValid: Bool = true, at moment: Moment,
        raw: [UInt8]? = nil, identity: [UInt8]? = nil
    ) throws -> SampleGroup {
        SampleGroup(
            device: "FTS-001", sequence: sequence, echo: echo, isValid: isValid,
            samples: ["delivery": try sample("delivery", delivery, "mm3/{stroke}", at: moment)],
            raw: raw ?? Array(sequence.utf8), identity: identity, stamp: moment.stamp)
    }

    static let leakOff = PointReference(role: "meter", point: "rate_a")
}

/// A machine driven by hand: each call is one input at the next second.
struct Dialogue {
    var machine: CycleMachine
    var second: Int64 = 0

    init(_ station: InspectionStation) { machine = CycleMachine(station: station) }

    mutating func say(_ input: CycleMachine.Input, after seconds: Int64 = 1) -> [CycleMachine.Action] {
        second += seconds
        return machine.handle(input, at: Fixture.moment(second))
    }

    var now: Moment { Fixture.moment(second) }

    /// Signs in, scans the part and brings bench and meter on line: the first start is the last action.
    mutating func begin() -> [CycleMachine.Action] {
        _ = say(.device(role: "meter", isOnline: true))
        _ = say(.device(role: "bench", isOnline: true))
        _ = say(.badge(inspector: "1042"))
        _ = say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
        return say(.opened)
    }

    /// What the running step was bound as.
    var token: String? {
        guard case .waiting(_, let progress) = machine.phase else { return nil }
        return progress.token
    }
}
