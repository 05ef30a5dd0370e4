package import Codecs
package import Metrology

/// A step that is over, in the form in which it is journaled and taken up again after a crash.
package struct CompletedStep: Sendable, Equatable {
    package let id: String
    /// The entry of a record's `steps`: set points, device, its sequence, the evidence of its bytes.
    package let summary: JSONValue
    /// The elements of a record's `results` that this step measured.
    package let results: [JSONValue]
    package let provenance: Provenance

    /// The step `step`, judged as `results`, completed by `group` whose raw bytes are kept as `evidence` and
    /// those of its curves as `curves`.
    init(
        _ step: PlanStep, results: [MeasurementResult], group: SampleGroup?, evidence: String?,
        curves: [String] = [], token: String?, at instant: Timestamp
    ) {
        id = step.id
        var members: [String: JSONValue] = [
            "step": .string(step.id), "title": .string(step.title), "ended_at": .string(instant.description),
            "set": .object(
                Dictionary(
                    uniqueKeysWithValues: step.setPoints.map { ($0.point, .string($0.value.description)) })),
            "bound_as": .optional(token),
        ]
        if let group {
            members["device"] = .string(group.device)
            members["sequence"] = .string(group.sequence)
            members["completed_at"] = .string(group.stamp.utc.description)
            members["evidence"] = .optional(evidence)
            if !curves.isEmpty { members["curves"] = group.curvesJSON(curves) }
        }
        summary = .object(members)
        self.results = results.map(\.json)
        provenance = results.map(\.provenance).min() ?? .live
    }

    /// The step that a `cycle.step` audit entry tells of; nil where it is not of that form.
    init?(journaled body: JSONValue) {
        guard let id = body["step"]?["step"]?.text, let summary = body["step"],
            let provenance = body["provenance"]?.text.flatMap(Provenance.init(rawValue:))
        else { return nil }
        self.id = id
        self.summary = summary
        self.results = body["results"]?.elements ?? []
        self.provenance = provenance
    }

    /// The verdicts of its results; one that cannot be read is INDETERMINATE.
    var verdicts: [Verdict] {
        results.map { $0["result"]?.text.flatMap(Verdict.init(rawValue:)) ?? .indeterminate }
    }

    /// SHA-256 of the bytes that the device sent as this step's result, then of its curves; empty where there
    /// was no result.
    var evidence: [String] {
        let curves = summary["curves"]?.elements ?? []
        return ([summary["evidence"]] + curves.map { $0["sha256"] }).compactMap { $0?.text }
    }

    var reasons: [String] { results.compactMap { $0["reason"]?.text } }
}
