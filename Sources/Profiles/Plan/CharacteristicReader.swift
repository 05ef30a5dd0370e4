internal import Inspection
internal import Metrology

/// Reads one entry of a plan's `characteristics:`.
struct CharacteristicReader {
    let mapping: YAMLMapping
    let steps: [PlanStep]

    private enum Comparison: String, CaseIterable {
        case absolute, rounded
    }

    func read() -> Characteristic? {
        let id = mapping.required("id", .name)
        let title = mapping.optional("title", .text(1...200))
        let step = step()
        let source = mapping.required("from", .pointReference)
        let classification: CharacteristicClass = mapping.optional("class", .choice) ?? .major
        let requirement = mapping.has("equals") ? text() : quantity()
        guard let id, let step, let source, let requirement else { return nil }
        return Characteristic(
            id: id, title: title ?? Self.title(from: id), step: step, source: source,
            requirement: requirement,
            classification: classification)
    }

    /// `full_load_delivery` as people read it: `Full load delivery`.
    static func title(from id: String) -> String {
        let words = id.map { "_-.".contains($0) ? " " : $0 }
        return words.prefix(1).map { $0.uppercased() }.joined() + String(words.dropFirst())
    }

    private func step() -> String? {
        let named = mapping.optional("step", .name)
        if let named {
            if !steps.isEmpty, !steps.contains(where: { $0.id == named }) {
                mapping.fault(
                    "step", "step \(Wording.quoted(named)) does not exist",
                    NearestName.remedy(for: named, among: steps.map(\.id)))
            }
            return named
        }
        if steps.count > 1, !mapping.has("step") {
            mapping.faults.fault(
                mapping.place, "a characteristic names no step", "add `step: \(steps[0].id)` or another")
        }
        return steps.first?.id
    }

    private func text() -> Characteristic.Requirement? {
        for key in ["kind", "unit", "nominal", "lsl", "usl", "resolution", "compare"] where mapping.has(key) {
            mapping.fault(key, "a text has no `\(key)`", "remove it, or `equals`")
        }
        return mapping.required("equals", .text(1...64)).map { .text(equals: $0) }
    }

    private func quantity() -> Characteristic.Requirement? {
        let faults = mapping.faults
        let before = faults.count
        let unit = mapping.required("unit", .unit)
        let kind: QuantityKind? = mapping.optional("kind", .choice)
        let nominal = mapping.optional("nominal", .decimal)
        let lsl = mapping.optional("lsl", .decimal)
        let usl = mapping.optional("usl", .decimal)
        let resolution = mapping.optional("resolution", .decimal)
        let comparison: Comparison = mapping.optional("compare", .choice) ?? .absolute
        if let unit, let kind, unit.kind != kind {
            mapping.fault(
                "kind", "\(unit.code) measures \(unit.kind.rawValue), not \(kind.rawValue)",
                "correct `kind` or `unit`")
        }
        if !mapping.has("lsl"), !mapping.has("usl") {
            faults.fault(mapping.place, "the characteristic has no limit", "add `lsl`, `usl` or both")
        }
        if let lsl, let usl, lsl > usl {
            mapping.fault(
                "lsl", "the lower limit \(lsl) is above the upper limit \(usl)", "exchange or correct them")
        } else if let nominal, lsl.map({ nominal < $0 }) == true || usl.map({ nominal > $0 }) == true {
            mapping.fault(
                "nominal", "the nominal \(nominal) is outside its limits", "correct it or the limits")
        }
        if let resolution, resolution <= 0 {
            mapping.fault("resolution", "a resolution of \(resolution) is no step", "write a positive number")
        }
        guard let unit, faults.count == before else { return nil }
        let rule: ComparisonRule = comparison == .absolute ? .absolute : .rounded
        return .quantity(
            unit: unit, tolerance: Tolerance(nominal: nominal, lsl: lsl, usl: usl, rule: rule),
            resolution: resolution)
    }
}

extension YAMLForm where Value == PointReference {
    /// A role and a point of its device: `bench.delivery`.
    fileprivate static var pointReference: YAMLForm<PointReference> {
        YAMLForm("a role and a point: `bench.delivery`") { text, _ in
            let parts = text.split(separator: ".", maxSplits: 1).map(String.init)
            guard parts.count == 2, parts.allSatisfy(PointReference.isName) else { return nil }
            return PointReference(role: parts[0], point: parts[1])
        }
    }
}

extension PointReference {
    /// Whether `text` can be a role or a point's id.
    static func isName(_ text: String) -> Bool {
        let node = YAMLNode(place: SourcePlace(file: ""), content: .scalar(text: text, isQuoted: false))
        return YAMLForm<String>.name.read(node, FaultCollector()) != nil
    }
}
