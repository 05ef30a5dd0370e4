package import Codecs
package import Metrology

/// A step that is over, in the form in which it is journaled and taken up again after a crash.
package struct CompletedStep: Sendable, Equatable {
    package let id: String
    /// The entry of a record's `steps`: set points, device, its sequence, the evidence of its bytes.
    package let summary: JSONValue
    /// The elements of a record's `results` that this step measured: of each sample those that decided it.
    package let results: [JSONValue]
    package let provenance: Provenance

    /// The step `step`, in which `events` happened.
    ///
    /// `missing` are its characteristics for each sample that has no result, because it ended early for
    /// `reason`.
    init(
        _ step: PlanStep, settings: [SetPoint], events: [StepEvent], missing: [MeasurementResult] = [],
        because reason: MeasurementResult.Reason? = nil, at instant: Timestamp
    ) {
        id = step.id
        let tries = events.filter { $0.kind == .result }
        var members: [String: JSONValue] = [
            "step": .string(step.id), "title": .string(step.title), "ended_at": .string(instant.description),
            "set": .object(
                Dictionary(uniqueKeysWithValues: settings.map { ($0.point, .string($0.value.description)) })),
            "bound_as": nil,
        ]
        if let last = tries.last {
            for key in Self.ofDevice { members[key] = last.summary[key] ?? .null }
            if let curves = last.summary["curves"] { members["curves"] = curves }
        }
        let lists: [(String, StepEvent.Kind)] = [
            ("loosenings", .loosening), ("approvals", .approval), ("holds", .hold),
        ]
        for (key, kind) in lists where events.contains(where: { $0.kind == kind }) {
            members[key] = .array(events.filter { $0.kind == kind }.map(\.summary))
        }
        let deciding = StepEvent.deciding(tries)
        if step.count > 1 || tries.count > 1 { members["tries"] = .array(Self.told(tries, deciding)) }
        if step.count > 1 { members["samples"] = .number(Int64(step.count)) }
        if let reason, !events.isEmpty { members["ended_because"] = .string(reason.rawValue) }
        summary = .object(members)
        results = deciding.flatMap(\.results) + missing.map(\.json)
        provenance = (events.map(\.provenance) + missing.map(\.provenance)).min() ?? .live
    }

    /// What a step says of its device: of its last result.
    private static let ofDevice = ["bound_as", "device", "sequence", "completed_at", "evidence"]

    /// The tries as the record has them: values that did not decide stand with their try, the others among
    /// the record's results.
    private static func told(_ tries: [StepEvent], _ deciding: [StepEvent]) -> [JSONValue] {
        tries.map { event in
            guard deciding.contains(event), case .object(var members) = event.summary else {
                return event.summary
            }
            members["results"] = nil
            return .object(members)
        }
    }

    /// The step that a `cycle.step` audit entry tells of; nil where it is not of that form.
    init?(journaled body: JSONValue) {
        guard body["event"]?.text == AuditEvent.cycleStep.rawValue,
            let id = body["step"]?["step"]?.text, let summary = body["step"],
            let provenance = body["provenance"]?.text.flatMap(Provenance.init(rawValue:))
        else { return nil }
        self.id = id
        self.summary = summary
        self.results = body["results"]?.elements ?? []
        self.provenance = provenance
    }

    /// The verdicts of its results; one that cannot be read is INDETERMINATE, and so is a step in which a
    /// screw that was good was loosened.
    var verdicts: [Verdict] {
        results.map { $0["result"]?.text.flatMap(Verdict.init(rawValue:)) ?? .indeterminate }
            + (isUndone ? [.indeterminate] : [])
    }

    /// SHA-256 of all that devices sent as this step's results, of each its bytes and then its curves; once
    /// each, in order.
    var evidence: [String] {
        var seen: Set<String> = []
        return Self.told(in: summary).flatMap(StepEvent.evidence(in:)).filter { seen.insert($0).inserted }
    }

    /// Each result that a step's `summary` tells of: its tries and loosenings, and itself for the last one.
    package static func told(in summary: JSONValue) -> [JSONValue] {
        ["tries", "loosenings"].flatMap { summary[$0]?.elements ?? [] } + [summary]
    }

    var reasons: [String] {
        results.compactMap { $0["reason"]?.text }
            + (isUndone ? [MeasurementResult.Reason.loosened.rawValue] : [])
    }

    /// How often its device was bound anew; a step from before tries were counted has one result.
    var turns: Int { max(1, summary["tries"]?.elements.count ?? 1) + (summary["holds"]?.elements.count ?? 0) }

    /// Whether a screw was loosened that had passed.
    private var isUndone: Bool {
        (summary["loosenings"]?.elements ?? []).contains { $0["undoes_pass"] == true }
    }
}
