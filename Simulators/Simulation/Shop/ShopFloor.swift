package import Codecs

/// A whole shop as a value: devices, technicians and faults, with time and requests as inputs and replies,
/// scans and remarks as outputs. It owns no clock and no socket.
package struct ShopFloor: Sendable {
    /// What becomes of a request.
    package enum Outcome: Sendable, Equatable {
        /// This PDU goes back, in this unit's name, so much later.
        case reply([UInt8], unit: UInt8, after: ShopTime)
        case silence
        /// The connection breaks.
        case reset
    }

    /// What the shop wants done outside itself.
    package enum Act: Sendable, Equatable {
        case scan(scanner: String, ScannedCode)
        /// Bytes or an end for a client of an Open Protocol controller.
        case wire(device: String, TighteningController.Output)
        /// Something that a person would remark on.
        case remark(String)
    }

    package let scenario: Scenario
    /// Shop seconds in a real second.
    package let speed: Double
    private var devices: [any SimulatedDevice] = []
    var hall = ControllerHall()
    /// Index into `devices`, by device id.
    private var places: [String: Int] = [:]
    /// For each device: its declaration, whether it has been asked yet, and the bench that it measures.
    private var watched: [Watch] = []
    private var technicians: [Technician] = []
    var faults = FaultBoard()
    var acts: [Act] = []
    private var readyScanners: Set<String> = []
    /// When anything changes next; kept so that a request costs no look at every device.
    private var earliest: ShopTime?

    private struct Watch: Sendable {
        let device: Scenario.Device
        let bench: Int?
        var isAsked = false
        /// Another device stands here since the last request: connections to the one before are gone.
        var isSwapped = false
    }

    /// - Parameter clock: seconds since 1970 at the beginning, for devices with clocks of their own
    /// - Parameter parts: parts after which each technician goes home; nil for never
    package init(scenario: Scenario, seed: UInt64, speed: Double, parts: Int?, clock: Int64) {
        (self.scenario, self.speed) = (scenario, speed)
        for device in scenario.devices where device.model.answersRequests {
            places[device.id] = devices.count
            devices.append(Self.made(device, seed: seed, speed: speed, clock: clock))
            devices[devices.count - 1].nameplate = device.nameplate
        }
        for case (let id, .openProtocol(let settings)) in scenario.devices.map({ ($0.id, $0.model) }) {
            hall.add(
                TighteningController(id: id, settings: settings, seed: seed, clock: clock, speed: speed))
        }
        watched = scenario.devices.filter(\.model.answersRequests).map { device in
            guard case .kralMeter(_, _, let measures?) = device.model else {
                return Watch(device: device, bench: nil)
            }
            return Watch(device: device, bench: places[measures])
        }
        if let supply = scenario.parts {
            technicians = scenario.stations.enumerated().map { place, station in
                Technician(
                    station: station, supply: supply.dealt(to: place, of: scenario.stations.count),
                    seed: seed,
                    pace: station.pace.unhurried(at: speed), lastPart: parts)
            }
        }
        for fault in scenario.faults { plan(fault) }
        earliest = .zero
    }

    private static func made(
        _ device: Scenario.Device, seed: UInt64, speed: Double, clock: Int64
    ) -> any SimulatedDevice {
        switch device.model {
        case .kralMeter(let settings, let total, _):
            KralMeter(id: device.id, settings: settings, totalA1: total)
        case .kolverTool(let target):
            KolverTool(id: device.id, target: target, clockAtStart: clock, speed: speed)
        case .usonTester(let test): UsonTester(id: device.id, test: test, speed: speed)
        case .ateqTester(let test): AteqTester(id: device.id, test: test, seed: seed)
        case .flowBench, .serialScanner, .usbScanner, .torqueController, .torquePrinter, .torqueTester,
            .openProtocol:
            FlowBench(id: device.id, seed: seed, speed: speed)
        }
    }

    // MARK: Time

    /// When `advance` is to be called next; nil while everything waits for somebody.
    package var nextChange: ShopTime? { earliest }

    /// Whether every technician has gone home.
    package var isFinished: Bool { !technicians.isEmpty && technicians.allSatisfy(\.isHome) }

    /// Lets happen what is due, and returns what is to be done outside.
    package mutating func advance(to now: ShopTime) -> [Act] {
        if let earliest, earliest <= now { sweep(at: now) }
        defer { acts = [] }
        return acts
    }

    private mutating func sweep(at now: ShopTime) {
        for fault in faults.takeStrikes(at: now) {
            letAct(fault.device, at: now) { $0.strike(fault.kind, at: now) }
            if let index = places[fault.device] { devices[index].restart(at: now) }
            let name = fault.kind == .restart ? "restarted" : fault.kind.rawValue
            acts.append(.remark("\(fault.device): \(name)"))
        }
        advanceControllers(to: now)
        for index in devices.indices {
            devices[index].advance(to: now)
            passOn(from: index, at: now)
        }
        for index in technicians.indices { letWork(index, at: now) }
        let changes = devices.compactMap(\.nextChange) + technicians.compactMap(\.nextChange)
        earliest = (changes + [faults.nextStrike, hall.nextChange].compactMap { $0 }).min()
    }

    /// A technician does what is due, at most a handful of things in one sweep.
    private mutating func letWork(_ index: Int, at now: ShopTime) {
        for _ in 0..<8 {
            guard let due = technicians[index].nextChange, due <= now else { return }
            for act in technicians[index].acts(at: now) { perform(act, of: index, at: now) }
        }
    }

    private mutating func perform(_ act: Technician.Act, of technician: Int, at now: ShopTime) {
        let station = technicians[technician].station.id
        switch act {
        case .scan(let scanner, let code):
            let part = technicians[technician].serial ?? "no part"
            acts.append(.remark("\(station): \(scanner) scans \(code.text.count) characters at \(part)"))
            acts.append(.scan(scanner: scanner, code))
        case .hands(let device, let act):
            hall.hold(technicians[technician].serial, at: device)
            do throws(SimulationError) {
                try self.perform(act, on: device, at: now)
            } catch {
                acts.append(.remark("\(station): \(error)"))
            }
        case .partDone(let serial, let count):
            acts.append(.remark("\(station): part \(count), \(serial), is done"))
        }
    }

    // MARK: Requests

    /// Index of a device for `serve`; nil for a scanner, or where there is no such device.
    package func place(of device: String) -> Int? { places[device] }

    /// Answers the request `frame` to the device at `index`.
    package mutating func serve(_ frame: ServerFrame, to index: Int, at now: ShopTime) -> Outcome {
        guard devices.indices.contains(index) else { return .silence }
        let device = watched[index].device
        guard device.unit == nil || device.unit == frame.unit else { return .silence }
        markAsked(index, at: now)
        if watched[index].isSwapped {
            watched[index].isSwapped = false
            return .reset
        }
        var (lateness, unit) = (ShopTime.zero, frame.unit)
        for fault in faults.active(on: device.id, at: now) {
            switch fault.kind {
            case .silent: return .silence
            case .reset: return .reset
            case .exception:
                let pdu = ModbusServer.exception(fault.code, function: frame.pdu.first ?? 0)
                return .reply(pdu, unit: unit, after: lateness)
            case .delay: lateness = lateness + fault.lateness
            case .wrongUnit: unit = unit == .max ? 1 : unit + 1
            default: break
            }
        }
        devices[index].advance(to: now)
        measureLeakOff(by: index, at: now)
        let pdu = ModbusServer.reply(to: frame.pdu, from: &devices[index], at: now)
        passOn(from: index, at: now)
        return pdu.map { .reply($0, unit: unit, after: lateness) } ?? .silence
    }

    private mutating func markAsked(_ index: Int, at now: ShopTime) {
        guard !watched[index].isAsked else { return }
        watched[index].isAsked = true
        beginWorkWhereReady(at: now)
    }

    private mutating func measureLeakOff(by index: Int, at now: ShopTime) {
        guard let bench = watched[index].bench, var meter = devices[index] as? KralMeter else { return }
        devices[bench].advance(to: now)
        passOn(from: bench, at: now)
        meter.measure(flow: (devices[bench] as? FlowBench)?.leakOff(at: now) ?? 0, at: now)
        devices[index] = meter
    }

    /// Tells the technicians at a device what it showed.
    private mutating func passOn(from index: Int, at now: ShopTime) {
        let events = devices[index].takeEvents()
        hasten(devices[index].nextChange)
        tell(events, of: watched[index].device.id, at: now)
    }

    /// Lets everybody at the station of a device know.
    mutating func tell(_ events: [DeviceEvent], of id: String, at now: ShopTime) {
        for event in events {
            acts.append(.remark("\(id): \(event)"))
            for at in technicians.indices
            where technicians[at].station.bench == id || technicians[at].station.tool == id {
                technicians[at].notice(event, at: now)
                hasten(technicians[at].nextChange)
            }
        }
    }

    mutating func hasten(_ change: ShopTime?) {
        guard let change else { return }
        earliest = min(earliest ?? change, change)
    }

    // MARK: People

    /// A scanner can be heard from now on, or no longer.
    package mutating func scanner(_ id: String, isReady: Bool, at now: ShopTime) {
        if isReady { readyScanners.insert(id) } else { readyScanners.remove(id) }
        beginWorkWhereReady(at: now)
    }

    /// Work begins when a station's scanners can be heard and its bench and tool show that they are asked.
    mutating func beginWorkWhereReady(at now: ShopTime) {
        for index in technicians.indices {
            let station = technicians[index].station
            let polled = [station.bench, station.tool].compactMap { $0 }
            guard polled.allSatisfy({ isAsked($0) }),
                [station.badgeScanner, station.partScanner].allSatisfy({
                    readyScanners.contains($0) || hall.isAsked($0) == true
                })
            else { continue }
            technicians[index].begin(at: now)
            hasten(technicians[index].nextChange)
        }
    }

    /// Whether anybody has asked `device` anything yet; true for one that is never asked.
    private func isAsked(_ device: String) -> Bool {
        hall.isAsked(device) ?? places[device].map { watched[$0].isAsked } ?? true
    }

    /// Does by hand what somebody asks for; throws `SimulationError` where that cannot be.
    package mutating func perform(_ act: HandAct, on device: String, at now: ShopTime) throws(SimulationError)
    {
        if hall.place(of: device) != nil {
            return try letAct(device, at: now) { (tool) throws(SimulationError) in
                try tool.perform(act, at: now)
            }
        }
        guard let index = places[device] else { throw unknown(device) }
        devices[index].advance(to: now)
        if case .pressStart = act, let bench = devices[index] as? FlowBench, bench.mounted == nil {
            let check = Injector(serial: "CHECK", health: .nominal, seed: scenario.seed)
            try devices[index].perform(.mount(check), at: now)
        }
        try devices[index].perform(act, at: now)
        passOn(from: index, at: now)
    }

    /// A fault from now on, for `seconds` of real time.
    package mutating func add(
        _ kind: FaultKind, on device: String, seconds: Double, by lateness: Double, code: UInt8,
        at now: ShopTime
    ) throws(SimulationError) {
        try checkSuffers(device, kind)
        try faults.add(
            DeviceFault(
                device: device, kind: kind, begins: now, ends: now + .seconds(seconds * speed),
                lateness: .seconds(lateness * speed), code: code))
        hasten(now)
    }

    /// Ends whatever `device` suffers from, and forgets what was planned for it.
    package mutating func mend(_ device: String, at now: ShopTime) throws(SimulationError) {
        guard places[device] != nil || hall.place(of: device) != nil else { throw unknown(device) }
        faults.remove(of: device)
        hasten(now)
    }

    /// Puts another device of the same model in the place of `device`: it starts anew, and says so of itself.
    package mutating func swap(
        _ device: String, serial: String?, firmware: String?, at now: ShopTime
    ) throws(SimulationError) {
        if hall.place(of: device) != nil, let serial { return try swapTool(device, serial, at: now) }
        guard let index = places[device] else { throw unknown(device) }
        if let serial { devices[index].nameplate?.serial = serial }
        if let firmware { devices[index].nameplate?.revision = firmware }
        devices[index].restart(at: now)
        watched[index].isSwapped = true
        acts.append(.remark("\(device): swapped for another"))
        passOn(from: index, at: now)
    }

    /// Throws `SimulationError` where `device` is not there, or cannot suffer from `kind`.
    private func checkSuffers(_ device: String, _ kind: FaultKind) throws(SimulationError) {
        let fits: Bool
        if hall.place(of: device) != nil {
            fits = kind.isForOpenProtocol
        } else {
            guard places[device] != nil else { throw unknown(device) }
            fits = kind.isForModbus
        }
        guard fits else {
            throw SimulationError(.refused, device, "such a device knows no fault \(kind.rawValue)")
        }
    }

    private func unknown(_ device: String) -> SimulationError {
        let known = (places.keys + hall.ids).sorted().joined(separator: ", ")
        return SimulationError(.refused, device, "no such device answers here; there are \(known)")
    }

    private mutating func plan(_ fault: Scenario.PlannedFault) {
        let speed = speed
        let span = { (milliseconds: Int) in ShopTime.seconds(Double(milliseconds) / 1000 * speed) }
        let begins = span(fault.afterMilliseconds)
        let planned = DeviceFault(
            device: fault.device, kind: fault.kind, begins: begins,
            ends: fault.forMilliseconds.map { begins + span($0) } ?? ShopTime(nanoseconds: .max),
            lateness: span(fault.byMilliseconds), code: fault.code)
        do throws(SimulationError) {
            try faults.add(planned)
        } catch {
            acts.append(.remark("\(error)"))
        }
    }

    /// What the shop looks like: for `GET /state`.
    package func state(at now: ShopTime) -> JSONValue {
        let shown = zip(watched, devices).map { watch, device -> (String, JSONValue) in
            (
                watch.device.id,
                [
                    "asked": .bool(watch.isAsked), "shows": .string(Self.summary(of: device)),
                    "faults": .array(
                        faults.active(on: watch.device.id, at: now).map { .string($0.kind.rawValue) }),
                ]
            )
        }
        let stations = technicians.map { technician -> (String, JSONValue) in
            (
                technician.station.id,
                [
                    "part": .optional(technician.serial),
                    "parts_done": .number(Int64(technician.partsDone)),
                ]
            )
        }
        return [
            "scenario": .string(scenario.name),
            "milliseconds": .number(now.nanoseconds / 1_000_000),
            "devices": .object(
                Dictionary(shown + shownControllers(at: now), uniquingKeysWith: { first, _ in first })),
            "stations": .object(Dictionary(stations, uniquingKeysWith: { first, _ in first })),
            "scanners": .array(readyScanners.sorted().map { .string($0) }),
        ]
    }

    private static func summary(of device: any SimulatedDevice) -> String {
        switch device {
        case let bench as FlowBench: "\(bench.phase)"
        case let tool as KolverTool:
            tool.isWaiting ? "waiting" : tool.hasUnreadResult ? "unread result" : "ready"
        case let tester as UsonTester: tester.nextChange == nil ? "ready" : "testing"
        case let tester as AteqTester: tester.nextChange == nil ? "ready" : "testing"
        default: "ready"
        }
    }

    /// Parts done so far, at all stations.
    package var partsDone: Int { technicians.map(\.partsDone).reduce(0, +) }
}

extension WorkPace {
    /// No pause in which a gateway must react becomes shorter than this, however fast the shop is: half a
    /// second of real time for a new start, five for any reaction at all.
    func unhurried(at speed: Double) -> WorkPace {
        var pace = self
        pace.quiet = max(quiet, .seconds(0.5 * speed))
        pace.patience = max(patience, .seconds(5 * speed))
        return pace
    }
}
