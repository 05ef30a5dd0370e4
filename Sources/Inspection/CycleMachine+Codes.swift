import Codecs
import Metrology

extension CycleMachine {
    /// Does what a printed code asks, or says in one sentence why it means nothing now.
    mutating func act(
        on code: ActionScan, cycle id: String, priorAttempts: Int, screening: PartScreening?,
        at moment: Moment
    ) -> [Action] {
        let word = code.action.rawValue
        guard code.timing.readAtNanoseconds >= windowOpenedNanoseconds else {
            let text = "\(word) was scanned before the station came to where it is now. Scan it again."
            return refuse(.otherWindow, text, scan: code.bytes, at: moment)
        }
        guard !needsBadge else {
            return refuse(.noBadge, "Scan your badge first, then \(word).", scan: code.bytes, at: moment)
        }
        switch code.action {
        case .start: return start(by: code, at: moment)
        case .abort: return abort(by: code, at: moment)
        case .retest:
            return retest(
                by: code, cycle: id, priorAttempts: priorAttempts, screening: screening, at: moment)
        case .acknowledge: return acknowledge(by: code, at: moment)
        }
    }

    /// Lets the part that waits for it begin: its first step has all its time from now on.
    ///
    /// That it was begun is durable before its device is told anything: after a crash a device that may have
    /// been started is known as such.
    private mutating func start(by code: ActionScan, at moment: Moment) -> [Action] {
        guard case .waiting(var cycle, var progress) = phase, progress.awaitsStart else {
            return meaningless(code, startText, at: moment)
        }
        guard progress.heldSinceNanoseconds == nil else {
            return meaningless(
                code, "Scan \(cycle.part.serial) again, then START.", at: moment)
        }
        (cycle.isBegun, progress.awaitsStart, refusal) = (true, false, nil)
        progress.deadlineNanoseconds = deadline(
            station.plan.steps[progress.index].timeoutSeconds, from: moment)
        phase = .waiting(cycle, progress)
        let begun = AuditEvent.cycleBegun.body(
            at: moment, station: station.id, ["cycle": .string(cycle.id), "operator": .optional(inspector)])
        return [taken(code, cycle: cycle.id, serial: cycle.part.serial, at: moment), .audit(begun)]
            + startIfPossible(at: moment)
    }

    /// Why there is nothing to start.
    private var startText: String {
        if let cycle { return "\(cycle.part.serial) is being inspected already. Nothing needs START." }
        return station.plan.start == .code
            ? "Scan the part first, then START."
            : "Nothing needs START here: scan the part, and its inspection begins."
    }

    private mutating func meaningless(_ code: ActionScan, _ text: String, at moment: Moment) -> [Action] {
        refuse(.meaninglessCode, text, scan: code.bytes, at: moment)
    }

    private mutating func abort(by code: ActionScan, at moment: Moment) -> [Action] {
        guard let cycle else {
            return meaningless(code, "No part is being inspected: there is nothing to stop.", at: moment)
        }
        switch phase {
        case .waiting, .approving: break
        default:
            let text = "A result of \(cycle.part.serial) is just being saved. Wait, then scan ABORT again."
            return meaningless(code, text, at: moment)
        }
        return [taken(code, cycle: cycle.id, serial: cycle.part.serial, at: moment)]
            + endEarly(.aborted, at: moment)
    }

    private mutating func retest(
        by code: ActionScan, cycle id: String, priorAttempts: Int, screening: PartScreening?,
        at moment: Moment
    ) -> [Action] {
        if let cycle {
            let text = "\(cycle.part.serial) is being inspected. Carry on."
            return meaningless(code, text, at: moment)
        }
        guard let last = lastRecord, let part = last.body["part"].flatMap(PartIdentity.init(json:)) else {
            let text = "No part was inspected here since the gateway was started. Scan the part itself."
            return meaningless(code, text, at: moment)
        }
        let once = ScanTiming(
            readAtNanoseconds: code.timing.readAtNanoseconds, doubleScanNanoseconds: 0)
        let actions = open(
            part, cycle: id, priorAttempts: priorAttempts, timing: once, screening: screening,
            scan: code.bytes, at: moment)
        guard case .opening = phase else { return actions }
        return [taken(code, cycle: id, serial: part.serial, at: moment)] + actions
    }

    private mutating func acknowledge(by code: ActionScan, at moment: Moment) -> [Action] {
        guard verdictStands, let last = lastRecord, last.verdict != .pass else {
            let text = cycle == nil ? "No FAIL waits to be seen." : "There is no verdict yet."
            return meaningless(code, "\(text) ACK means nothing now.", at: moment)
        }
        (verdictStands, refusal) = (false, nil)
        return [taken(code, cycle: last.id, serial: last.serial, at: moment)]
    }

    /// The entry that tells of a code that was obeyed: who, which code of which set, and what it was about.
    private func taken(_ code: ActionScan, cycle: String, serial: String, at moment: Moment) -> Action {
        .audit(
            AuditEvent.codeTaken.body(
                at: moment, station: station.id,
                [
                    "action": .string(code.action.rawValue), "operator": .optional(inspector),
                    "cycle": .string(cycle), "serial": .string(serial), "raw": .string(Hex.text(code.bytes)),
                    "code_set_sha256": .optional(code.codeSetSHA256),
                ]))
    }
}
