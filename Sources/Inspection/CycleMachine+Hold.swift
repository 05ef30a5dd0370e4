import Codecs
import Metrology

/// Another part than the one that a tool in somebody's hands waits for.
///
/// Whoever scans it may hold it to the tool next: the tool is stopped, and what it tells from then on is
/// credited to nothing, until the part that is inspected is scanned again. A loosening that it tells stays
/// with that part where it could undo a PASS: which screw it was nobody knows, and unknown is never PASS.
extension CycleMachine {
    /// `other` was scanned and not taken: stops a step whose device a person works, and keeps the next such
    /// step from starting.
    mutating func hold(because other: PartIdentity, timing: ScanTiming, at moment: Moment) -> [Action] {
        guard let (cycle, progress) = open, cycle.heldBy == nil, isHandWorkNear(progress) else { return [] }
        let step = station.plan.steps[progress.index]
        let event = StepEvent(
            .hold, step: step.id,
            [
                "sample": .number(Int64(progress.sample)), "other": other.json,
                "at": .string(moment.stamp.utc.description),
            ], provenance: cycle.provenance)
        note(event)
        heldAtNanoseconds = min(timing.readAtNanoseconds, moment.stamp.monotonicNanoseconds)
        let told = Action.audit(event.journal(of: cycle.id, at: moment, station: station.id))
        guard case .waiting(let held, var progress) = phase else { return [told] }
        let wasBegun = progress.isStarted || progress.isStarting
        (progress.isStarted, progress.isStarting) = (false, false)
        progress.heldSinceNanoseconds = heldAtNanoseconds
        phase = .waiting(held, progress)
        return [told] + (wasBegun ? [.stop(role: step.completes)] : [])
    }

    /// The part that is inspected was scanned again, or for the first time in this run: the step goes on, and
    /// after a hold bound anew, so that nothing that was made meanwhile is taken for its result. Nil where
    /// nothing was held, or the scan is from before that.
    mutating func release(_ part: PartIdentity, timing: ScanTiming, at moment: Moment) -> [Action]? {
        guard let (cycle, progress) = open, cycle.heldBy != nil || isPartUnseen, cycle.part.isSame(as: part),
            timing.readAtNanoseconds >= max(heldAtNanoseconds, progress.heldSinceNanoseconds ?? .min)
        else { return nil }
        let event = StepEvent(
            .release, step: station.plan.steps[progress.index].id,
            [
                "sample": .number(Int64(progress.sample)), "at": .string(moment.stamp.utc.description),
                "raw": .string(Hex.text(part.rawMark)),
            ], provenance: cycle.provenance)
        note(event)
        (isPartUnseen, refusal) = (false, nil)
        let told = Action.audit(event.journal(of: cycle.id, at: moment, station: station.id))
        guard case .waiting(let freed, _) = phase, progress.heldSinceNanoseconds != nil else { return [told] }
        return [told] + proceed(freed, at: moment)
    }

    /// Whether a person does what the step waits for.
    package func isHandWork(_ progress: StepProgress) -> Bool {
        station.handRoles.contains(station.plan.steps[progress.index].completes)
    }

    /// Whether a person does what the step waits for, or, once that is done, what follows it.
    private func isHandWorkNear(_ progress: StepProgress) -> Bool {
        if case .waiting = phase { return isHandWork(progress) }
        return station.plan.steps.dropFirst(progress.index).prefix(2).contains {
            station.handRoles.contains($0.completes)
        }
    }

    /// Why a result cannot be known to be that of the running part; nil where it can.
    func strayed(_ group: SampleGroup, _ progress: StepProgress) -> String? {
        guard let (cycle, _) = open, cycle.heldBy != nil, let since = progress.heldSinceNanoseconds,
            group.stamp.monotonicNanoseconds >= since
        else {
            return nil
        }
        return "another part was scanned before it came"
    }
}
