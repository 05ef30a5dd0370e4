import Inspection
import Profiles
import Transports

/// What a device still holds when a step is to begin: nothing in it would tell that it is not this step's.
extension ModbusDevice {
    private enum Waiting { case nothing, result, unknown }

    /// Why the device must not be started yet: a result of an earlier cycle waits, or may wait. Nil where
    /// there is none, or where results say whose they are.
    func oldResult() async -> StartFailure? {
        guard let cycle = setup.registers.cycle, cycle.binding?.echo == nil,
            let request = setup.registers.readPlan.request(cycle.queue?.request ?? cycle.request)
        else { return nil }
        let exchange = await read(request)
        guard let pdu = exchange.replyPDU else { return notAsked }
        return failure(waiting(cycle, readings(of: request, pdu), exchange))
    }

    /// Takes what a device that is worked by hand has finished before the step begins, polled or not: it is
    /// told before the start is answered. Why the step must not begin where that is not known, or where more
    /// may wait behind what was told.
    func takeEarlierResults() async -> StartFailure? {
        guard let cycle = setup.registers.cycle,
            let request = setup.registers.readPlan.request(cycle.queue?.request ?? cycle.request)
        else { return nil }
        guard status.state == .online else { return StartFailure("\(id) is not in reach") }
        let exchange = await read(request)
        guard status.state == .online, let pdu = exchange.replyPDU else { return notAsked }
        let found = waiting(cycle, readings(of: request, pdu), exchange)
        use(exchange, of: request)
        await attendQueue(after: request)
        return found == .result && cycle.queue == nil ? nil : failure(found)
    }

    private var notAsked: StartFailure { StartFailure("\(id) could not be asked whether a result waits") }

    private func failure(_ waiting: Waiting) -> StartFailure? {
        switch waiting {
        case .nothing: nil
        case .result: StartFailure("\(id) still holds a result of an earlier cycle; it is taken first")
        case .unknown:
            StartFailure("\(id) does not tell at this moment whether a result waits; it is asked again")
        }
    }

    /// What a reply says; a block that is being written, or cannot be read, says nothing.
    private func waiting(
        _ cycle: DeviceCycle, _ readings: [PointReading], _ exchange: ModbusExchange
    ) -> Waiting {
        if let queue = cycle.queue {
            let count = readings.first { $0.point == queue.waiting }?.number
            return count.map { $0 == 0 ? .nothing : .result } ?? .unknown
        }
        guard let look = look(cycle, readings, exchange) else { return .unknown }
        if var tally = watch.tally {
            guard let counts = setup.registers.counts(in: readings), tally.judge(counts) != .torn else {
                return .unknown
            }
        }
        return switch watch.handshake.finding(of: look) {
        case .torn: .unknown
        case .new: .result
        case .nothing, .takenBefore, .restarted: .nothing
        }
    }
}
