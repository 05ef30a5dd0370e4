internal import Metrology

/// A line's machine with those who wait for what it says: the part that every line's thread has in common.
///
/// Belongs to one thread; does no I/O.
struct LineOwner {
    var machine: LineMachine
    var subscribers = PollSubscribers()
    private var answers: [Int: CheckedContinuation<ModbusExchange, Never>] = [:]
    private var tickets = 0

    init(machine: LineMachine) { self.machine = machine }

    /// Carries out an order on the machine; `stop` is told to `done` by the caller, when the link is closed.
    mutating func take(_ order: LineOrder, at now: Stamp, into actions: inout [LineMachine.Action]) {
        switch order {
        case .start(let group, let polls, let deliver):
            subscribers.add(group: group, deliver: deliver)
            add(polls, group: group, at: now, into: &actions)
        case .replace(let group, let polls):
            machine.remove(group: group)
            add(polls, group: group, at: now, into: &actions)
        case .setPeriod(let period, let poll, let group):
            machine.setPeriod(period, ofPoll: poll, group: group, at: now)
        case .setTiming(let timing, let unit): machine.setTiming(timing, of: unit)
        case .end(let group):
            machine.remove(group: group)
            subscribers.remove(group: group)
        case .transact(let request, let unit, let timeout, let answer):
            tickets += 1
            answers[tickets] = answer
            machine.submit(
                request, unit: unit, timeout: timeout, ticket: tickets, at: now, into: &actions)
        case .stop: machine.stop(at: now, into: &actions)
        }
    }

    /// Passes an exchange on: to the caller who waits for it, or into the batch for its group.
    mutating func pass(
        _ exchange: ModbusExchange, to recipient: LineMachine.Recipient, _ batch: inout ExchangeBatch
    ) {
        switch recipient {
        case .group(let group): batch.collect(exchange, for: group)
        case .ticket(let ticket): answers.removeValue(forKey: ticket)?.resume(returning: exchange)
        }
    }

    /// Publishes how the line is doing, and hands over what was collected.
    ///
    /// It changes what it belongs to, so that nothing of it is copied.
    mutating func handOver(_ board: LineStatusBoard, _ batch: inout ExchangeBatch) {
        board.publish(machine.status)
        subscribers.deliver(&batch)
    }

    /// When the machine wants to be woken at the latest.
    mutating func wakeAt() -> Int64? { machine.wakeAt }

    /// The same, but while an answer is awaited the next poll's due time where that is earlier: mostly the
    /// answer comes first, and then the line's deadline is already what it is to be.
    mutating func wakeAt(after now: Int64) -> Int64? {
        guard machine.isWaitingForReply, let due = machine.schedule.nextDue, due > now else {
            return machine.wakeAt
        }
        return machine.wakeAt.map { min($0, due) }
    }

    /// The polls were checked when they were asked for, but the line may have filled up since: then they
    /// fail.
    private mutating func add(
        _ polls: [ModbusPoll], group: Int, at now: Stamp, into actions: inout [LineMachine.Action]
    ) {
        do throws(TransportError) {
            try machine.add(polls: polls, group: group, at: now, into: &actions)
        } catch {
            for poll in polls {
                machine.fail(poll, group: group, .refused(error.description), at: now, into: &actions)
            }
        }
    }
}
