import Codecs
import Inspection
import Metrology

/// A station with nothing but a tool, told the part with its serial and a token, and a plan of one step.
enum ToolFixture {
    static let torque = "nut_torque"

    static func step(count: Int = 1, _ rule: FailureRule = .close) -> PlanStep {
        PlanStep(
            id: "nut", title: "Tighten the nut", completes: "tool",
            setPoints: [SetPoint(point: "parameter_set", value: 3)], timeoutSeconds: 60, count: count,
            onFailure: rule)
    }

    static func station(
        _ steps: [PlanStep], due: String? = "2027-02-01", binding: BindRule? = nil,
        start: CycleStart = .scan
    ) throws -> InspectionStation {
        let characteristics = try steps.map {
            try Fixture.characteristic(
                $0.id == "nut" ? torque : "\($0.id)_torque", step: $0.id, role: "tool", point: "torque",
                unit: "N.m", lsl: "25", usl: "30")
        }
        let plan = InspectionPlan(
            id: "nut", revision: 1, sha256: "ab12", partNumbers: ["4L0014-163B"],
            plainCodes: PlainCode.Table([]), operation: "070 Nut", start: start, retests: 0, steps: steps,
            characteristics: characteristics)
        return InspectionStation(
            site: "plant-1", gateway: "bench-pc-07", company: nil, id: "torque-1", plan: plan,
            gauges: ["tool": try Fixture.gauge("TW-025", due: due)],
            binds: ["tool": binding ?? BindRule(text: .serialAndCycle, capacity: 25)], provenance: .live,
            asksForBadge: true, handRoles: ["tool"], approvers: ["1042", "2001"],
            software: ["name": "plumbline", "version": "0.1.0", "build": "test"])
    }

    static func group(
        _ sequence: Int, _ torque: String, echo: String?, isValid: Bool = true, at moment: Moment
    ) throws -> SampleGroup {
        let sample = try Fixture.sample("torque", torque, "N.m", device: "TW-025", at: moment)
        return SampleGroup(
            device: "TW-025", sequence: String(sequence), echo: echo, isValid: isValid,
            samples: ["torque": sample], raw: Array("\(sequence) \(torque)".utf8), stamp: moment.stamp)
    }
}

/// A tool and its station, played by hand: what the tool does, and what the station made of it.
struct ToolDialogue {
    var dialogue: Dialogue
    private(set) var record: InspectionRecord?
    /// Bodies that were made durable for the running cycle, in order.
    private(set) var journal: [JSONValue] = []
    private(set) var orphans: [JSONValue] = []
    /// What the tool was started as, each time.
    private(set) var starts: [String?] = []
    private(set) var acknowledged: [String] = []
    private(set) var stops = 0
    private var sequence = 0

    init(_ station: InspectionStation) throws {
        dialogue = Dialogue(station)
        say(.device(role: "tool", isOnline: true))
        say(.badge(inspector: "1042"))
        say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
    }

    var phase: CycleMachine.Phase { dialogue.machine.phase }

    /// Says it and does what the machine asks for, as a station's shell does.
    mutating func say(_ input: CycleMachine.Input, after seconds: Int64 = 1) {
        var inputs = [input]
        while !inputs.isEmpty {
            for action in dialogue.say(inputs.removeFirst(), after: seconds) {
                switch action {
                case .open(let body):
                    journal.append(body)
                    inputs.append(.opened)
                case .start(_, let step, let token, _):
                    starts.append(token)
                    inputs.append(.started(cycle: Fixture.cycleID, step: step, failure: nil))
                case .store(let body, _):
                    journal.append(body)
                    inputs.append(.stored)
                case .keep(let body, let group):
                    journal.append(body)
                    acknowledged.append(group.sequence)
                case .commit(let record, _):
                    self.record = record
                    inputs.append(.committed)
                case .orphan(let body, _): orphans.append(body)
                case .acknowledge(let group): acknowledged.append(group.sequence)
                case .stop: stops += 1
                case .audit(let body):
                    // Those of a cycle are read again when it is taken up.
                    if body["cycle"]?.text != nil { journal.append(body) }
                case .gauge: break
                }
            }
        }
    }

    /// The tool tightens, or loosens, as what it was started for last.
    mutating func tool(
        _ torque: String, loosens: Bool = false, isValid: Bool = true, echo: String? = nil
    ) throws {
        sequence += 1
        let group = try ToolFixture.group(
            sequence, torque, echo: echo ?? starts.last ?? nil, isValid: isValid, at: dialogue.now)
        say(
            .completed(
                role: "tool", loosens ? group.undoing() : group, evidence: "e\(sequence)"))
    }

    /// The gateway is killed, and another run takes up what is durable; the part is scanned again in it,
    /// where `isScanned`.
    mutating func restart(isScanned: Bool = true) throws {
        let reread = try journal.map { try JSONParser.parse(CanonicalJSON.bytes($0)) }
        let station = dialogue.machine.station
        let cycle = try Fixture.required(OpenCycle(journal: reread, at: station))
        let second = dialogue.second
        dialogue = Dialogue(station)
        dialogue.second = second
        say(.resume(cycle))
        say(.device(role: "tool", isOnline: true))
        if isScanned { say(.part(Fixture.part, cycle: "again", priorAttempts: 0)) }
    }

    /// `sample value verdict` of the record's results.
    var results: [String] {
        (record?.body["results"]?.elements ?? []).map { result in
            let number = String(result["sample"]?.integer ?? 0)
            return [number, result["value"]?.text ?? "–", result["result"]?.text ?? ""].joined(separator: " ")
        }
    }

    /// `sample try verdict` of the first step's tries, and the values of those that did not decide.
    var tries: [String] {
        (record?.body["steps"]?.elements.first?["tries"]?.elements ?? []).map { entry in
            let values = (entry["results"]?.elements ?? []).compactMap { $0["value"]?.text }
            let numbers = [entry["sample"], entry["try"]].map { String($0?.integer ?? 0) }
            return (numbers + [entry["result"]?.text ?? ""] + values).joined(separator: " ")
        }
    }
}
