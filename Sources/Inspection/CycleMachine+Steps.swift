import Codecs
import Metrology

extension CycleMachine {
    mutating func opened(at moment: Moment) -> [Action] {
        guard case .opening(let cycle) = phase else { return [] }
        return proceed(cycle, at: moment)
    }

    /// Goes to the first step that is not over, or closes the cycle where all are.
    ///
    /// `isResumed` where an earlier run of the gateway may have started that step.
    mutating func proceed(_ cycle: OpenCycle, isResumed: Bool = false, at moment: Moment) -> [Action] {
        let index = cycle.completed.count
        guard index < station.plan.steps.count else { return close(cycle, consuming: nil, at: moment) }
        let step = station.plan.steps[index]
        switch StepCourse(step, cycle.running).next {
        case .sample(let sample, let attempt):
            let turn = cycle.turns
            let token = station.binds[step.completes].map {
                $0.token(cycle: cycle.id, turn: turn, serial: cycle.part.serial)
            }
            // What was not begun cannot have been started by an earlier run of the gateway either.
            let awaitsStart = station.plan.start == .code && index == 0 && !cycle.isBegun
            var progress = StepProgress(
                index: index, sample: sample, attempt: attempt, turn: turn, token: token,
                deadlineNanoseconds: deadline(step.timeoutSeconds, from: moment),
                awaitsStart: awaitsStart, mayHaveBegun: isResumed && !awaitsStart)
            if cycle.heldBy != nil || isPartUnseen, isHandWork(progress) {
                progress.heldSinceNanoseconds = moment.stamp.monotonicNanoseconds
            }
            phase = .waiting(cycle, progress)
            return startIfPossible(at: moment)
        case .approval(let sample, let attempt):
            return askForApproval(cycle, index, sample, attempt: attempt, at: moment)
        case .over:
            var cycle = cycle
            cycle.end(step, at: moment.stamp.utc)
            return proceed(cycle, at: moment)
        }
    }

    func deadline(_ seconds: Int, from moment: Moment) -> Int64 {
        moment.stamp.monotonicNanoseconds + Int64(seconds) * 1_000_000_000
    }

    /// Starts the waiting step once START was scanned where the plan asks for it, every device that it needs
    /// is in reach, and no start is on its way.
    ///
    /// A gauge that is read only at the step's end is needed too: without it the part could not be decided.
    mutating func startIfPossible(at moment: Moment) -> [Action] {
        guard case .waiting(let cycle, var progress) = phase, !progress.isStarted, !progress.isStarting,
            progress.heldSinceNanoseconds == nil, !progress.awaitsStart, suspension == nil
        else { return [] }
        let step = station.plan.steps[progress.index]
        guard station.plan.roles(of: step).isSubset(of: online) else { return [] }
        guard let setPoints = step.setPoints(for: cycle.part.number) else {
            return endEarly(.notSet, at: moment)
        }
        (progress.isStarting, progress.hasRestarted) = (true, false)
        progress.startedAtNanoseconds = moment.stamp.monotonicNanoseconds
        phase = .waiting(cycle, progress)
        return [
            .start(
                role: step.completes, step: progress.index, token: progress.token, setPoints: setPoints)
        ]
    }

    mutating func device(_ role: String, isOnline: Bool, at moment: Moment) -> [Action] {
        if isOnline { online.insert(role) } else { online.remove(role) }
        return startIfPossible(at: moment)
    }

    mutating func identified(_ role: String, as identity: DeviceIdentity) -> [Action] {
        identities[role] = identity
        return []
    }

    /// The gauge of `role`, with the identity of the device that answers there now.
    func gauge(_ role: String) -> Gauge? {
        var gauge = station.gauges[role]
        gauge?.identity = identities[role] ?? .unknown
        return gauge
    }

    mutating func started(
        _ index: Int, _ turn: Int?, of cycleID: String, failure: String?, mayTryAgain: Bool, at moment: Moment
    ) -> [Action] {
        guard case .waiting(let cycle, var progress) = phase, cycle.id == cycleID, progress.index == index,
            turn == nil || turn == progress.turn, progress.isStarting
        else { return [] }
        progress.isStarting = false
        progress.isStarted = failure == nil
        progress.hindrance = failure
        // A write without an answer may have been taken all the same.
        if failure != nil { progress.mayHaveBegun = true }
        phase = .waiting(cycle, progress)
        if failure != nil, !mayTryAgain { return endEarly(.notSet, at: moment) }
        if failure == nil, progress.hasRestarted { return endEarly(.deviceRestarted, at: moment) }
        // A start that failed is tried again at the next tick, not at once: the device decides the pace.
        return []
    }

    /// What the running step's result must carry; nil where its device carries nothing back.
    private func echoedToken(of progress: StepProgress) -> String? {
        let role = station.plan.steps[progress.index].completes
        return station.binds[role]?.isEchoed == true ? progress.token : nil
    }

    /// Credits a device's result to the running step, or keeps it as an orphan.
    mutating func completed(
        _ group: SampleGroup, role: String, evidence: String, curves: [String], at moment: Moment
    ) -> [Action] {
        if consumed[group.device]?.isSameResult(as: group) == true { return reportedAgain(group) }
        consumed[group.device] = group
        if let doubt = group.doubt { return orphan(group, [evidence] + curves, because: doubt, at: moment) }
        if group.undoesWork {
            return loosened(group, role: role, evidence: [evidence] + curves, at: moment)
        }
        guard case .waiting(let cycle, let progress) = phase, !progress.awaitsStart,
            isBound(role, likeRole: station.plan.steps[progress.index].completes),
            isExpected(group, progress, of: cycle)
        else {
            return orphan(group, [evidence] + curves, because: "no step waits for it", at: moment)
        }
        if let token = echoedToken(of: progress), group.echo != token {
            return orphan(
                group, [evidence] + curves,
                because: "it carries \"\(group.echo ?? "")\", the running step was bound as \"\(token)\"",
                at: moment)
        }
        if let reason = strayed(group, progress) {
            return orphan(group, [evidence] + curves, because: reason, at: moment)
        }
        let step = station.plan.steps[progress.index]
        let others = station.plan.characteristics(of: step).map(\.source)
            .filter { $0.role != step.completes }
        let identity = identities[role] ?? .unknown
        let completion = Completion(group: group, evidence: evidence, curves: curves, identity: identity)
        phase = .gauging(cycle, progress, completion)
        guard others.isEmpty else { return [.gauge(others, after: group.stamp)] }
        return gauged([:], at: moment)
    }

    /// Whether a result may be that of this step. A token of its own says so by itself; the serial is the
    /// same in every step and attempt, so the step must have begun.
    private func isExpected(_ group: SampleGroup, _ progress: StepProgress, of cycle: OpenCycle) -> Bool {
        guard let token = echoedToken(of: progress) else {
            // Nothing but the moment says whose it is: what ended before the start was taken is another's,
            // and so is what was read before the device was told to begin, whenever it comes here.
            return progress.isStarted && group.stamp.monotonicNanoseconds > progress.startedAtNanoseconds
        }
        return token != cycle.part.serial || progress.isStarted || progress.mayHaveBegun
    }

    /// A device reports a result again that it was not told to be durable: because it is not yet, or because
    /// the reach was lost in between.
    private func reportedAgain(_ group: SampleGroup) -> [Action] {
        switch phase {
        case .gauging(_, _, let completion) where completion.group.isSameResult(as: group): []
        case .storing(_, _, let stored) where stored?.isSameResult(as: group) == true: []
        case .committing(_, _, let committed) where committed?.isSameResult(as: group) == true: []
        default: [.acknowledge(group)]
        }
    }

    /// Whether both roles are bound to one device, which then reports its results in each of them.
    func isBound(_ role: String, likeRole other: String) -> Bool {
        role == other || station.gauges[role].map { $0.id == station.gauges[other]?.id } ?? false
    }

    /// Keeps a result that belongs to no step; `evidence` are the hashes of its bytes and of its curves.
    func orphan(
        _ group: SampleGroup, _ evidence: [String], because reason: String, at moment: Moment
    ) -> [Action] {
        var members: [String: JSONValue] = [
            "device": .string(group.device), "sequence": .string(group.sequence),
            "echo": .optional(group.echo), "because": .string(reason),
            "completed_at": .string(group.stamp.utc.description),
            "evidence": .array(evidence.map(JSONValue.string)),
            "running_cycle": .optional(cycle?.id), "provenance": .string(provenance(of: group).rawValue),
            "values": .object(group.samples.mapValues { .optional($0.value?.description) }),
        ]
        if !group.curves.isEmpty { members["curves"] = group.curvesJSON(Array(evidence.dropFirst())) }
        let body = AuditEvent.resultOrphaned.body(at: moment, station: station.id, members)
        return [.orphan(body, consuming: group)]
    }

    func provenance(of group: SampleGroup) -> Provenance {
        group.samples.values.map(\.provenance).reduce(station.provenance, min)
    }

    /// Judges the step: its device's own group, and what other gauges read after it.
    mutating func gauged(_ samples: [PointReference: Sample], at moment: Moment) -> [Action] {
        guard case .gauging(var cycle, let progress, let completion) = phase else { return [] }
        let event = judged(progress, completion, samples, at: moment)
        cycle.note(event)
        let step = station.plan.steps[progress.index]
        // What is repeated or approved goes on; without either, a device that disowns its result ends it all.
        if !completion.group.isValid, !isCourseOpen(step, cycle.running, after: progress.sample) {
            return endEarly(cycle, .deviceInvalid, consuming: completion.group, at: moment)
        }
        return keep(cycle, progress, consuming: completion.group, at: moment)
    }

    /// Whether `sample` is not over after `events`: it is tried again, or waits for an approval.
    private func isCourseOpen(_ step: PlanStep, _ events: [StepEvent], after sample: Int) -> Bool {
        switch StepCourse(step, events).next {
        case .sample(sample, _), .approval: true
        case .sample, .over: false
        }
    }

    /// A result of the step's device, judged with what other gauges read after it.
    private func judged(
        _ progress: StepProgress, _ completion: Completion, _ samples: [PointReference: Sample],
        at moment: Moment
    ) -> StepEvent {
        let step = station.plan.steps[progress.index]
        let group = completion.group
        let results = station.plan.characteristics(of: step).compactMap {
            characteristic -> MeasurementResult? in
            guard var gauge = gauge(characteristic.source.role) else { return nil }
            let isOwn = characteristic.source.role == step.completes
            if isOwn { gauge.identity = completion.identity }
            let sample = isOwn ? group.samples[characteristic.source.point] : samples[characteristic.source]
            let result = MeasurementResult(
                judging: sample, against: characteristic, with: gauge, on: moment.stamp.utc.date,
                sample: progress.sample)
            return group.isValid ? result : result.disowned
        }
        let verdict = Verdict.combined(results.map(\.verdict))
        var told: [String: JSONValue] = [
            "sample": .number(Int64(progress.sample)), "try": .number(Int64(progress.attempt)),
            "result": .string(verdict.rawValue), "device": .string(group.device),
            "sequence": .string(group.sequence),
            "completed_at": .string(group.stamp.utc.description),
            "evidence": .string(completion.evidence), "bound_as": .optional(progress.token),
            "results": .array(results.map(\.json)),
        ]
        if !completion.curves.isEmpty { told["curves"] = group.curvesJSON(completion.curves) }
        return StepEvent(
            .result, step: step.id, told, provenance: results.map(\.provenance).min() ?? .live)
    }

    /// Makes durable what happened last in the running step: it goes on, is over, or was the last one.
    mutating func keep(
        _ cycle: OpenCycle, _ progress: StepProgress, consuming group: SampleGroup?, at moment: Moment
    ) -> [Action] {
        let step = station.plan.steps[progress.index]
        guard StepCourse(step, cycle.running).next == .over else {
            phase = .storing(cycle, progress, group)
            return cycle.running.suffix(1).map {
                .store($0.journal(of: cycle.id, at: moment, station: station.id), consuming: group)
            }
        }
        var cycle = cycle
        cycle.end(step, at: moment.stamp.utc)
        guard cycle.completed.count < station.plan.steps.count else {
            return close(cycle, consuming: group, at: moment)
        }
        phase = .storing(cycle, progress, group)
        return [.store(journal(of: cycle, at: moment), consuming: group)]
    }

    private func journal(of cycle: OpenCycle, at moment: Moment) -> JSONValue {
        let step = cycle.completed.last
        return AuditEvent.cycleStep.body(
            at: moment, station: station.id,
            [
                "cycle": .string(cycle.id), "step": step?.summary ?? .null,
                "results": .array(step?.results ?? []),
                "provenance": .string((step?.provenance ?? station.provenance).rawValue),
                "evidence": .array((step?.evidence ?? []).map(JSONValue.string)),
            ])
    }

    mutating func stored(at moment: Moment) -> [Action] {
        guard case .storing(let cycle, _, let group) = phase else { return [] }
        return (group.map { [.acknowledge($0)] } ?? []) + proceed(cycle, at: moment)
    }
}

extension SampleGroup {
    /// Whether both are the same result of the same device, which a poll may see again before it is
    /// acknowledged; the status around it may have changed since.
    func isSameResult(as other: SampleGroup) -> Bool {
        device == other.device && sequence == other.sequence && identity == other.identity
    }
}
