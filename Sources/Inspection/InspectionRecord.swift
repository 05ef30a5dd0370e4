package import Codecs
package import Metrology

/// The immutable outcome of a cycle, for one serial.
package struct InspectionRecord: Sendable, Equatable {
    /// Equal to the id of the cycle that it closes.
    package let id: String
    package let serial: String
    package let partNumber: String
    package let verdict: Verdict
    /// Codes of why the verdict is not PASS, sorted; empty where it is.
    package let reasons: [String]
    package let provenance: Provenance
    /// The whole record in the form of schema `plumbline.inspection/1`.
    package let body: JSONValue

    /// The schema that `body` follows.
    package static let schema = "plumbline.inspection/1"

    /// The record of `cycle`, whose steps are all over, closed at `moment`. `clockStepMilliseconds` is by how
    /// much the civil clock was set meanwhile, where it was.
    init(
        closing cycle: OpenCycle, at station: InspectionStation, moment: Moment,
        clockStepMilliseconds: Int64? = nil
    ) {
        id = cycle.id
        serial = cycle.part.serial
        partNumber = cycle.part.number
        let doubts = cycle.screening?.findings ?? []
        // What was measured on a part in doubt may fail it, and never passes it.
        verdict = .combined(cycle.completed.flatMap(\.verdicts) + doubts.map { _ in .indeterminate })
        reasons = Set(cycle.completed.flatMap(\.reasons) + doubts.map(\.code.rawValue)).sorted()
        provenance = cycle.completed.map(\.provenance)
            .reduce(min(station.provenance, cycle.provenance), min)
        body = [
            "schema": .string(Self.schema), "id": .string(cycle.id),
            "provenance": .string(provenance.rawValue),
            "site": .string(station.site), "gateway": .string(station.gateway),
            "station": .string(station.id),
            "company": .optional(cycle.screening?.company ?? station.company), "part": cycle.part.json,
            "plan": [
                "id": .string(station.plan.id), "revision": .number(Int64(station.plan.revision)),
                "sha256": .string(station.plan.sha256),
            ],
            "operation": .string(station.plan.operation), "attempt": .number(Int64(cycle.attempt)),
            "inspector": .optional(cycle.inspector),
            "started_at": .string(cycle.startedAt.description),
            "ended_at": .string(max(moment.stamp.utc, cycle.startedAt).description),
            "clock": Self.clock(moment.clock, stepMilliseconds: clockStepMilliseconds),
            "steps": .array(cycle.completed.map(\.summary)),
            "evidence": .array(cycle.completed.flatMap(\.evidence).map(JSONValue.string)),
            "results": .array(cycle.completed.flatMap(\.results)),
            "result": .string(verdict.rawValue), "disposition": nil,
            "reasons": .array(reasons.map(JSONValue.string)), "gates": .array(cycle.gates),
            "labels": ["jurisdiction": "undetermined"], "software": station.software,
        ]
    }

    /// How far the times in a record can be trusted: a clock that was set between them kept none of them.
    private static func clock(_ state: ClockState, stepMilliseconds: Int64?) -> JSONValue {
        var members: [String: JSONValue] = [
            "boot_id": .string(state.bootID),
            "synchronized": .bool(state.isSynchronized && stepMilliseconds == nil),
            "error_ms": state.errorMilliseconds.map(JSONValue.number) ?? .null,
        ]
        if let stepMilliseconds { members["stepped_ms"] = .number(stepMilliseconds) }
        return .object(members)
    }
}
