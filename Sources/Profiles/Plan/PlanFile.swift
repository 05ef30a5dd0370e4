package import Codecs
package import Inspection
internal import Metrology

/// A plan as read from its file, with the places that checks against devices name.
package struct PlanFile: Sendable {
    package let plan: InspectionPlan
    /// Where each step and each characteristic begins, by id.
    let stepPlaces: [String: SourcePlace]
    let characteristicPlaces: [String: SourcePlace]

    /// What codes of one word mean to the plan.
    package var plainCodes: PlainCode.Table { plan.plainCodes }

    /// The plan in `file`; nil after noting everything that is wrong in `faults`.
    ///
    /// ```yaml
    /// plan: cr-injector-flow
    /// revision: 4
    /// part_numbers: ["4L0014-163B"]
    /// plain_serials: {"SA#####": "4L0014-163B"}
    /// other_codes: {"WO-######": work_order, "???????": trim_code}
    /// operation: "060 Flow test"
    /// cycle: {start: scan, complete: bench.cycle, timeout: 300 s, retest: 1}
    /// steps:
    ///   - {id: full_load, title: Full load, timeout: 120 s, set: {set_rail_pressure: "160"}}
    /// characteristics:
    ///   - {id: full_load_delivery, step: full_load, unit: "mm3/{stroke}", nominal: "127", lsl: "122",
    ///      usl: "132", from: bench.delivery, resolution: "0.1", class: critical}
    ///   - {id: nut_ok, step: nut, from: tool.result, equals: OK}
    /// ```
    /// What `cycle` says holds for every step that does not say otherwise; without `steps` there is one,
    /// named `cycle`, and a characteristic need not name the only step.
    package static func read(_ file: SourceFile, faults: FaultCollector) -> PlanFile? {
        guard let root = file.root(faults), let top = YAMLMapping(root, "a plan", faults) else { return nil }
        return PlanReader(top: top, faults: faults).read(sha256: file.sha256)
    }
}

/// Reads a plan.
private struct PlanReader {
    let top: YAMLMapping
    let faults: FaultCollector

    /// What `cycle:` says for all steps.
    private struct CycleDefaults {
        var completes: String?
        var timeoutSeconds = 300
        var retests = 0
        var start = CycleStart.scan
    }

    func read(sha256: String) -> PlanFile? {
        let before = faults.count
        let id = top.required("plan", .name)
        let revision = top.required("revision", .integer(1...1_000_000))
        let partNumbers = top.required("part_numbers", .list(of: .text(1...64), 1...1_000)) ?? []
        let operation = top.required("operation", .text(1...100))
        let plainCodes = PlainCodeReader(top: top, faults: faults).read(partNumbers)
        let defaults = cycleDefaults()
        let steps = steps(defaults, partNumbers)
        let characteristics = top.mappings("characteristics", "a characteristic", most: 2_000) { mapping in
            CharacteristicReader(mapping: mapping, steps: steps.map(\.step)).read().map {
                ($0, mapping.place)
            }
        }
        top.finish()
        guard faults.count == before, let id, let revision, let operation else { return nil }
        checkWhole(steps, characteristics)
        guard faults.count == before else { return nil }
        return PlanFile(
            plan: InspectionPlan(
                id: id, revision: revision, sha256: sha256, partNumbers: partNumbers,
                plainCodes: plainCodes, operation: operation, start: defaults.start,
                retests: defaults.retests, steps: steps.map(\.step),
                characteristics: characteristics.map(\.0)),
            stepPlaces: Dictionary(
                steps.map { ($0.step.id, $0.place) }, uniquingKeysWith: { first, _ in first }),
            characteristicPlaces: Dictionary(
                characteristics.map { ($0.0.id, $0.1) }, uniquingKeysWith: { first, _ in first }))
    }

    private func cycleDefaults() -> CycleDefaults {
        var defaults = CycleDefaults()
        guard let cycle = top.mapping("cycle", "a cycle") else { return defaults }
        if let word = cycle.optional("start", .name) {
            if let start = CycleStart(rawValue: word) {
                defaults.start = start
            } else {
                let remedy = "write `start: scan` or `start: code`"
                cycle.fault("start", "a cycle does not start by \(Wording.quoted(word))", remedy)
            }
        }
        defaults.completes = cycle.optional("complete", .completingRole)
        defaults.timeoutSeconds = cycle.optional("timeout", .seconds) ?? defaults.timeoutSeconds
        defaults.retests = cycle.optional("retest", .integer(0...100)) ?? defaults.retests
        cycle.finish()
        return defaults
    }

    private func steps(_ defaults: CycleDefaults, _ partNumbers: [String]) -> [(
        step: PlanStep, place: SourcePlace
    )] {
        guard top.has("steps") else {
            guard let completes = defaults.completes else {
                faults.fault(top.place, "the plan never completes", "add `cycle: {complete: bench.cycle}`")
                return []
            }
            let step = PlanStep(
                id: "cycle", title: "Cycle", completes: completes, setPoints: [],
                timeoutSeconds: defaults.timeoutSeconds)
            return [(step, top.place)]
        }
        let steps = top.mappings("steps", "a step", most: 100) { mapping in
            PlanStepReader(
                mapping: mapping, faults: faults, partNumbers: partNumbers, completes: defaults.completes,
                timeoutSeconds: defaults.timeoutSeconds
            ).read().map { (step: $0, place: mapping.place) }
        }
        if case .sequence(let written)? = top.node("steps")?.content, written.isEmpty {
            top.fault("steps", "there is no step", "add one, or remove `steps`")
        }
        return steps
    }

    private func checkWhole(
        _ steps: [(step: PlanStep, place: SourcePlace)], _ characteristics: [(Characteristic, SourcePlace)]
    ) {
        if characteristics.isEmpty {
            faults.fault(top.place, "the plan measures nothing", "add `characteristics:`")
            return
        }
        checkUnique(steps.map { ("step", $0.step.id, $0.place) })
        checkUnique(characteristics.map { ("characteristic", $0.0.id, $0.1) })
        let measured = Set(characteristics.map(\.0.step))
        for (step, place) in steps where !measured.contains(step.id) {
            faults.fault(
                place, "step \(Wording.quoted(step.id)) has no characteristic",
                "add one with `step: \(step.id)`, or remove the step")
        }
    }

    private func checkUnique(_ named: [(what: String, id: String, place: SourcePlace)]) {
        var seen: [String: SourcePlace] = [:]
        for (what, id, place) in named {
            if let first = seen[id] {
                faults.fault(
                    place, "\(what) \(Wording.quoted(id)) is there already, at line \(first.line)",
                    "give each its own id")
            }
            seen[id] = place
        }
    }
}

extension YAMLForm where Value == String {
    /// The role in `bench.cycle`.
    static var completingRole: YAMLForm {
        YAMLForm("a role and the word cycle: `bench.cycle`") { text, _ in
            let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, parts[1] == "cycle", PointReference.isName(parts[0]) else { return nil }
            return parts[0]
        }
    }
}

extension YAMLForm where Value == Int {
    /// A time of whole seconds, at least one, at most a day.
    static var seconds: YAMLForm {
        YAMLForm("a time of whole seconds such as `300 s`") { node, faults in
            guard let milliseconds = YAMLForm.duration(1_000...86_400_000).read(node, faults) else {
                return nil
            }
            guard milliseconds.isMultiple(of: 1_000) else {
                faults.fault(node.place, "\(node.form) is no whole number of seconds", "round it")
                return nil
            }
            return milliseconds / 1_000
        }
    }
}
