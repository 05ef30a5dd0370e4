import Codecs
import Delivery
import Drivers
import Inspection
import Ledger
import Linux
import Metrology
import Profiles
import Transports

/// A device that measures, as the daemon runs it.
struct RunningDevice: Sendable {
    let configuration: DeviceConfiguration
    let device: any MeasuringDevice
    let lineName: String
    let linkStatus: @Sendable () -> LinkStatus
    /// The unit on its line; nil for a device that has its line to itself.
    let unit: UInt8?
}

/// Everything that the daemon is made of, put together from a checked deployment.
struct GatewayParts: Sendable {
    let devices: [RunningDevice]
    let scanners: [ScannerRunner]
    let stations: [StationRunner]
    let couriers: [Courier]
    let identities: IdentityBook
    let notices: NoticeBook
    let keeper: LedgerKeeper
    let reads: ReadBook
    /// Nil where the configuration asks for no backups.
    let backups: BackupKeeper?
    let lines: LinePool
    /// What is plugged into the USB; nil where no scanner is on it.
    let usb: USBInventory?
    let scannerBook: ScannerBook
    private let bus: LibUSBBus?

    /// Closes every line and gives USB devices back.
    func stop() async {
        await lines.stop()
        bus?.stop()
    }

    /// Puts the parts together; nothing is opened but the ledger and the embedded stores.
    init(
        _ deployment: Deployment, ledger: LedgerWriter, time: any TimeSource, log: EventLog,
        counters: InspectionCounters, board: StatusBoard, hub: EventHub, tap: LinkTap
    ) async throws {
        var generator = SystemRandomNumberGenerator()
        lines = LinePool(time: time, seed: generator.next(), tap: tap)
        let sinks = try Self.sinks(deployment, time)
        let inboxes = StationInboxes()
        identities = IdentityBook(deployment.configuration.devices, ledger: ledger, time: time, log: log)
        let stationOf = deployment.configuration.stationOfDevice
        let book = DeviceBook(stationOf, ledger: ledger, log: log)
        notices = NoticeBook(stationOf, ledger: ledger, time: time, log: log)
        reads = ReadBook(ledger, time: time, log: log)
        backups = BackupKeeper(deployment.configuration.backup, ledger: ledger, time: time, log: log)
        let audience = Audience(identities: identities, notices: notices, inboxes: inboxes)
        let devices = try await Self.devices(deployment, ledger.reader, lines, time, audience, book)
        self.devices = devices
        keeper = try LedgerKeeper(ledger, time: time, log: log) { inboxes.putToAll(.machine(.suspended($0))) }
        let services = try Self.services(
            deployment, sinks: sinks.map(\.about), ledger: ledger, keeper: keeper, time: time, log: log,
            counters: counters, board: board, hub: hub)
        let stations = try deployment.configuration.stations.map { configuration in
            try Self.runner(configuration, deployment, devices, services, inboxes)
        }
        self.stations = stations
        let bus = LazyUSBBus(time: time)
        let scannerBook = ScannerBook(ledger: ledger, time: time, log: log)
        self.scannerBook = scannerBook
        scanners = try Self.scanners(deployment, stations, bus, scannerBook, services)
        self.bus = bus.made
        let rules = scanners.compactMap { scanner in
            scanner.rule.map { (scanner: scanner.configuration.id, rule: $0) }
        }
        usb = bus.made.map { USBInventory($0, rules: rules) }
        couriers = sinks.map { sink in
            Courier(
                ledger: ledger, sink: sink, time: time,
                report: { Self.say($0, of: sink.about.name, log) })
        }
    }

    /// What all stations share; `board` and `hub` are where they show themselves.
    private static func services(
        _ deployment: Deployment, sinks described: [SinkDescription], ledger: LedgerWriter,
        keeper: LedgerKeeper, time: any TimeSource, log: EventLog, counters: InspectionCounters,
        board: StatusBoard, hub: EventHub
    ) throws -> StationServices {
        let scannerBoard = ScannerBoard()
        let scannersOf = Dictionary(
            uniqueKeysWithValues: deployment.configuration.stations.map { ($0.id, $0.scanners) })
        let patienceOf = Dictionary(
            uniqueKeysWithValues: deployment.configuration.stations.map {
                ($0.id, Int64($0.scanPatienceMilliseconds) * 1_000_000)
            })
        return StationServices(
            ledger: ledger, reader: ledger.reader, time: time, clock: { ClockState.ofThisMachine() },
            roster: deployment.operators, codes: deployment.codes, patience: { patienceOf[$0] ?? 0 },
            partsInWork: try PartsInWork(leftOpenIn: ledger.reader, at: scannersOf.keys.sorted()),
            sinks: { ProvenanceGate.sinks(for: $0.body, among: described) }, counters: counters,
            queue: { board.queue }, scannerBoard: scannerBoard,
            scanners: { scannerBoard.devices(scannersOf[$0] ?? []) }, log: log,
            publish: { view in
                board.note(station: view)
                hub.publish(event: "station", key: view.station, view.json)
            }, showCurve: { board.note(curve: $0) }, notices: { keeper.notices })
    }

    /// A station with the devices that it is bound to, which report to it from now on.
    private static func runner(
        _ configuration: StationConfiguration, _ deployment: Deployment, _ devices: [RunningDevice],
        _ services: StationServices, _ inboxes: StationInboxes
    ) throws -> StationRunner {
        let station = try station(configuration, deployment)
        let byRole = configuration.bindings.compactMapValues { id in
            devices.first { $0.configuration.id == id }?.device
        }
        let runner = StationRunner(station: station, devices: byRole, services: services)
        inboxes.serve(runner.inbox)
        for (role, id) in configuration.bindings { inboxes.add(runner.inbox, role: role, device: id) }
        return runner
    }

    /// The scanners, each with the stations that it serves; `stations` are in the configuration's order.
    private static func scanners(
        _ deployment: Deployment, _ stations: [StationRunner], _ bus: LazyUSBBus, _ book: ScannerBook,
        _ services: StationServices
    ) throws -> [ScannerRunner] {
        try deployment.configuration.devices.compactMap { configuration in
            guard let profile = deployment.profiles[configuration.id]?.scanner else { return nil }
            let served = zip(deployment.configuration.stations, stations)
                .filter { $0.0.scanners.contains(configuration.id) }.map(\.1.inbox)
            return try ScannerRunner(
                configuration, profile, bus: try bus.get(), time: services.time, stations: served,
                counters: services.counters, board: services.scannerBoard, book: book, log: services.log)
        }
    }

    private static func sinks(_ deployment: Deployment, _ time: any TimeSource) throws -> [any Sink] {
        try deployment.configuration.sinks.map { configuration in
            let about = SinkDescription(name: configuration.id, acceptsTestData: configuration.acceptsTest)
            switch configuration.kind {
            case .sqlite(let path):
                do throws(DeliveryError) {
                    return try SQLiteSink(about, path: path, time: time)
                } catch {
                    throw GatewayError(.inputOutput, error.description)
                }
            }
        }
    }

    private static func devices(
        _ deployment: Deployment, _ reader: LedgerReader, _ lines: LinePool, _ time: any TimeSource,
        _ audience: Audience, _ book: DeviceBook
    ) async throws -> [RunningDevice] {
        var devices: [RunningDevice] = []
        for configuration in deployment.configuration.devices {
            guard let profile = deployment.profiles[configuration.id] else { continue }
            let maker = DeviceMaker(
                configuration: configuration, address: try LinkAddress(configuration.link),
                taken: try reader.deviceState(configuration.id).flatMap(Self.taken), time: time,
                tell: { audience.hear($0, from: configuration.id) },
                journal: { await book.enter($0) })
            if let device = try await maker.device(profile, lines) { devices.append(device) }
        }
        return devices
    }

    /// The last result that is durable, as a station's entries wrote it.
    private static func taken(_ state: JSONValue) -> HandshakeMachine.Taken? {
        guard let sequence = state["sequence"]?.text.flatMap({ UInt64($0) }),
            let raw = state["raw"]?.text.flatMap({ Hex.bytes($0) })
        else { return nil }
        return HandshakeMachine.Taken(
            sequence: sequence, raw: raw, curves: state["curves"]?.integer.map(Int.init(clamping:)))
    }

    private static func station(
        _ configuration: StationConfiguration, _ deployment: Deployment
    ) throws -> InspectionStation {
        guard let plan = deployment.plans[configuration.id] else {
            throw GatewayError(.configuration, "station \(configuration.id) has no plan")
        }
        var gauges: [String: Gauge] = [:]
        var binds: [String: BindRule] = [:]
        var handRoles: Set<String> = []
        var provenances = configuration.scanners.compactMap {
            deployment.configuration.device($0)?.provenance
        }
        for (role, id) in configuration.bindings {
            guard let device = deployment.configuration.device(id), let profile = deployment.profiles[id]
            else {
                throw GatewayError(.configuration, "station \(configuration.id): there is no device \(id)")
            }
            gauges[role] = Gauge(device, profile)
            binds[role] = BindRule(of: profile)
            if profile.isWorkedByHand { handRoles.insert(role) }
            provenances.append(device.provenance)
        }
        let gateway = deployment.configuration
        return InspectionStation(
            site: gateway.site, gateway: gateway.id, company: gateway.company, id: configuration.id,
            plan: plan,
            gauges: gauges, binds: binds, provenance: provenances.min() ?? .live,
            asksForBadge: deployment.operators != nil || deployment.codes?.hasBadges == true,
            handRoles: handRoles, approvers: deployment.operators?.approvers ?? [], parts: deployment.parts,
            software: BuildVersion.json)
    }

    private static func say(_ event: CourierEvent, of sink: String, _ log: EventLog) {
        switch event {
        case .delivered: break
        case .postponed(let id, let reason, let pause):
            log.say(.warning, "\(sink): \(id) waits \(pause / 1_000_000_000) s: \(reason)")
        case .quarantined(let id, let reason, let isAlarm):
            log.say(isAlarm ? .critical : .error, "\(sink): \(id) is set aside: \(reason)")
        case .withheld(let id, let reason): log.say(.notice, "\(sink): \(id) is withheld: \(reason)")
        case .unsettled(let id, let reason): log.say(.error, "\(sink): \(id) is not settled: \(reason)")
        }
    }
}

/// All that hear what devices say.
private struct Audience: Sendable {
    let identities: IdentityBook
    let notices: NoticeBook
    let inboxes: StationInboxes

    func hear(_ event: DeviceEvent, from device: String) {
        identities.note(event, of: device)
        notices.note(event, of: device)
        inboxes.put(event, from: device)
    }
}

/// The USB bus, opened only where a scanner is on it.
private final class LazyUSBBus {
    private(set) var made: LibUSBBus?
    private let time: any TimeSource

    init(time: any TimeSource) { self.time = time }

    func get() throws -> LibUSBBus {
        if let made { return made }
        let bus = try LibUSBBus(time: time)
        made = bus
        return bus
    }
}

/// Which station listens to which device, and in which role.
final class StationInboxes: Sendable {
    private struct Listener {
        let inbox: BoundedInbox<StationInput>
        let role: String
    }

    private let listeners = Guarded<[String: [Listener]]>([:])
    private let all = Guarded<[BoundedInbox<StationInput>]>([])

    /// Has this station hear what concerns every one of them.
    func serve(_ inbox: BoundedInbox<StationInput>) { all.withLock { $0.append(inbox) } }

    func putToAll(_ input: StationInput) {
        for inbox in all.withLock({ $0 }) { inbox.putSurely(input) }
    }

    func add(_ inbox: BoundedInbox<StationInput>, role: String, device: String) {
        listeners.withLock { $0[device, default: []].append(Listener(inbox: inbox, role: role)) }
    }

    /// Hands what stations decide on to them; values alone they read when they need them.
    func put(_ event: DeviceEvent, from device: String) {
        let isRepeated: Bool
        switch event {
        case .samples, .noticed: return
        case .scanned: isRepeated = true
        case .reach, .result, .curve, .restarted, .identity, .irregular: isRepeated = false
        }
        let listeners = listeners.withLock { $0[device] ?? [] }
        // A device belongs to one station. What it is there twice does not make two scans of one.
        for listener in isRepeated ? listeners.prefix(1) : listeners[...] {
            let input = StationInput.device(role: listener.role, event)
            // A scan that finds no place is said again by its device, as it was not told that it was taken.
            if isRepeated { listener.inbox.put(input) } else { listener.inbox.putSurely(input) }
        }
    }
}

extension Gauge {
    /// The gauge that a configured device is.
    init(_ device: DeviceConfiguration, _ profile: DeviceProfile) {
        self.init(
            id: device.id, serial: device.serial, profile: profile.id, profileRevision: profile.revision,
            profileSHA256: profile.sha256,
            calibration: device.calibration.map { Calibration(certificate: $0.certificate, due: $0.due) },
            provenance: device.provenance,
            tellsSerial: profile.registers?.identity?.sources[.serial] != nil
                || profile.torque?.asksTool == true)
    }
}

extension BindRule {
    /// How a device with these registers is told what it works for; nil where it is not.
    init?(of registers: RegisterMap) {
        guard let binding = registers.cycle?.binding, let point = registers.point(binding.write)
        else { return nil }
        self.init(
            text: binding.with == .serial ? .serial : .cycle, capacity: 2 * point.width,
            isEchoed: binding.echo != nil)
    }
}

extension BindRule {
    /// How a device of this profile is told what it works for; nil where it is not.
    init?(of profile: DeviceProfile) {
        switch profile.speech {
        case .modbus(let registers): self.init(of: registers)
        case .torque(let torque): self.init(of: torque)
        case .lines, .scanner: return nil
        }
    }

    /// How a torque controller is told what it works for; nil where it is not.
    ///
    /// With the serial, so that the controller's own records carry it, and with a token, so that what was
    /// made in one attempt is not another's; the token alone where both do not fit what comes back.
    init?(of torque: TorqueProfile) {
        guard torque.identifier.capacity > 0 else { return nil }
        self.init(text: .serialAndCycle, capacity: torque.identifier.capacity)
    }
}
