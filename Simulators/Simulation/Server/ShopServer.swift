package import Codecs
internal import Glibc

/// A simulated shop with its devices on loopback ports and ptys, all served by the thread that calls `turn`.
package final class ShopServer {
    /// What a run of the simulator is given.
    package struct Options: Sendable {
        package var seed: UInt64?
        /// Shop seconds in a real second, above 0.
        package var speed = 1.0
        /// Parts after which the shop is finished; nil for never.
        package var parts: Int?
        /// Unix socket of the program that mocks USB.
        package var usbControl: String?
        /// Loopback address for people and tests to interfere.
        package var control: (host: String, port: Int)?

        package init() {}
    }

    /// Most clients at once, control included.
    package static let mostClients = 4096
    /// Most replies held back by a delay.
    static let mostDelayed = 1024

    package internal(set) var floor: ShopFloor
    package let speed: Double
    let log: (String) -> Void
    let loop: EventLoop
    private let began = SystemCall.monotonicNanoseconds
    private var listeners: [LoopbackListener] = []
    private var terminals: [Int: PseudoTerminal] = [:]
    private var serialScanners: [String: SerialScannerPort] = [:]
    private var lineTools: [String: LineToolPort] = [:]
    private var usbMock: USBMockPort?
    private var delayed: [(due: ShopTime, port: ModbusPort, bytes: [UInt8])] = []
    /// Clients of Open Protocol controllers, by their numbers.
    var controllerClients: [Int: any ControllerConnection] = [:]
    var controllerLines: [OpenProtocolLine] = []
    var dialers: [ControllerDialer] = []
    var lastControllerClient = 0
    private var isStopped = false
    /// Where each device answers, in the order of the scenario: for the ready line.
    package private(set) var addresses: [(device: String, address: String)] = []

    /// Opens every port; throws `SimulationError` where one cannot be had.
    ///
    /// - Parameter log: takes what a person would want to read while the shop runs
    package init(
        scenario: Scenario, options: Options, log: @escaping (String) -> Void
    ) throws(SimulationError) {
        (speed, self.log) = (options.speed, log)
        floor = ShopFloor(
            scenario: scenario, seed: options.seed ?? scenario.seed, speed: options.speed,
            parts: options.parts, clock: SystemCall.wallSeconds)
        loop = try EventLoop()
        for device in scenario.devices { try open(device, usbControl: options.usbControl) }
        if let control = options.control {
            let address = try listen(host: control.host, port: control.port) { [unowned self] in
                adopt(ControlPort($0, server: self))
            }
            addresses.append(("control", address))
        }
    }

    // MARK: Time

    /// Shop time.
    package var now: ShopTime {
        let real = Double(SystemCall.monotonicNanoseconds - began) / 1e9
        return .seconds(real * speed)
    }

    /// Whether every part asked for is done, or somebody said to stop.
    package var isFinished: Bool { isStopped || floor.isFinished }

    package func stop() { isStopped = true }

    /// Serves what is ready, waiting at most so long, and lets the shop go on.
    ///
    /// Throws `SimulationError` where the system denies waiting itself.
    package func turn(waitingMilliseconds limit: Int64) throws(SimulationError) {
        try loop.turn(waitingNanoseconds: waiting(limit * 1_000_000))
        let now = now
        for act in floor.advance(to: now) { perform(act) }
        for line in controllerLines { line.advance(to: now) }
        dial(at: now)
        sendDelayed(at: now)
        usbMock?.advance()
    }

    /// Nanoseconds until something is due, rounded up, at most `limit`.
    private func waiting(_ limit: Int64) -> Int64 {
        let lines = controllerLines.compactMap(\.nextChange).min()
        let calls = dialers.map(\.due).min()
        let dues = [floor.nextChange, delayed.map(\.due).min(), lines, calls].compactMap { $0 }
        guard let due = dues.min() else { return limit }
        let nanoseconds = ((due - now).seconds / speed * 1e9).rounded(.up) + 1
        return Int64(min(max(nanoseconds, 0), Double(limit)))
    }

    private func perform(_ act: ShopFloor.Act) {
        switch act {
        case .remark(let text): log(text)
        case .wire(_, let output): perform(output)
        case .scan(let scanner, let code):
            do throws(SimulationError) {
                try scan(code, with: scanner)
            } catch {
                log("\(error)")
            }
        }
    }

    // MARK: Opening

    private func open(_ device: Scenario.Device, usbControl: String?) throws(SimulationError) {
        switch (device.link, device.model) {
        case (.tcp(let host, let port), _):
            guard let place = floor.place(of: device.id) else { return }
            let address = try listen(host: host, port: port) { [unowned self] in
                adopt(ModbusPort($0, device: place, framing: .tcp, server: self))
            }
            addresses.append((device.id, address))
        case (.openProtocol(let host, let port), _):
            let address = try listen(host: host, port: port) { [unowned self] in
                adoptController($0, of: device.id)
            }
            addresses.append((device.id, address))
        case (.dials(let host, let port), _):
            dialers.append(ControllerDialer(device: device.id, host: host, port: port))
            addresses.append((device.id, "\(host):\(port)"))
        case (.pty(let path), .serialScanner(let suffix, let sendsAIM)):
            let terminal = try PseudoTerminal(link: path)
            serialScanners[device.id] = SerialScannerPort(terminal, suffix: suffix, sendsAIM: sendsAIM)
            addresses.append((device.id, path))
            floor.scanner(device.id, isReady: true, at: .zero)
        case (.pty(let path), .openProtocol(let settings)):
            try openControllerLine(path, settings.framing, of: device.id)
            addresses.append((device.id, path))
        case (.pty(let path), .torqueController(let target)):
            try openTool(path, device.id, .controller(TorqueController(target: target)))
        case (.pty(let path), .torquePrinter(let form, let target)):
            try openTool(path, device.id, .printer(TorquePrinter(form: form, target: target)))
        case (.pty(let path), .torqueTester(let saysUnit)):
            try openTool(path, device.id, .tester(TorqueTester(saysUnit: saysUnit)))
        case (.pty(let path), _):
            guard let place = floor.place(of: device.id) else { return }
            try openLine(path, device: place)
            addresses.append((device.id, path))
        case (.usb, .usbScanner(let speech)): try openUSB(device.id, speech, socket: usbControl)
        case (.usb, _): break
        }
    }

    private func listen(
        host: String, port: Int, accepted: @escaping (Int32) -> Void
    ) throws(SimulationError) -> String {
        let listener = try LoopbackListener(host: host, port: port, accepted: accepted)
        try loop.watch(listener)
        listeners.append(listener)
        return listener.address
    }

    private func openLine(_ path: String, device: Int) throws(SimulationError) {
        terminals[device] = nil
        let terminal = try PseudoTerminal(link: path)
        terminals[device] = terminal
        try loop.watch(ModbusPort(terminal.descriptor, device: device, framing: .rtu, server: self))
    }

    private func openTool(_ path: String, _ id: String, _ tool: LineToolPort.Tool) throws(SimulationError) {
        let port = LineToolPort(try PseudoTerminal(link: path), tool: tool)
        lineTools[id] = port
        addresses.append((id, path))
        try loop.watch(port)
    }

    private func openUSB(_ id: String, _ speech: USBScannerSpeech, socket: String?) throws(SimulationError) {
        guard let socket else {
            log("\(id): no --usb-control is given, so nobody hears this scanner")
            return
        }
        guard usbMock == nil else {
            throw SimulationError(
                .scenario, id, "one USB scanner is all that the mock has; remove the others")
        }
        usbMock = USBMockPort(id: id, speech: speech, path: socket, server: self)
        addresses.append((id, "usb by \(socket)"))
    }

    // MARK: Clients

    func adopt(_ source: any LoopSource) {
        guard loop.count < Self.mostClients else {
            return log("a client is turned away: \(Self.mostClients) are connected")
        }
        do throws(SimulationError) {
            try loop.watch(source)
        } catch {
            log("\(error)")
        }
    }

    func watch(_ source: any LoopSource) throws(SimulationError) { try loop.watch(source) }

    /// Also reports when `source` can be written; where that is denied, it is given up.
    func watch(_ source: any LoopSource, toWrite: Bool) {
        do throws(SimulationError) {
            try loop.watch(source, toWrite: toWrite)
        } catch {
            log("\(error)")
            loop.forget(source)
        }
    }

    func forget(_ source: any LoopSource) { loop.forget(source) }

    /// Ends `port`; a serial line comes back at once under another pty, its link with it.
    func drop(_ port: ModbusPort, abruptly: Bool) {
        loop.forget(port)
        delayed.removeAll { $0.port === port }
        if abruptly, port.framing == .tcp { port.prepareReset() }
        guard port.framing == .rtu, let path = terminals[port.device]?.link else { return }
        do throws(SimulationError) {
            try openLine(path, device: port.device)
        } catch {
            log("\(error)")
        }
    }

    /// Answers one request; false where `port` has ended by it.
    func answer(_ frame: ServerFrame, on port: ModbusPort) -> Bool {
        let now = now
        switch floor.serve(frame, to: port.device, at: now) {
        case .silence: return true
        case .reset:
            drop(port, abruptly: true)
            return false
        case .reply(let pdu, let unit, let lateness):
            let bytes = port.framing.framed(pdu, replyingTo: frame, unit: unit)
            guard lateness > .zero else {
                port.send(bytes)
                return true
            }
            guard delayed.count < Self.mostDelayed else {
                log("a delayed reply is dropped: \(Self.mostDelayed) are held back already")
                return true
            }
            delayed.append((now + lateness, port, bytes))
            return true
        }
    }

    private func sendDelayed(at now: ShopTime) {
        guard !delayed.isEmpty else { return }
        let due = delayed.filter { $0.due <= now }
        delayed.removeAll { $0.due <= now }
        for reply in due { reply.port.send(reply.bytes) }
    }

    // MARK: Interference

    /// Lets a scanner send a code; throws `SimulationError` where there is none such, or nobody hears it.
    package func scan(_ code: ScannedCode, with scanner: String) throws(SimulationError) {
        if let serial = serialScanners[scanner] { return try serial.send(code) }
        if let usbMock, usbMock.id == scanner { return try usbMock.send(code) }
        if floor.hall.place(of: scanner) != nil { return try perform(.scan(code.text), on: scanner) }
        throw SimulationError(.refused, scanner, "no such scanner is connected here")
    }

    /// Plugs the USB scanner in, or pulls it out.
    /// The way to the mock USB bus; throws `SimulationError` where there is none.
    func usb() throws(SimulationError) -> USBMockPort {
        guard let usbMock else { throw SimulationError(.refused, "usb", "no --usb-control is given") }
        return usbMock
    }

    func setScanner(_ id: String, isReady: Bool) { floor.scanner(id, isReady: isReady, at: now) }

    func perform(_ act: HandAct, on device: String) throws(SimulationError) {
        if let tool = lineTools[device] { return try tool.perform(act) }
        try floor.perform(act, on: device, at: now)
    }

    /// Lets a tool on a serial line say `bytes`; throws `SimulationError` where there is none such.
    func say(_ bytes: [UInt8], on device: String) throws(SimulationError) {
        guard let tool = lineTools[device] else {
            throw SimulationError(.refused, device, "no such tool says lines here")
        }
        try tool.say(bytes)
    }

    func add(
        _ kind: FaultKind, on device: String, seconds: Double, by lateness: Double, code: UInt8
    ) throws(SimulationError) {
        try floor.add(kind, on: device, seconds: seconds, by: lateness, code: code, at: now)
    }

    func swap(_ device: String, serial: String?, firmware: String?) throws(SimulationError) {
        try floor.swap(device, serial: serial, firmware: firmware, at: now)
    }

    func mend(_ device: String) throws(SimulationError) { try floor.mend(device, at: now) }

    /// What the shop looks like.
    package var state: JSONValue { floor.state(at: now) }
}
