internal import Metrology

/// What no single entry of a line profile shows.
struct LineProfileChecks {
    let top: YAMLMapping
    let points: [LinePoint]
    let forms: [LineForm]
    let areFormsRight: Bool

    private var faults: FaultCollector { top.faults }

    func run() {
        if points.isEmpty { faults.fault(top.place, "the profile has no points", "add `points:`") }
        var seen: Set<String> = []
        for point in points where !seen.insert(point.id).inserted {
            faults.fault(
                point.place, "point \(Wording.quoted(point.id)) is there twice", "give each its own name")
        }
        for point in points { checkUnit(of: point) }
        // What is missing because of one fault would only be missed a second time.
        guard areFormsRight else { return }
        if !forms.contains(where: { $0.meaning == .values }) {
            faults.fault(top.place, "no line holds values", #"add `lines: [{form: "{torque} {unit}"}]`"#)
        }
        let held = Set(forms.flatMap(\.points))
        for point in points where !held.contains(point.id) {
            faults.fault(
                point.place, "no line holds point \(Wording.quoted(point.id))", "write it into a `form`")
        }
        var parts: [[LineForm.Part]] = []
        for form in forms {
            if parts.contains(form.parts) {
                faults.fault(form.place, "this form is there already", "keep one: a line must fit one form")
            }
            parts.append(form.parts)
        }
    }

    private func checkUnit(of point: LinePoint) {
        guard let number = point.number, case .from(let id, _) = number.unit else { return }
        guard let source = points.first(where: { $0.id == id }), !source.words.isEmpty else {
            faults.fault(
                point.place, "\(Wording.quoted(id)) is no point with words",
                "name one of `type: words` whose words are units")
            return
        }
        for word in source.words where UnitOfMeasure(word)?.kind != number.kind {
            faults.fault(
                source.place, "word \(Wording.quoted(word)) is no unit of \(number.kind.rawValue)",
                UnitOfMeasure(word) == nil ? UnitRemedy.text(for: word) : "leave out the words of other kinds"
            )
        }
    }

    /// Numbers whose unit at least one line does not say, where the profile names it.
    static func assumptions(_ points: [LinePoint], _ forms: [LineForm]) -> [LineProfile.Assumption] {
        points.compactMap { point in
            switch point.number?.unit {
            case .fixed(let unit) where unit.kind != .dimensionless: .init(point: point.id, unit: unit)
            case .from(let source, let unit?)
            where forms.contains { $0.points.contains(point.id) && !$0.points.contains(source) }:
                .init(point: point.id, unit: unit)
            default: nil
            }
        }
    }
}
