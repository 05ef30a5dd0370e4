/// How much of a line's time the polls of all its units will take, reckoned before a device is opened.
///
/// One request is under way at a time, so what the units need adds up. A poll costs its request and reply on
/// the wire, the silence behind each, and the device's turnaround; writes, retries and people come on top,
/// which is why a line should not be booked above `comfortableLoad`.
package struct BusTimeBudget: Sendable, Equatable {
    /// One unit on the line.
    package struct Unit: Sendable, Equatable {
        /// Asset id of the device.
        package let device: String
        /// Where its `link:` stands.
        package let place: SourcePlace
        package let polls: [Poll]
        /// How long an answer is waited for, nanoseconds.
        package let timeout: Int64
        /// Quiet that it wants before and after another unit's turn, nanoseconds.
        package let switchDelay: Int64
        /// Quiet that it wants between two requests to itself, nanoseconds.
        package let pause: Int64
        /// How often a read that brought no answer is asked again.
        package let retries: Int

        package init(
            device: String, place: SourcePlace, polls: [Poll], timeout: Int64, switchDelay: Int64 = 0,
            pause: Int64 = 0, retries: Int = 0
        ) {
            (self.device, self.place, self.polls) = (device, place, polls)
            (self.timeout, self.switchDelay, self.pause) = (timeout, switchDelay, pause)
            self.retries = retries
        }
    }

    /// One request that is repeated.
    package struct Poll: Sendable, Equatable {
        /// Data bytes of its reply.
        package let bytes: Int
        /// Milliseconds, above 0.
        package let period: Int

        package init(bytes: Int, period: Int) { (self.bytes, self.period) = (bytes, max(1, period)) }
    }

    /// What it costs the others that one unit is silent.
    package struct Silence: Sendable, Equatable {
        package let device: String
        /// How long the line is taken by one request that is not answered, nanoseconds.
        package let wait: Int64
        /// How long it is taken in all until the unit is only probed: by three polls, each with its retries.
        package let untilProbed: Int64
        /// How often one request does that from then on, nanoseconds.
        package let every: Int64
        /// The line's load by the others and the probes, in thousandths.
        package let load: Int
        /// Devices with polls that fall due more often than the line is free meanwhile.
        package let delayed: [String]
    }

    /// From request to reply, nanoseconds. The specification sets none: an assumption that fits meters and
    /// small controllers, whose manuals give some milliseconds up to 20.
    package static let assumedTurnaround: Int64 = 10_000_000
    /// Thousandths; above it little is left for writes, retries and probes.
    package static let comfortableLoad = 700
    /// Thousandths; above it polls are left out however well all goes.
    package static let fullLoad = 1_000

    package let wire: BusWire
    /// In the order of the configuration.
    package let units: [Unit]

    package init(wire: BusWire, units: [Unit]) { (self.wire, self.units) = (wire, units) }

    /// How long one poll takes the line, nanoseconds.
    package func time(of poll: Poll, switchDelay: Int64 = 0) -> Int64 {
        let characters = wire.characters(forReplyWith: poll.bytes)
        // One silence ends the request for the device, one the reply for us, longer before another unit.
        let silences = wire.framing == .tcp ? 0 : wire.gap + max(wire.gap, switchDelay)
        let switching = wire.framing == .tcp ? switchDelay : 0
        return wire.time(ofCharacters: characters) + silences + switching + Self.assumedTurnaround
    }

    /// Polls a second of all units, in thousandths.
    package var pollsPerSecond: Int {
        units.flatMap(\.polls).reduce(0) { $0 + 1_000_000 / $1.period }
    }

    /// How long it takes to ask everything once, nanoseconds.
    package var round: Int64 { units.reduce(0) { $0 + round(of: $1) } }

    /// The share of its time for which the line is taken, in thousandths: what all units need together, or
    /// what one of them needs with its pauses, whichever is more.
    package var load: Int {
        let together = units.reduce(Int64(0)) { $0 + need(of: $1) }
        let alone = units.map { need(of: $0, pause: $0.pause) }.max() ?? 0
        return Self.thousandths(max(together, alone))
    }

    /// The unit that takes the most.
    package var busiest: Unit? { units.max { need(of: $0) < need(of: $1) } }

    /// The unit whose silence would cost the others most; nil where nobody shares the line with it.
    package var worstSilence: Silence? {
        guard units.count > 1 else { return nil }
        return units.map(silence(of:)).max { ($0.delayed.count, $0.wait) < ($1.delayed.count, $1.wait) }
    }

    private func round(of unit: Unit) -> Int64 {
        unit.polls.reduce(0) { $0 + time(of: $1, switchDelay: switchDelay(of: unit)) }
    }

    /// Nanoseconds of each second that the unit's polls take.
    private func need(of unit: Unit, pause: Int64 = 0) -> Int64 {
        let delay = switchDelay(of: unit)
        return unit.polls.reduce(0) { sum, poll in
            sum + (time(of: poll, switchDelay: delay) + pause) * 1_000 / Int64(poll.period)
        }
    }

    /// Nanoseconds a second as thousandths of it, rounded up.
    private static func thousandths(_ need: Int64) -> Int { Int((need + 999_999) / 1_000_000) }

    /// Every poll may follow that of another unit; alone on its line nobody is switched to.
    private func switchDelay(of unit: Unit) -> Int64 {
        units.count > 1 ? units.map(\.switchDelay).max() ?? 0 : 0
    }

    /// A line is held until the whole reply could have come, then for the time-out, and where a late answer
    /// cannot be told from another for as long again.
    private func silence(of unit: Unit) -> Silence {
        let bytes = unit.polls.map(\.bytes).max() ?? 0
        let missed = wire.time(ofCharacters: wire.characters(forReplyWith: bytes)) + unit.timeout
        let wait = missed + (wire.waitsOutLateReplies ? unit.timeout : 0)
        // The engine asks a unit that was silent three times after twenty time-outs, and a second at least;
        // a probe has no retries.
        let every = missed + max(1_000_000_000, 20 * unit.timeout)
        let others = units.filter { $0.device != unit.device }
        let need = others.reduce(Int64(0)) { $0 + self.need(of: $1) } + wait * 1_000_000 / every * 1_000
        let delayed = others.filter { other in
            other.polls.contains { Int64($0.period) * 1_000_000 < wait }
        }
        return Silence(
            device: unit.device, wait: wait, untilProbed: 3 * Int64(1 + unit.retries) * wait, every: every,
            load: Self.thousandths(need), delayed: delayed.map(\.device))
    }
}

extension BusTimeBudget {
    /// The lines of a deployment, in the order in which their first devices stand in the configuration.
    ///
    /// - Parameter wires: what carries a link's frames; nil where it is none of Modbus
    static func lines(
        of configuration: GatewayConfiguration, _ profiles: [String: DeviceProfile],
        wires: (_ link: String) -> BusWire?
    ) -> [BusTimeBudget] {
        var order: [BusWire] = []
        var units: [String: [Unit]] = [:]
        for device in configuration.devices {
            guard let registers = profiles[device.id]?.registers, let wire = wires(device.link) else {
                continue
            }
            if units[wire.line] == nil { order.append(wire) }
            units[wire.line, default: []].append(Unit(device, registers))
        }
        return order.map { BusTimeBudget(wire: $0, units: units[$0.line] ?? []) }
    }
}

extension BusTimeBudget.Unit {
    fileprivate init(_ device: DeviceConfiguration, _ registers: RegisterMap) {
        let polls = registers.readPlan.requests.flatMap { request -> [BusTimeBudget.Poll] in
            guard case .every(let milliseconds) = request.moment else { return [] }
            return request.reads.map { read in
                let bytes = request.table.holdsBits ? (read.count + 7) / 8 : 2 * read.count
                return BusTimeBudget.Poll(bytes: bytes, period: milliseconds)
            }
        }
        self.init(
            device: device.id, place: device.linkPlace, polls: polls,
            timeout: Int64(registers.timeoutMilliseconds) * 1_000_000,
            switchDelay: Int64(registers.timing.switchDelayMilliseconds) * 1_000_000,
            pause: Int64(registers.timing.pauseMilliseconds) * 1_000_000, retries: registers.timing.retries)
    }
}
