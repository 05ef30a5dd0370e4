import Codecs
import Metrology

extension CycleMachine {
    mutating func signIn(_ inspector: String, scan: [UInt8], at moment: Moment) -> [Action] {
        guard cycle == nil else {
            return refuse(
                .cycleRunning, "Finish this part first, then scan another badge.", scan: scan, at: moment)
        }
        self.inspector = inspector
        refusal = nil
        return [
            .audit(
                AuditEvent.operatorSignedIn.body(
                    at: moment, station: station.id, ["operator": .string(inspector)]))
        ]
    }

    mutating func refuse(_ code: Refusal.Code, _ text: String, scan: [UInt8], at moment: Moment) -> [Action] {
        refusal = Refusal(code: code, text: text, at: moment.stamp.utc)
        return [
            .audit(
                AuditEvent.scanRefused.body(
                    at: moment, station: station.id,
                    [
                        "code": .string(code.rawValue), "text": .string(text), "raw": .string(Hex.text(scan)),
                        "operator": .optional(inspector), "cycle": .optional(cycle?.id),
                    ]))
        ]
    }

    /// Opens a cycle for `part`, unless someone must sign in first, a cycle runs, or it was inspected enough.
    mutating func open(
        _ part: PartIdentity, cycle id: String, priorAttempts: Int, screening: PartScreening? = nil,
        at moment: Moment
    ) -> [Action] {
        let alerts = (screening?.alerts(about: part, at: moment, station: station.id) ?? []).map(Action.audit)
        if let (code, text) = objection(to: part, priorAttempts: priorAttempts, screening: screening) {
            return alerts + refuse(code, text, scan: part.rawMark, at: moment)
        }
        refusal = nil
        let opened = OpenCycle(
            id: id, part: part, attempt: priorAttempts + 1, inspector: inspector, startedAt: moment.stamp.utc,
            provenance: station.provenance, screening: screening)
        phase = .opening(opened)
        let body = AuditEvent.cycleOpened.body(
            at: moment, station: station.id,
            [
                "cycle": .string(id), "part": part.json, "attempt": .number(Int64(opened.attempt)),
                "inspector": .optional(inspector), "plan_sha256": .string(station.plan.sha256),
                "provenance": .string(opened.provenance.rawValue),
                "gates": .array(opened.gates),
            ])
        return alerts + [.open(body)]
    }

    /// Why no cycle may be opened for `part`: someone must sign in first, another cycle runs, the part is
    /// suspect, or it was inspected enough. Nil where one may.
    private func objection(
        to part: PartIdentity, priorAttempts: Int, screening: PartScreening?
    ) -> (Refusal.Code, String)? {
        if let running = cycle {
            let text =
                running.part.serial == part.serial
                ? "\(part.serial) is already being inspected. Carry on."
                : "\(running.part.serial) is still being inspected. \(part.serial) was not taken."
            return (.cycleRunning, text)
        }
        guard !needsBadge else { return (.noBadge, "Scan your badge first, then the part.") }
        guard station.plan.partNumbers.contains(part.number) else {
            return (.unknownPart, "Part number \(part.number) is not inspected at this station.")
        }
        if let finding = screening?.refusal { return (.suspectPart, finding.text) }
        guard priorAttempts <= station.plan.retests else {
            return (.retestLimit, "\(part.serial) was inspected \(priorAttempts) times. Call quality.")
        }
        return nil
    }

    /// Takes up a cycle that a crash left open: its operator is the one who signed in then.
    mutating func resume(_ cycle: OpenCycle, at moment: Moment) -> [Action] {
        guard self.cycle == nil else { return [] }
        inspector = cycle.inspector
        return proceed(cycle, isResumed: true, at: moment)
    }
}
