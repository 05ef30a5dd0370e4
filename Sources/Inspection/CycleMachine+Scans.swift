import Codecs
import Metrology

extension CycleMachine {
    mutating func signIn(
        _ inspector: String, scan: [UInt8], timing: ScanTiming, at moment: Moment
    ) -> [Action] {
        if case .approving(let cycle, let progress) = phase {
            return approve(cycle, progress, by: inspector, scan: scan, timing: timing, at: moment)
        }
        guard cycle == nil else {
            return refuse(
                .cycleRunning, "Finish this part first, then scan another badge.", scan: scan, at: moment)
        }
        guard timing.readAtNanoseconds >= windowOpenedNanoseconds else {
            let text = "The badge was scanned while a part was still being inspected. Scan it again."
            return refuse(.otherWindow, text, scan: scan, at: moment)
        }
        self.inspector = inspector
        (refusal, verdictStands) = (nil, false)
        return [
            .audit(
                AuditEvent.operatorSignedIn.body(
                    at: moment, station: station.id,
                    ["operator": .string(inspector), "raw": .string(Hex.text(scan))]))
        ]
    }

    mutating func refuse(
        _ code: Refusal.Code, _ text: String, scan: [UInt8], isCalm: Bool = false, at moment: Moment
    ) -> [Action] {
        refusal = Refusal(code: code, text: text, at: moment.stamp.utc, isCalm: isCalm)
        refusedScans += 1
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

    /// Opens a cycle for `part`, or says why not; `scan` is what was read where it is not the part's mark.
    mutating func open(
        _ part: PartIdentity, cycle id: String, priorAttempts: Int, timing: ScanTiming,
        screening: PartScreening?, scan: [UInt8]? = nil, at moment: Moment
    ) -> [Action] {
        let alerts = (screening?.alerts(about: part, at: moment, station: station.id) ?? []).map(Action.audit)
        let objection = objection(
            to: part, priorAttempts: priorAttempts, timing: timing, screening: screening)
        if let (code, text) = objection {
            if let released = release(part, timing: timing, at: moment) { return alerts + released }
            let isSamePart = code == .doubleScan || cycle?.part.isSame(as: part) == true
            let held = isSamePart ? [] : hold(because: part, timing: timing, at: moment)
            return alerts + held
                + refuse(code, text, scan: scan ?? part.rawMark, isCalm: isSamePart, at: moment)
        }
        (refusal, verdictStands) = (nil, false)
        windowOpenedNanoseconds = min(timing.readAtNanoseconds, moment.stamp.monotonicNanoseconds)
        cycleOpened = moment.stamp
        isPartUnseen = false
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

    /// Why no cycle may be opened for `part`: someone must sign in first, another cycle runs or did when the
    /// part was scanned, it is suspect, or it was inspected enough. Nil where one may.
    private func objection(
        to part: PartIdentity, priorAttempts: Int, timing: ScanTiming, screening: PartScreening?
    ) -> (Refusal.Code, String)? {
        if let running = cycle {
            guard !running.part.isSame(as: part) else {
                return (.cycleRunning, "\(part.serial) is already being inspected. Carry on.")
            }
            let isNamesake = running.part.serial == part.serial
            let other = isNamesake ? "\(part.serial) of part number \(part.number)" : part.serial
            return (
                .cycleRunning, "\(running.part.serial) is still being inspected. \(other) was not taken."
            )
        }
        if let objection = untimely(part, timing) { return objection }
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

    /// What is wrong with the moment at which `part` was scanned, seen from the cycle that was before; nil
    /// where nothing is.
    private func untimely(_ part: PartIdentity, _ timing: ScanTiming) -> (Refusal.Code, String)? {
        if let last = lastRecord,
            last.body["part"].flatMap(PartIdentity.init(json:))?.isSame(as: part) == true,
            timing.readAtNanoseconds < windowOpenedNanoseconds + timing.doubleScanNanoseconds
        {
            let text = "\(part.serial) was inspected a moment ago: \(last.verdict.rawValue). Carry on."
            return (.doubleScan, text)
        }
        guard timing.readAtNanoseconds >= windowOpenedNanoseconds else {
            return (
                .otherWindow,
                "\(part.serial) was scanned before the part before it was finished. Scan it again."
            )
        }
        return nil
    }

    /// Takes up a cycle that a crash left open: its operator is the one who signed in then.
    mutating func resume(_ cycle: OpenCycle, at moment: Moment) -> [Action] {
        guard self.cycle == nil else { return [] }
        inspector = cycle.inspector
        verdictStands = false
        windowOpenedNanoseconds = moment.stamp.monotonicNanoseconds
        cycleOpened = moment.stamp
        isPartUnseen = true
        return proceed(cycle, isResumed: true, at: moment)
    }
}
