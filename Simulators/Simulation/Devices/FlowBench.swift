/// A flow bench for common-rail injectors behind a PLC, with the register convention `plc-flow-bench`:
/// it conditions, measures, writes its result with the sequence number last, and holds until that is
/// acknowledged.
package struct FlowBench: SimulatedDevice {
    /// What the state register shows.
    package enum Phase: UInt16, Sendable {
        case idle = 0
        case conditioning, measuring, holding, fault
    }

    /// One step under way, or the last one.
    struct Run: Sendable {
        let number: Int
        let step: UInt16
        let point: Injector.SetPoint
        let strokes: UInt16
        let cycleID: [UInt16]
        let meanOilTemperature: Double
    }

    /// Injections a minute that the bench drives: the rate of the published flow sheet.
    package static let injectionRate = 1000.0
    /// How long an unacknowledged result is held.
    package static let longestHold = ShopTime.seconds(60)

    let id: String
    let seed: UInt64
    /// Shop seconds in a real one: the heartbeat follows the PLC's own clock, however fast the shop is.
    let speed: Double
    var events: [DeviceEvent] = []
    package var nameplate: Nameplate?
    var live = BenchLive()
    var result = [UInt16](repeating: 0, count: BenchRegister.result.count)
    var command = [UInt16](repeating: 0, count: BenchRegister.command.count)
    private(set) var phase = Phase.idle
    private var phaseBegan = ShopTime.zero
    private var booted = ShopTime.zero
    private(set) var mounted: Injector?
    private(set) var run: Run?
    private var runs = 0
    private var pressureBefore = 0.0
    private var sequence: UInt16 = 0

    package init(id: String, seed: UInt64, speed: Double) {
        (self.id, self.seed, self.speed) = (id, seed, speed)
    }

    package var nextChange: ShopTime? {
        switch phase {
        case .idle, .fault: nil
        case .conditioning: phaseBegan + conditioningTime
        case .measuring: phaseBegan + measuringTime
        case .holding: phaseBegan + Self.longestHold
        }
    }

    package mutating func takeEvents() -> [DeviceEvent] {
        defer { events = [] }
        return events
    }

    package mutating func advance(to now: ShopTime) {
        // At most three changes follow one another, and a start that waited adds three.
        for _ in 0..<6 {
            guard let due = nextChange, due <= now else { return }
            switch phase {
            case .conditioning: enter(.measuring, at: due)
            case .measuring: finish(at: due, status: measuredStatus)
            case .holding:
                events.append(.resultExpired)
                release(at: due)
            case .idle, .fault: return
            }
        }
    }

    package mutating func restart(at now: ShopTime) {
        result = [UInt16](repeating: 0, count: result.count)
        command = [UInt16](repeating: 0, count: command.count)
        (phase, phaseBegan, booted) = (.idle, now, now)
        (run, pressureBefore, sequence) = (nil, 0, 0)
        events.append(.restarted)
    }

    package mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        switch act {
        case .mount(let injector): mounted = injector
        case .unmount: mounted = nil
        case .pressStart:
            guard phase == .idle else {
                throw SimulationError(.refused, id, "the bench is \(phase); wait until it is idle")
            }
            startAtPanel(at: now)
        case .tighten, .rundown, .scan, .alarm:
            throw SimulationError(.refused, id, "a bench tightens nothing")
        }
    }

    /// Makes `number` the sequence of the last result, for a PLC that has run for long.
    package mutating func setSequence(_ number: UInt16) { sequence = number }

    // MARK: Starting and ending

    /// Takes what has been written to the command block: an acknowledgement first, then a start or abort.
    mutating func obey(at now: ShopTime, acknowledging: Bool) {
        if acknowledging, phase == .holding, command[BenchRegister.ack] == sequence {
            events.append(.acknowledged)
            release(at: now)
        }
        switch command[BenchRegister.order] {
        case 1 where phase == .idle: startRemotely(at: now)
        case 2: abort(at: now)
        default: break  // nothing asked, or a start that waits until the result is let go
        }
    }

    private mutating func startRemotely(at now: ShopTime) {
        command[BenchRegister.order] = 0
        let pressure = Double(command[BenchRegister.pressure]) / 10
        let point = Injector.SetPoint(
            pressure: pressure, energising: Double(command[BenchRegister.energising]))
        begin(
            step: command[BenchRegister.step], point: point, strokes: command[BenchRegister.strokes],
            cycleID: Array(command[0..<4]), at: now)
        events.append(.started(remotely: true))
    }

    /// The panel's button runs the emission point of the flow sheet, with no cycle to its name.
    private mutating func startAtPanel(at now: ShopTime) {
        begin(
            step: 1, point: Injector.SetPoint(pressure: 160, energising: 1350), strokes: 200,
            cycleID: [UInt16](repeating: 0x2020, count: 4), at: now)
        events.append(.started(remotely: false))
    }

    private mutating func begin(
        step: UInt16, point: Injector.SetPoint, strokes: UInt16, cycleID: [UInt16], at now: ShopTime
    ) {
        pressureBefore = pressure(at: now)
        runs += 1
        var chance = Chance(seed: seed, key: "oil \(id) \(runs)")
        live.oilBefore = oilTemperature(at: now)
        run = Run(
            number: runs, step: step, point: point, strokes: strokes, cycleID: cycleID,
            meanOilTemperature: 40 + 0.3 * chance.deviation())
        enter(.conditioning, at: now)
    }

    private mutating func abort(at now: ShopTime) {
        command[BenchRegister.order] = 0
        guard phase == .conditioning || phase == .measuring || phase == .holding else { return }
        if phase != .holding { finish(at: now, status: .aborted) }
        events.append(.aborted)
        release(at: now)
    }

    private mutating func release(at now: ShopTime) {
        pressureBefore = pressure(at: now)
        enter(.idle, at: now)
        if command[BenchRegister.order] == 1 { startRemotely(at: now) }
    }

    private mutating func enter(_ next: Phase, at now: ShopTime) { (phase, phaseBegan) = (next, now) }

    /// An empty fixture lets the fuel run off: no pressure is ever reached.
    private var measuredStatus: BenchStatus {
        guard mounted != nil, let run, run.point.pressure <= Self.highestPressure else {
            return .railPressureNotReached
        }
        return .measured
    }

    /// What this bench's pump reaches, MPa; an assumption.
    static let highestPressure = 200.0

    private mutating func finish(at now: ShopTime, status: BenchStatus) {
        guard let run else { return enter(.idle, at: now) }
        sequence = sequence == .max ? 1 : sequence + 1
        let strokes = phase == .measuring ? strokes(at: now) : 0
        result = BenchRegister.resultBlock(
            of: run, injector: status == .measured ? mounted : nil, strokes: strokes, status: status,
            sequence: sequence, seed: seed)
        if status != .aborted { events.append(.resultShown) }
        enter(.holding, at: now)
    }

    // MARK: What the instruments show

    /// Rail pressure, MPa: rises to the set point while conditioning, falls within two seconds when let go.
    package func pressure(at now: ShopTime) -> Double {
        let elapsed = (now - phaseBegan).seconds
        let reached = mounted == nil ? 0.1 : 1.0
        let target = min(run?.point.pressure ?? 0, Self.highestPressure) * reached
        switch phase {
        case .idle, .fault: return pressureBefore * max(0, 1 - elapsed / 2)
        case .conditioning:
            let share = min(1, elapsed / max(conditioningTime.seconds, 0.001))
            return pressureBefore + (target - pressureBefore) * share
        case .measuring, .holding: return target * (1 + 0.002 * live.ripple(elapsed * 7))
        }
    }

    /// Oil temperature, Cel: each run has its own mean near 40, reached while conditioning.
    package func oilTemperature(at now: ShopTime) -> Double {
        let elapsed = (now - phaseBegan).seconds
        let mean = run?.meanOilTemperature ?? 40
        let share = phase == .conditioning ? min(1, elapsed / max(conditioningTime.seconds, 0.001)) : 1
        return live.oilBefore + (mean - live.oilBefore) * share + 0.02 * live.ripple(elapsed)
    }

    /// Flow out of the part's leak-off, mL/min, while fuel is injected; 0 otherwise.
    package func leakOff(at now: ShopTime) -> Double {
        guard let run, let mounted, phase == .measuring || phase == .holding else { return 0 }
        let perStroke = mounted.returnQuantity(at: run.point, run: run.number)
        return perStroke * Self.injectionRate / 1000  // 1 mL = 1,000 mm³
    }

    /// Strokes counted so far.
    func strokes(at now: ShopTime) -> UInt16 {
        guard let run else { return 0 }
        switch phase {
        case .idle, .fault, .conditioning: return 0
        case .holding: return run.strokes
        case .measuring:
            let counted = (now - phaseBegan).seconds * Self.injectionRate / 60
            return UInt16(min(max(counted + 1e-6, 0), Double(run.strokes)))
        }
    }

    /// Seconds since the PLC started, by its own clock.
    func heartbeat(at now: ShopTime) -> UInt16 {
        UInt16(truncatingIfNeeded: Int64(max(0, (now - booted).seconds / speed)))
    }

    private var conditioningTime: ShopTime {
        .seconds(3 + abs((run?.point.pressure ?? 0) - pressureBefore) / 80)
    }

    private var measuringTime: ShopTime {
        .seconds(Double(run?.strokes ?? 0) * 60 / Self.injectionRate)
    }
}
