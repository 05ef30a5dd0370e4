internal import Codecs
internal import Linux
internal import Metrology

/// A line as its callers see it: it checks what they ask and passes it to the line's thread.
final class ModbusLineHandle: ModbusLink {
    let name: String
    let board: LineStatusBoard
    private let time: any TimeSource
    /// Gives an order to the line's thread; false where that has ended.
    private let post: @Sendable (LineOrder) -> Bool
    private let groups = Guarded(0)

    init(
        name: String, time: any TimeSource, board: LineStatusBoard = LineStatusBoard(),
        post: @escaping @Sendable (LineOrder) -> Bool
    ) {
        (self.name, self.time, self.board, self.post) = (name, time, board, post)
    }

    deinit { _ = post(.stop(done: nil)) }

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

    func setTiming(_ timing: UnitTiming, of unit: UInt8) { order(.setTiming(timing, unit: unit)) }

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

    /// Passes an order on. A thread that has ended takes none: then whoever waits is answered here.
    private func order(_ order: LineOrder) {
        if !post(order) { order.refuse(at: time.now()) }
    }
}
