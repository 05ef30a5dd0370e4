package import Codecs
package import Metrology

/// A part's pass through a station, from its scan until its record is durable.
package struct OpenCycle: Sendable, Equatable {
    /// Also the id of the record to come.
    package let id: String
    package let part: PartIdentity
    /// 1 for the first inspection of this part at this operation.
    package let attempt: Int
    /// Operator id of who scanned the part; nil at a station that asks for no badge.
    package let inspector: String?
    package let startedAt: Timestamp
    /// The least live of what the station worked with when the part was scanned.
    package let provenance: Provenance
    /// What was found when the part was scanned; nil where nobody looked.
    package let screening: PartScreening?
    /// Whether START was scanned for it, where its plan asks for that.
    package internal(set) var isBegun = false
    /// Steps that are over, in order.
    package internal(set) var completed: [CompletedStep] = []
    /// What has happened in the step after those, in order.
    package private(set) var running: [StepEvent] = []
    /// The part that was scanned instead, since which tools in somebody's hands are held; nil where none is.
    package private(set) var heldBy: PartIdentity?

    init(
        id: String, part: PartIdentity, attempt: Int, inspector: String?, startedAt: Timestamp,
        provenance: Provenance, screening: PartScreening? = nil
    ) {
        (self.id, self.part, self.attempt) = (id, part, attempt)
        (self.inspector, self.startedAt, self.provenance) = (inspector, startedAt, provenance)
        self.screening = screening
    }

    /// Adds what happened in the running step.
    mutating func note(_ event: StepEvent) {
        running.append(event)
        switch event.kind {
        case .hold: heldBy = event.summary["other"].flatMap(PartIdentity.init(json:)) ?? part
        case .release: heldBy = nil
        case .result, .loosening, .approval: break
        }
    }

    /// How often a device was bound for it so far and is done with that: by a result, or by a hold.
    var turns: Int {
        completed.map(\.turns).reduce(0, +) + running.count { $0.kind == .result || $0.kind == .hold }
    }

    /// What it came to so far: elements of a record's `results`, those of the running step last.
    package var results: [JSONValue] {
        completed.flatMap(\.results) + StepEvent.deciding(running).flatMap(\.results)
    }

    /// Results of the last try in the running step, each judged; empty where there is none.
    package var lastTry: [JSONValue] { running.last { $0.kind == .result }?.results ?? [] }

    /// The `gates` member of its record: what was asked before the part was taken, and the answers.
    var gates: [JSONValue] { screening.map { [$0.json] } ?? [] }

    /// The cycle that the audit entries `journal` tell of: its `cycle.opened`, perhaps its `cycle.begun`,
    /// then its `cycle.step` entries.
    ///
    /// Nil where the first is no `cycle.opened` of this station and plan: such a cycle cannot be taken up
    /// again and is closed as interrupted.
    package init?(journal: [JSONValue], at station: InspectionStation) {
        guard let opened = journal.first, opened["event"]?.text == AuditEvent.cycleOpened.rawValue,
            opened["station"]?.text == station.id, opened["plan_sha256"]?.text == station.plan.sha256,
            let id = opened["cycle"]?.text, let part = opened["part"].flatMap(PartIdentity.init(json:)),
            let attempt = opened["attempt"]?.integer,
            let startedAt = opened["at"]?.text.flatMap({ Timestamp($0) }),
            let provenance = opened["provenance"]?.text.flatMap(Provenance.init(rawValue:))
        else { return nil }
        let gates = opened["gates"]?.elements ?? []
        let screening = gates.first.flatMap(PartScreening.init(json:))
        // A gate whose answer cannot be read must not be forgotten.
        guard screening != nil || gates.isEmpty else { return nil }
        self.init(
            id: id, part: part, attempt: Int(attempt), inspector: opened["inspector"]?.text,
            startedAt: startedAt, provenance: provenance, screening: screening)
        isBegun = journal.contains { $0["event"]?.text == AuditEvent.cycleBegun.rawValue }
        for entry in journal.dropFirst() {
            if let event = StepEvent(journaled: entry) {
                note(event)
            } else if let step = CompletedStep(journaled: entry) {
                completed.append(step)
                // Its entry tells of all that happened in it.
                running = []
            }
        }
        let ids = station.plan.steps.map(\.id)
        guard completed.map(\.id) == Array(ids.prefix(completed.count)),
            running.allSatisfy({ $0.step == ids.dropFirst(completed.count).first })
        else { return nil }
    }

    /// Ends the running step: what happened in it, and what is missing because of `reason`.
    mutating func end(
        _ step: PlanStep, missing: [MeasurementResult] = [], because reason: MeasurementResult.Reason? = nil,
        at instant: Timestamp
    ) {
        let settings = step.setPoints(for: part.number) ?? []
        completed.append(
            CompletedStep(
                step, settings: settings, events: running, missing: missing, because: reason, at: instant))
        running = []
    }

    /// Whether what `device` tightened last in this cycle passed; nil where it has tightened nothing.
    func lastPassed(by device: String) -> Bool? {
        if let last = running.last(where: { $0.kind == .result && $0.summary["device"]?.text == device }) {
            return last.isGood
        }
        let step = completed.last { $0.summary["device"]?.text == device }
        return step.map { $0.verdicts.allSatisfy { $0 == .pass } }
    }
}
