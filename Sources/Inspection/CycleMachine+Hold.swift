import Codecs
import Metrology

/// Another part than the one that a tool in somebody's hands waits for.
///
/// Whoever scans it may hold it to the tool next: the tool is stopped, and what it tells from then on is
/// credited to nothing, until the part that is inspected is scanned again.
extension CycleMachine {
    /// `other` was scanned and not taken: stops a step whose device a person works.
    mutating func hold(because other: PartIdentity, timing: ScanTiming, at moment: Moment) -> [Action] {
        guard case .waiting(var cycle, var progress) = phase, !cycle.isHeld, isHandWork(progress) else {
            return []
        }
        let step = station.plan.steps[progress.index]
        let event = StepEvent(
            .hold, step: step.id,
            [
                "sample": .number(Int64(progress.sample)), "other": other.json,
                "at": .string(moment.stamp.utc.description),
            ], provenance: cycle.provenance)
        cycle.running.append(event)
        let wasBegun = progress.isStarted || progress.isStarting
        (progress.isStarted, progress.isStarting) = (false, false)
        progress.heldSinceNanoseconds = min(timing.readAtNanoseconds, moment.stamp.monotonicNanoseconds)
        phase = .waiting(cycle, progress)
        return [.audit(event.journal(of: cycle.id, at: moment, station: station.id))]
            + (wasBegun ? [.stop(role: step.completes)] : [])
    }

    /// The part that is inspected was scanned again: the step goes on, bound anew, so that nothing that was
    /// made meanwhile is taken for its result. Nil where it was not held.
    mutating func release(_ part: PartIdentity, timing: ScanTiming, at moment: Moment) -> [Action]? {
        guard case .waiting(var cycle, let progress) = phase, let since = progress.heldSinceNanoseconds,
            cycle.part.isSame(as: part), timing.readAtNanoseconds >= since
        else { return nil }
        let event = StepEvent(
            .release, step: station.plan.steps[progress.index].id,
            [
                "sample": .number(Int64(progress.sample)), "at": .string(moment.stamp.utc.description),
                "raw": .string(Hex.text(part.rawMark)),
            ], provenance: cycle.provenance)
        cycle.running.append(event)
        refusal = nil
        return [.audit(event.journal(of: cycle.id, at: moment, station: station.id))]
            + proceed(cycle, at: moment)
    }

    /// Whether a person does what the step waits for.
    package func isHandWork(_ progress: StepProgress) -> Bool {
        station.handRoles.contains(station.plan.steps[progress.index].completes)
    }

    /// Why a result cannot be known to be that of the running part; nil where it can.
    func strayed(_ group: SampleGroup, _ progress: StepProgress) -> String? {
        guard let since = progress.heldSinceNanoseconds, group.stamp.monotonicNanoseconds >= since else {
            return nil
        }
        return "another part was scanned before it came"
    }
}

extension OpenCycle {
    /// The part that was scanned instead, since which the running step is held; nil where it is not.
    package var held: PartIdentity? {
        guard let last = running.last(where: { $0.kind == .hold || $0.kind == .release }), last.kind == .hold
        else { return nil }
        return last.summary["other"].flatMap(PartIdentity.init(json:))
    }

    var isHeld: Bool { running.last { $0.kind == .hold || $0.kind == .release }?.kind == .hold }
}
