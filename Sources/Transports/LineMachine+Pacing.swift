internal import Codecs

/// Who waits before asking, asking again, and a link that rests between rounds.
extension LineMachine {
    /// Sets what a unit needs from now on.
    package mutating func setTiming(_ timing: UnitTiming, of unit: UInt8) { pacing.set(timing, of: unit) }

    /// When the next request may leave for its unit's pause; nil where nothing is to be asked.
    var nextWorkAt: Int64? {
        guard pacing.delays else { return transactions.isEmpty ? schedule.nextDue : .min }
        let waiting = transactions.entries.lazy.map { pacing.earliest($0.unit) }.min()
        let polled = schedule.entries.lazy.map { max($0.due, pacing.earliest($0.poll.unit)) }.min()
        return [waiting, polled].compactMap { $0 }.min()
    }

    /// Whether the line has to be quiet because its next request is to another unit; nothing leaves until
    /// then, so that no unit is passed over for ever.
    mutating func mustStayQuiet(before unit: UInt8, at time: Int64) -> Bool {
        guard pacing.delays else { return false }
        let quiet = pacing.quietUntil(before: unit)
        guard quiet > time else { return false }
        notBefore = max(notBefore, quiet)
        return true
    }

    /// The request under way brought nothing: asks it again where its unit may be asked more often.
    ///
    /// A unit that is only probed is not: its silence would cost the others several time-outs.
    ///
    /// - Returns: false where it counts as failed.
    mutating func askAgain(_ work: Work, at time: Int64) -> Bool {
        guard work.request.isRead, work.tries < pacing.retries(of: work.unit), link == .up,
            units[work.unit]?.health != .demoted
        else { return false }
        switch work.recipient {
        case .group(let group):
            guard let id = work.pollID,
                schedule.askAgain(pollID: id, group: group, tries: work.tries + 1, at: time)
            else { return false }
        case .ticket(let ticket):
            transactions.putFirst(
                TransactionQueue.Entry(
                    ticket: ticket, unit: work.unit, request: work.request, pdu: work.pdu,
                    timeout: work.timeout,
                    expires: pacing.expiry(of: work.unit, at: time, patience: settings.patience),
                    tries: work.tries + 1))
        }
        status.retries += 1
        ended(work.unit, at: time)
        return true
    }

    /// Nothing is under way any more; its unit is `unit`.
    mutating func ended(_ unit: UInt8, at time: Int64) {
        outstanding = nil
        lastUsed = time
        pacing.ended(unit, at: time)
    }

    /// When the link is closed because nothing is due soon; nil where it stays open.
    ///
    /// A link whose next poll is due within a second stays open: the ceiling of one dial a second counts for
    /// wanted dials too, and no poll is made late by them.
    var restsAt: Int64? {
        guard pacing.closesAfterPoll, transactions.isEmpty else { return nil }
        // A late answer would meet the next connection.
        let quiet = max(lastUsed + settings.linger, notBefore)
        guard let due = schedule.nextDue else { return quiet }
        let soon = max(lastUsed + DialPolicy.shortestPause, dialing.earliest ?? quiet)
        return due >= max(quiet, soon) ? quiet : nil
    }

    /// When a resting link has something to do and may be dialed; nil where nothing is to be asked.
    var wakesFromRestAt: Int64? {
        guard let next = transactions.isEmpty ? schedule.nextDue : .min else { return nil }
        return max(next, dialing.earliest ?? next)
    }

    mutating func rest(into actions: inout [Action]) {
        link = .resting
        status.state = .resting
        actions.append(.close)
    }
}
