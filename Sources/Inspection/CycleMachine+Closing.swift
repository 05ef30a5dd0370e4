import Metrology

extension CycleMachine {
    /// Makes the record of a cycle whose steps are all over.
    mutating func close(_ cycle: OpenCycle, consuming group: SampleGroup?, at moment: Moment) -> [Action] {
        let record = InspectionRecord(
            closing: cycle, at: station, moment: moment,
            clockStepMilliseconds: cycleOpened.flatMap { moment.stamp.civilStepMilliseconds(since: $0) })
        phase = .committing(cycle, record, group)
        return [.commit(record, consuming: group)]
    }

    mutating func committed(at moment: Moment) -> [Action] {
        guard case .committing(_, let record, let group) = phase else { return [] }
        lastRecord = record
        verdictStands = true
        windowOpenedNanoseconds = moment.stamp.monotonicNanoseconds
        // What was refused while the part was inspected must not cover its verdict.
        refusal = nil
        phase = .ready
        return group.map { [.acknowledge($0)] } ?? []
    }

    /// Ends the open cycle for `reason`: what was not measured is INDETERMINATE, and there is a record.
    mutating func endEarly(_ reason: MeasurementResult.Reason, at moment: Moment) -> [Action] {
        if case .approving(let cycle, _) = phase {
            return endEarly(cycle, reason, consuming: nil, at: moment)
        }
        guard case .waiting(let cycle, let progress) = phase else { return [] }
        let role = station.plan.steps[progress.index].completes
        let stop: [Action] = progress.isStarted || progress.isStarting ? [.stop(role: role)] : []
        let missing: MeasurementResult.Reason = progress.awaitsStart ? .notBegun : .offline
        let isHindered = !progress.isStarted && progress.heldSinceNanoseconds == nil
        let hindered = isHindered && reason == .timeout ? missing : reason
        return stop + endEarly(cycle, hindered, consuming: nil, at: moment)
    }

    /// A device that was switched off and on has forgotten what it was started for: its step has no result
    /// and never will. It is not started again by itself, for a part may have been changed, or harmed,
    /// meanwhile.
    ///
    /// A restart that was seen before the step began means nothing to it.
    mutating func restarted(_ role: String, seenAt instant: Int64, at moment: Moment) -> [Action] {
        guard case .waiting(let cycle, var progress) = phase, progress.startedAtNanoseconds < instant,
            isBound(role, likeRole: station.plan.steps[progress.index].completes)
        else { return [] }
        if progress.isStarted { return endEarly(.deviceRestarted, at: moment) }
        // A start that is a pulse takes its time: whether the device took it is known when it is answered.
        if progress.isStarting { progress.hasRestarted = true }
        phase = .waiting(cycle, progress)
        return []
    }

    /// Ends `cycle` after the steps that it has: each of the others is missing because of `reason`.
    mutating func endEarly(
        _ cycle: OpenCycle, _ reason: MeasurementResult.Reason, consuming group: SampleGroup?,
        at moment: Moment
    ) -> [Action] {
        var cycle = cycle
        for step in station.plan.steps.dropFirst(cycle.completed.count) {
            let measured = Set(cycle.running.filter { $0.kind == .result }.map(\.sample))
            let missing = (1...step.count).filter { !measured.contains($0) }
                .flatMap { self.missing($0, of: step, because: reason, at: moment) }
            cycle.end(step, missing: missing, because: reason, at: moment.stamp.utc)
        }
        return close(cycle, consuming: group, at: moment)
    }

    /// The characteristics of a sample of `step` that was never measured.
    private func missing(
        _ sample: Int, of step: PlanStep, because reason: MeasurementResult.Reason, at moment: Moment
    ) -> [MeasurementResult] {
        station.plan.characteristics(of: step).compactMap { characteristic in
            gauge(characteristic.source.role).map {
                MeasurementResult(
                    missing: characteristic, because: reason, gauge: $0, on: moment.stamp.utc.date,
                    sample: sample)
            }
        }
    }

    /// Time has passed: a step may have taken too long, or a start that failed may be tried again.
    mutating func tick(at moment: Moment) -> [Action] {
        if case .approving(_, let progress) = phase,
            moment.stamp.monotonicNanoseconds >= progress.deadlineNanoseconds
        {
            return endEarly(.timeout, at: moment)
        }
        guard case .waiting(_, let progress) = phase else { return [] }
        if moment.stamp.monotonicNanoseconds >= progress.deadlineNanoseconds {
            return endEarly(.timeout, at: moment)
        }
        return startIfPossible(at: moment)
    }
}
