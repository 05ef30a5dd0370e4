internal import Codecs
internal import Linux
internal import Metrology

/// A line of the TCP engine, as its callers see it: it passes their orders to the engine's thread.
final class ModbusTCPLine: ModbusLink {
    let name: String
    let board = LineStatusBoard()
    private let slot: Int
    private let mailbox: EngineMailbox
    private let time: any TimeSource
    private let groups = Guarded(0)

    init(name: String, slot: Int, mailbox: EngineMailbox, time: any TimeSource) {
        (self.name, self.slot, self.mailbox, self.time) = (name, slot, mailbox, time)
    }

    deinit { _ = mailbox.post(.order(.stop(done: nil), slot: slot)) }

    var status: LinkStatus { board.status }

    func start(
        polls: [ModbusPoll], deliver: @escaping @Sendable ([ModbusExchange]) -> Void
    ) throws(TransportError) -> PollGroup {
        _ = try LineMachine.checked(polls, alreadyPolled: 0)
        let group = groups.withLock { count in
            count += 1
            return count
        }
        order(.start(group: group, polls: polls, deliver: deliver))
        return PollGroup(number: group)
    }

    func replace(polls: [ModbusPoll], of group: PollGroup) throws(TransportError) {
        _ = try LineMachine.checked(polls, alreadyPolled: 0)
        order(.replace(group: group.number, polls: polls))
    }

    func setPeriod(_ period: Duration, ofPoll id: Int, in group: PollGroup) {
        order(.setPeriod(max(0, period.nanoseconds), poll: id, group: group.number))
    }

    func end(_ group: PollGroup) { order(.end(group: group.number)) }

    func transact(_ request: ModbusRequest, unit: UInt8, timeout: Duration) async -> ModbusExchange {
        await withCheckedContinuation { answer in
            order(.transact(request, unit: unit, timeout: timeout.nanoseconds, answer: answer))
        }
    }

    func stop() async {
        await withCheckedContinuation { done in order(.stop(done: done)) }
    }

    /// Passes an order on. An engine that has stopped takes none: then whoever waits is answered here.
    private func order(_ order: LineOrder) {
        if mailbox.post(.order(order, slot: slot)) { return }
        switch order {
        case .stop(let done): done?.resume()
        case .transact(let request, let unit, _, let answer):
            answer.resume(returning: .refused(request, unit: unit, at: time.now()))
        case .start, .replace, .setPeriod, .end: break
        }
    }
}
