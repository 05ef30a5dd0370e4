internal import Codecs
internal import Metrology

/// What the line brings: answers, silence, loss.
extension LineMachine {
    mutating func opened(at now: Stamp) {
        guard case .opening = link else { return }
        let time = now.monotonicNanoseconds
        link = .up
        unheard.count = 0
        lastUsed = time
        // What lies on the line already is older than any request; without numbers it could be its answer.
        notBefore = time + settings.gap
        reportedLoss = nil
        noiseSince = nil
        status.state = .up
        numbers.forgetAbandoned()
        if !returnsFromRest { schedule.setAllDue(time) }
        returnsFromRest = false
    }

    /// The link is gone: what was under way fails, and each poll is told once, so that no old value stays
    /// good.
    mutating func lost(_ why: String, at now: Stamp, into actions: inout [Action]) {
        switch link {
        case .up, .opening: break
        case .idle, .queued, .resting, .down, .stopped: return
        }
        returnsFromRest = false
        status.state = .down
        status.lastError = why
        link = .down(retryAt: dialing.retryTime(after: now.monotonicNanoseconds))
        let asked = outstanding?.work
        finish(.failed(.offline(why)), at: now, into: &actions)
        guard reportedLoss == nil else { return }
        reportedLoss = why
        for entry in schedule.entries
        where asked?.recipient != .group(entry.group) || asked?.pollID != entry.poll.id {
            fail(entry.poll, group: entry.group, .offline(why), at: now, into: &actions)
        }
    }

    /// Gives the request under way up where its deadline has passed.
    mutating func giveUpIfOverdue(at now: Stamp, into actions: inout [Action]) {
        let time = now.monotonicNanoseconds
        guard let deadline = outstanding?.deadline, time >= deadline, let overdue = outstanding else {
            return
        }
        guard !isBroadcast(overdue.work.unit) else {
            keepQuiet(settings.gap, from: now)
            finish(.sent, at: now, into: &actions)
            return
        }
        status.timeouts += 1
        if unheard.count == 0 { unheard.since = overdue.sent.monotonicNanoseconds }
        unheard.count += 1
        status.lastError = "unit \(overdue.work.unit): no answer in time"
        numbers.abandon(overdue.transaction)
        if settings.waitsOutLateReplies { keepQuiet(overdue.work.timeout, from: now) }
        if !askAgain(overdue.work, at: time) {
            finish(.failed(.timeout), at: now, into: &actions)
            missed(overdue.work, at: now, into: &actions)
        }
        if let limit = settings.redialAfterSilence, unheard.count > 1, time - unheard.since >= limit {
            actions.append(.close)
            lost("nothing heard for \(limit / 1_000_000_000) s", at: now, into: &actions)
        }
    }

    mutating func frame(
        _ transaction: UInt16?, _ unit: UInt8, _ pdu: [UInt8], at now: Stamp, into actions: inout [Action]
    ) {
        guard link == .up else { return }
        unheard.count = 0
        // Taken out rather than copied: this runs for every reply.
        guard transaction == nil || transaction == outstanding?.transaction, let asked = outstanding.take()
        else {
            countStray(transaction)
            return
        }
        guard unit == asked.work.unit, !isBroadcast(unit) else {
            outstanding = asked
            status.foreign += 1
            return
        }
        notBefore = now.monotonicNanoseconds + settings.gap
        switch ModbusReply(pdu, answering: asked.work.request) {
        case .answer:
            status.replies += 1
            status.lastGood = now
            dialing.succeeded()
            finish(asked, .reply(pdu: pdu), at: now, into: &actions)
            answered(unit, at: now.monotonicNanoseconds)
        case .exception(let exception):
            status.exceptions += 1
            status.lastError = "unit \(unit): \(exception)"
            dialing.succeeded()
            finish(asked, .exception(exception), at: now, into: &actions)
            if exception.meansSilence {
                missed(asked.work, at: now, into: &actions)
            } else {
                answered(unit, at: now.monotonicNanoseconds)
            }
        case .mismatch(let error):
            outstanding = asked
            broken(error, at: now, into: &actions)
        }
    }

    /// Bytes came unasked: a late answer, or another master. The next request waits until they end; a line
    /// that is never quiet is no line.
    mutating func noise(at now: Stamp, into actions: inout [Action]) {
        guard link == .up else { return }
        let time = now.monotonicNanoseconds
        status.late += 1
        keepQuiet(settings.gap, from: now)
        let since = noiseSince ?? time
        noiseSince = since
        guard time - since >= settings.patience else { return }
        actions.append(.close)
        lost(
            "the line is never quiet: its speed is wrong, or someone else asks on it", at: now, into: &actions
        )
    }

    /// What came cannot be used: the request under way has no other answer to wait for.
    mutating func broken(_ error: ModbusError, at now: Stamp, into actions: inout [Action]) {
        status.malformed += 1
        status.lastError = error.what
        // On a line without transaction numbers the rest of the bytes may still be on their way.
        let rest = settings.waitsOutLateReplies ? outstanding?.work.timeout ?? 0 : 0
        keepQuiet(max(rest, settings.gap), from: now)
        if let outstanding, !settings.waitsOutLateReplies { numbers.abandon(outstanding.transaction) }
        if let asked = outstanding?.work, askAgain(asked, at: now.monotonicNanoseconds) { return }
        finish(.failed(.malformed(error)), at: now, into: &actions)
    }

    /// Lets no request leave for `span` nanoseconds; what it had to wait for before stays.
    private mutating func keepQuiet(_ span: Int64, from now: Stamp) {
        let (end, overflow) = now.monotonicNanoseconds.addingReportingOverflow(span)
        notBefore = max(notBefore, overflow ? .max : end)
    }

    /// Ends the request under way, if there is one, with this outcome.
    mutating func finish(_ outcome: ModbusOutcome, at now: Stamp, into actions: inout [Action]) {
        guard let done = outstanding.take() else { return }
        finish(done, outcome, at: now, into: &actions)
    }

    /// Ends a request that is under way no more.
    private mutating func finish(
        _ done: Outstanding, _ outcome: ModbusOutcome, at now: Stamp, into actions: inout [Action]
    ) {
        ended(done.work.unit, at: now.monotonicNanoseconds)
        let exchange = ModbusExchange(
            pollID: done.work.pollID, unit: done.work.unit, request: done.work.request, outcome: outcome,
            sent: done.sent, stamp: now)
        actions.append(.deliver(exchange, to: done.work.recipient))
    }

    private mutating func countStray(_ transaction: UInt16?) {
        guard let transaction else {
            status.late += 1
            return
        }
        if numbers.settle(transaction) { status.late += 1 } else { status.foreign += 1 }
    }

    private mutating func answered(_ unit: UInt8, at time: Int64) {
        guard lastAnswering != unit else { return }
        lastAnswering = unit
        if let before = units[unit], before.silences == 0 { return }
        let wasDemoted = units[unit]?.health == .demoted
        units[unit] = UnitHealth()
        status.health[unit] = .good
        if wasDemoted { schedule.setDue(time, unit: unit) }
    }

    /// Counts a unit's silence; from the third on its polls wait for probes, and are told so once.
    private mutating func missed(_ work: Work, at now: Stamp, into actions: inout [Action]) {
        lastAnswering = nil
        var unit = units[work.unit] ?? UnitHealth()
        let before = unit.health
        unit.missed()
        units[work.unit] = unit
        status.health[work.unit] = unit.health
        guard unit.health == .demoted else { return }
        let pause = UnitHealth.probePause(timeout: work.timeout, isAlone: schedule.isAlone(work.unit))
        let probeAt = now.monotonicNanoseconds + pause
        units[work.unit]?.probeAt = probeAt
        schedule.setDue(probeAt, unit: work.unit)
        guard before != .demoted else { return }
        for entry in schedule.entries
        where entry.poll.unit == work.unit
            && (work.recipient != .group(entry.group) || work.pollID != entry.poll.id)
        {
            fail(entry.poll, group: entry.group, .demoted, at: now, into: &actions)
        }
    }
}
