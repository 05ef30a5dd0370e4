package import Codecs
package import Metrology

/// Something that happened in a running step and is durable: the form in which it is journaled and taken up
/// again after a crash.
package struct StepEvent: Sendable, Equatable {
    /// What happened, by the audit event that tells of it.
    package enum Kind: Sendable, CaseIterable {
        /// The step's device told a result, and it was judged.
        case result
        /// A device undid work: a screw was loosened.
        case loosening
        /// Somebody who may do so let the cycle go on with a sample that is no PASS.
        case approval
        /// Another part was scanned while a tool in somebody's hands waited.
        case hold
        /// The right part was scanned again.
        case release

        var audit: AuditEvent {
            switch self {
            case .result: .cycleResult
            case .loosening: .cycleLoosened
            case .approval: .cycleApproved
            case .hold: .cycleHeld
            case .release: .cycleReleased
            }
        }
    }

    package let kind: Kind
    /// Id of the step.
    package let step: String
    /// The element of the step's `tries`, `loosenings`, `approvals` or `holds`; of a release, which has none,
    /// what its entry tells.
    package let summary: JSONValue
    package let provenance: Provenance

    init(_ kind: Kind, step: String, _ summary: [String: JSONValue], provenance: Provenance) {
        (self.kind, self.step, self.provenance) = (kind, step, provenance)
        self.summary = .object(summary)
    }

    /// The event that an audit entry tells of; nil where it is no such entry.
    init?(journaled body: JSONValue) {
        guard let kind = Kind.allCases.first(where: { $0.audit.rawValue == body["event"]?.text }),
            let step = body["step"]?["step"]?.text, let summary = body["happened"],
            let provenance = body["provenance"]?.text.flatMap(Provenance.init(rawValue:))
        else { return nil }
        (self.kind, self.step, self.summary, self.provenance) = (kind, step, summary, provenance)
    }

    /// The audit entry that tells of it, in cycle `id`.
    func journal(of id: String, at moment: Moment, station: String) -> JSONValue {
        kind.audit.body(
            at: moment, station: station,
            [
                "cycle": .string(id), "step": ["step": .string(step)], "happened": summary,
                "provenance": .string(provenance.rawValue),
                "evidence": .array(evidence.map(JSONValue.string)),
            ])
    }

    /// Those of `events` that decide their samples: the last result of each.
    static func deciding(_ events: [StepEvent]) -> [StepEvent] {
        let tries = events.filter { $0.kind == .result }
        return tries.indices.filter { $0 + 1 == tries.count || tries[$0 + 1].sample != tries[$0].sample }
            .map { tries[$0] }
    }

    /// Which of the step's samples it is about, from 1.
    var sample: Int { Int(summary["sample"]?.integer ?? 1) }
    /// Results as a record has them; empty but for a result.
    var results: [JSONValue] { summary["results"]?.elements ?? [] }
    /// SHA-256 of the bytes that the device sent, then of its curves; empty where it sent none.
    var evidence: [String] { Self.evidence(in: summary) }

    /// The same of the element of a record that tells of it.
    static func evidence(in summary: JSONValue) -> [String] {
        let curves = summary["curves"]?.elements ?? []
        return ([summary["evidence"]] + curves.map { $0["sha256"] }).compactMap { $0?.text }
    }

    /// Whether it is a result that passes in everything that it was judged by.
    var isGood: Bool { kind == .result && summary["result"]?.text == Verdict.pass.rawValue }

    /// Whether another try at the same sample could pass: not where the gauge itself is in doubt.
    var couldPassOnceMore: Bool {
        let doubts = [MeasurementResult.Reason.calibration, .gaugeIdentity].map(\.rawValue)
        return results.allSatisfy { $0["reason"]?.text.map(doubts.contains) != true }
    }
}

/// What a running step waits for, by what has happened in it.
struct StepCourse: Equatable {
    enum Next: Equatable {
        /// A result: try `attempt`, from 1, at `sample`, from 1.
        case sample(Int, attempt: Int)
        /// Somebody who lets the cycle go on though `sample` is no PASS after its try `attempt`.
        case approval(sample: Int, attempt: Int)
        case over
    }

    let next: Next

    /// The course of `step` after `events`, in their order.
    ///
    /// A sample is over with a result that passes, the last try that the plan allows, or an approval.
    init(_ step: PlanStep, _ events: [StepEvent]) {
        var (sample, tries, waits) = (1, 0, false)
        for event in events {
            switch event.kind {
            case .loosening, .hold, .release: continue
            case .approval: (sample, tries, waits) = (sample + 1, 0, false)
            case .result:
                tries += 1
                let isRepeated =
                    !event.isGood && tries <= step.onFailure.retries && event.couldPassOnceMore
                waits = !event.isGood && !isRepeated && step.onFailure.approvalSeconds != nil
                if !isRepeated, !waits { (sample, tries) = (sample + 1, 0) }
            }
        }
        next =
            waits
            ? .approval(sample: sample, attempt: tries)
            : sample > step.count ? .over : .sample(sample, attempt: tries + 1)
    }
}
