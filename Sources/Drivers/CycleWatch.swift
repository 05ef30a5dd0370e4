import Profiles

/// What a device's cycle has shown so far, by the kinds of handshake that its profile names.
struct CycleWatch: Sendable {
    /// For results that are counted; of no meaning where they wait in a queue.
    var handshake: HandshakeMachine
    /// Nil where results are counted.
    var queue: QueueMachine?
    /// Nil where the device counts no outcomes.
    var tally: OutcomeTally?
    /// Nil where the profile names no heartbeat.
    var heartbeat: HeartbeatMachine?
    /// Whether the removal of an entry is ordered or under way: until it is over the queue is left alone.
    var isAcknowledging = false

    init(_ setup: ModbusDeviceSetup) {
        let cycle = setup.registers.cycle
        let sequence = cycle?.sequence.flatMap { setup.registers.point($0) }
        let taken = setup.taken.map { taken in
            HandshakeMachine.Taken(
                sequence: taken.sequence, raw: setup.registers.identity(ofReply: taken.raw))
        }
        handshake = HandshakeMachine(
            taken: taken, wrapsAfter: sequence?.width == 1 ? 65_535 : 4_294_967_295)
        queue = cycle?.queue.map { QueueMachine(taken: taken, capacity: $0.capacity) }
        tally = cycle?.verdict.map { _ in
            OutcomeTally(last: setup.taken.flatMap { setup.registers.counts(inReply: $0.raw) })
        }
        heartbeat = cycle?.heartbeat.map {
            HeartbeatMachine(everyMilliseconds: $0.everyMilliseconds, highest: $0.highest)
        }
    }

    /// A result is durable.
    mutating func took(_ taken: HandshakeMachine.Taken) {
        handshake.took(taken)
        queue?.took(taken)
    }

    mutating func disconnected() {
        handshake.disconnected()
        queue?.disconnected()
    }
}

extension RegisterMap {
    /// The bytes by which a result is known again: those of the whole reply, or, where outcomes are counted,
    /// of the counters alone, for the status around them changes while the result stays.
    func identity(ofReply pdu: [UInt8]) -> [UInt8] {
        guard let cycle, let verdict = cycle.verdict, let readings = readings(ofResult: pdu) else {
            return pdu
        }
        let counted = [cycle.sequence].compactMap { $0 } + verdict.counters.values
        return readings.filter { counted.contains($0.point) }.flatMap(\.raw)
    }

    /// The counters in a result's reply; nil where it does not hold them all.
    func counts(inReply pdu: [UInt8]) -> OutcomeTally.Look? {
        readings(ofResult: pdu).flatMap(counts)
    }

    func counts(in readings: [PointReading]) -> OutcomeTally.Look? {
        func number(_ id: String) -> UInt64? { readings.first { $0.point == id }?.number }
        guard let cycle, let verdict = cycle.verdict, let total = cycle.sequence.flatMap(number) else {
            return nil
        }
        let counts = verdict.counters.compactMapValues(number)
        return counts.count == verdict.counters.count ? OutcomeTally.Look(total: total, counts: counts) : nil
    }

    private func readings(ofResult pdu: [UInt8]) -> [PointReading]? {
        guard let request = cycle.flatMap({ readPlan.request($0.request) }) else { return nil }
        return request.data(ofReply: pdu).map { request.decode($0) }
    }
}
