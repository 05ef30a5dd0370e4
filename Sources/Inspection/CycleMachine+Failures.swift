import Codecs
import Metrology

/// What becomes of a sample that is no PASS, and of screws that are loosened.
extension CycleMachine {
    /// Stands still until somebody who may lets the cycle go on with `sample` as it is.
    mutating func askForApproval(
        _ cycle: OpenCycle, _ index: Int, _ sample: Int, attempt: Int, at moment: Moment
    ) -> [Action] {
        let seconds = station.plan.steps[index].onFailure.approvalSeconds ?? 0
        windowOpenedNanoseconds = moment.stamp.monotonicNanoseconds
        phase = .approving(
            cycle,
            StepProgress(
                index: index, sample: sample, attempt: attempt, turn: cycle.turns, token: nil,
                deadlineNanoseconds: deadline(seconds, from: moment)))
        return []
    }

    /// A badge was scanned while the cycle waits for an approval. Whoever inspects the part cannot give it,
    /// and it changes no verdict.
    mutating func approve(
        _ cycle: OpenCycle, _ progress: StepProgress, by person: String, scan: [UInt8], timing: ScanTiming,
        at moment: Moment
    ) -> [Action] {
        guard timing.readAtNanoseconds >= windowOpenedNanoseconds else {
            let text = "The badge was scanned before there was anything to approve. Scan it again."
            return refuse(.otherWindow, text, scan: scan, at: moment)
        }
        guard station.approvers.contains(person) else {
            let text = "\(person) may not approve this. Call somebody who may, or scan ABORT."
            return refuse(.notAllowed, text, scan: scan, at: moment)
        }
        guard person != cycle.inspector else {
            let text = "\(person) inspects this part. Somebody else has to approve it."
            return refuse(.notAllowed, text, scan: scan, at: moment)
        }
        refusal = nil
        var cycle = cycle
        cycle.note(
            StepEvent(
                .approval, step: station.plan.steps[progress.index].id,
                [
                    "sample": .number(Int64(progress.sample)), "by": .string(person),
                    "at": .string(moment.stamp.utc.description), "raw": .string(Hex.text(scan)),
                ], provenance: cycle.provenance))
        return keep(cycle, progress, consuming: nil, at: moment)
    }

    /// Keeps what a device undid as evidence of the cycle in which it happened; it is never judged. Undoing
    /// what had passed leaves the part undecided, for which screw it was nobody knows.
    mutating func loosened(
        _ group: SampleGroup, role: String, evidence: [String], at moment: Moment
    ) -> [Action] {
        guard let (cycle, progress) = open, isOf(cycle, group, role) else {
            return orphan(
                group, evidence, because: "a screw was loosened that is no running part's",
                at: moment)
        }
        // A result that is still being judged comes before it, and may pass.
        var undoesPass = cycle.lastPassed(by: group.device) == true
        if case .gauging(_, _, let completion) = phase, completion.group.device == group.device {
            undoesPass = true
        }
        // Whose screw it was nobody knows: it stays with a part that could pass without it.
        let strayed =
            cycle.heldBy != nil && group.stamp.monotonicNanoseconds >= heldAtNanoseconds
            ? "another part was scanned before it came" : nil
        if let strayed, !undoesPass { return orphan(group, evidence, because: strayed, at: moment) }
        var told: [String: JSONValue] = [
            "sample": .number(Int64(progress.sample)), "undoes_pass": .bool(undoesPass),
            "device": .string(group.device), "sequence": .string(group.sequence),
            "bound_as": .optional(group.echo), "evidence": .optional(evidence.first),
            "completed_at": .string(group.stamp.utc.description),
            "values": .object(group.samples.mapValues { .optional($0.value?.description) }),
        ]
        if let strayed { told["because"] = .string(strayed) }
        if !group.curves.isEmpty { told["curves"] = group.curvesJSON(Array(evidence.dropFirst())) }
        let event = StepEvent(
            .loosening, step: station.plan.steps[progress.index].id, told, provenance: provenance(of: group))
        note(event)
        return [.keep(event.journal(of: cycle.id, at: moment, station: station.id), consuming: group)]
    }

    /// The cycle whose step runs, and how far it is; nil while nothing more can be added to one.
    var open: (OpenCycle, StepProgress)? {
        switch phase {
        case .waiting(let cycle, let progress), .gauging(let cycle, let progress, _),
            .approving(let cycle, let progress):
            (cycle, progress)
        case .ready, .opening, .storing, .committing: nil
        }
    }

    mutating func note(_ event: StepEvent) {
        switch phase {
        case .waiting(var cycle, let progress):
            cycle.note(event)
            phase = .waiting(cycle, progress)
        case .gauging(var cycle, let progress, let completion):
            cycle.note(event)
            phase = .gauging(cycle, progress, completion)
        case .approving(var cycle, let progress):
            cycle.note(event)
            phase = .approving(cycle, progress)
        case .ready, .opening, .storing, .committing: break
        }
    }

    /// Whether `group` happened in `cycle`: by what it carries, or by its moment where it carries nothing.
    private func isOf(_ cycle: OpenCycle, _ group: SampleGroup, _ role: String) -> Bool {
        guard station.plan.steps.contains(where: { isBound(role, likeRole: $0.completes) }) else {
            return false
        }
        guard let rule = station.binds[role], rule.isEchoed else {
            return group.stamp.monotonicNanoseconds > cycleOpenedNanoseconds
        }
        return (0...cycle.turns).contains {
            rule.token(cycle: cycle.id, turn: $0, serial: cycle.part.serial) == group.echo
        }
    }
}
