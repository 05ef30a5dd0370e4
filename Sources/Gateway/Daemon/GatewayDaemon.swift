internal import Codecs
internal import Delivery
internal import Drivers
internal import Inspection
internal import Ledger
package import Metrology
package import Profiles
internal import Transports

/// The daemon: polls, inspects, records, delivers and shows, until it is told to stop.
///
/// | part | when it fails |
/// |---|---|
/// | a device, a scanner, a sink | goes on by itself; shown as out of reach |
/// | a station, a courier, the ledger | the daemon stops and says why: what is not durable must not be told |
package struct GatewayDaemon: Sendable {
    private let deployment: Deployment
    private let dataDirectory: String
    private let time: any TimeSource
    private let log: EventLog
    private let recordingPath: String?

    /// How often deadlines are looked at and pages renewed.
    private static let tick = Duration.milliseconds(250)

    /// A daemon for `deployment` that keeps its ledger in `dataDirectory`, and records the traffic of its
    /// lines to the file `recordingPath` where one is given.
    package init(
        _ deployment: Deployment, dataDirectory: String, time: any TimeSource, log: EventLog,
        recordingPath: String? = nil
    ) {
        (self.deployment, self.dataDirectory) = (deployment, dataDirectory)
        (self.time, self.log, self.recordingPath) = (time, log, recordingPath)
    }

    /// Runs until `stop` returns; `ready` is called with the page's address once everything listens.
    ///
    /// Throws `GatewayError`, `LedgerError`, `WebError` or `TransportError` where it cannot start or go on.
    package func run(
        ready: @Sendable (String) -> Void, until stop: @escaping @Sendable () async -> Void
    ) async throws {
        let configuration = deployment.configuration
        let origin = "plumbline/\(configuration.site)/\(configuration.id)"
        let ledger = try SoundLedger.open(
            path: dataDirectory, origin: origin,
            grouping: CommitGrouping(
                intervalMilliseconds: configuration.ledger.intervalMilliseconds,
                batch: configuration.ledger.batch), time: time, log: log)
        let outcome: Result<Void, any Error>
        do {
            try await work(ledger, ready: ready, until: stop)
            outcome = .success(())
        } catch {
            outcome = .failure(error)
            let cause = ledger.failure ?? error as? LedgerError
            if let cause, cause.kind == .corrupt { SoundLedger.suspect(ledger.directory, cause, log) }
        }
        do {
            try await ledger.close()
        } catch {
            // What went wrong first is what people must hear of.
            try outcome.get()
            throw error
        }
        try outcome.get()
    }

    /// The gateway holds the ledger's key: with codes signed by it, whoever has the gateway could make them.
    private func refuseOwnKey(of ledger: LedgerWriter) throws {
        guard let path = deployment.configuration.codes?.keyPath,
            let published = try DataDirectory.read(path),
            let own = try DataDirectory.read(ledger.directory.publicKey),
            SignedFile.isSameKey(published, own)
        else { return }
        throw GatewayError(
            .configuration,
            "\(path) is the ledger's own key: make another with `plumbline sign --new-key`")
    }

    private func work(
        _ ledger: LedgerWriter, ready: @Sendable (String) -> Void,
        until stop: @escaping @Sendable () async -> Void
    ) async throws {
        try refuseOwnKey(of: ledger)
        let counters = InspectionCounters()
        let board = StatusBoard()
        let started = time.now()
        let hub = EventHub(epoch: UInt64(bitPattern: started.utc.nanoseconds))
        let tap = LinkTap()
        let parts = try await GatewayParts(
            deployment, ledger: ledger, time: time, log: log, counters: counters, board: board, hub: hub,
            tap: tap)
        let traffic = try TrafficDesk(
            tap: tap, recordingTo: recordingPath, time: time,
            complain: { [log] in log.say(.error, $0) })
        defer { traffic.stop() }
        let reporter = StatusReporter(
            parts: parts, ledger: ledger, counters: counters, board: board, time: time, started: started,
            site: deployment.configuration.site, gateway: deployment.configuration.id)
        let log = log
        let web = WebServer(
            host: deployment.configuration.web.host,
            port: UInt16(clamping: deployment.configuration.web.port),
            routes: routes(hub, board, parts, traffic), log: { log.say(.warning, "web: \($0)") })
        try web.start()
        defer { web.stop() }
        try await note(AuditKind.started, in: ledger)
        // Before anything arrives: where there is no room, nothing may begin.
        try await parts.keeper.lookAround()
        try await reporter.renew()
        let address = "http://\(deployment.configuration.web.host):\(web.port ?? 0)/"
        try DaemonAddress(url: address).write(in: ledger.directory)
        ready(address)
        let outcome = await supervision(of: parts, reporter, hub).run(until: stop)
        if ledger.failure == nil { try await note(AuditKind.stopped, in: ledger) }
        try outcome.get()
    }

    private func supervision(
        of parts: GatewayParts, _ reporter: StatusReporter, _ hub: EventHub
    ) -> Supervision {
        Supervision(
            stations: parts.stations, others: supervised(parts, reporter, hub),
            settle: {
                // Once every line is closed, no scanner says anything any more.
                await parts.stop()
                for scanner in parts.scanners { scanner.settle() }
            })
    }

    /// Everything but the stations that runs as long as the daemon does.
    private func supervised(
        _ parts: GatewayParts, _ reporter: StatusReporter, _ hub: EventHub
    ) -> [SupervisedPart] {
        parts.devices.map { running in
            SupervisedPart(running.configuration.id) { try await running.device.run() }
        }
            + parts.scanners.map { scanner in
                SupervisedPart(scanner.configuration.id) { try await scanner.run() }
            }
            + parts.couriers.map { courier in SupervisedPart("a courier") { try await courier.run() } }
            + [parts.backups].compactMap { $0 }.map { backups in
                SupervisedPart("backups") { try await backups.run() }
            }
            + [
                SupervisedPart("the ledger's keeper") { try await parts.keeper.run() },
                SupervisedPart("events") { await hub.run() },
                SupervisedPart("identities") { try await parts.identities.run() },
                SupervisedPart("readings") { try await parts.reads.run() },
                SupervisedPart("notices") { try await parts.notices.run() },
                SupervisedPart("scanners' entries") { try await parts.scannerBook.run() },
                SupervisedPart("the clock") { try await Self.keepTime(parts.stations, reporter) },
            ]
    }

    /// Has every station look at its deadlines and the pages renewed, tick by tick, until it is cancelled.
    private static func keepTime(_ stations: [StationRunner], _ reporter: StatusReporter) async throws {
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: tick)) != nil else { return }
            try await reporter.renew()
            for station in stations { station.inbox.put(.tick) }
        }
    }

    private func routes(
        _ hub: EventHub, _ board: StatusBoard, _ parts: GatewayParts, _ traffic: TrafficDesk
    ) -> [Route] {
        let time = time
        let reads = parts.reads
        let lines = Set(parts.devices.map(\.lineName))
        let inboxes = Dictionary(
            uniqueKeysWithValues: zip(
                deployment.configuration.stations.map(\.id), parts.stations.map(\.inbox)))
        return WebRoutes(
            hub: hub, stations: { board.stations }, devices: { board.devices }, usb: { board.usb },
            status: { board.status },
            metrics: { board.families }, health: { board.health }, readiness: { board.readiness },
            scan: { station, text in
                guard let inbox = inboxes[station] else { return .unknownStation }
                let read = ScanRead(
                    bytes: Array(text.utf8), symbology: nil, stamp: time.now(), device: "page")
                return inbox.put(.scan(read)) ? .taken : .busy("the station is too busy; scan again")
            },
            abort: { station in
                guard let inbox = inboxes[station] else { return .unknownStation }
                return inbox.put(.machine(.abort)) ? .taken : .busy("the station is too busy; try again")
            },
            act: { station, action in
                guard let inbox = inboxes[station] else { return .unknownStation }
                return inbox.put(.action(action)) ? .taken : .busy("the station is too busy; try again")
            },
            curve: { station, address in
                guard let curve = board.curve(of: station) else { return nil }
                reads.showed(curves: curve.id, of: station, to: address)
                return curve
            },
            opened: { reads.opened(from: $0, agent: $1) },
            traffic: { lines.contains($0) ? traffic.events(ofLine: $0) : nil }
        ).all
    }

    private enum AuditKind { case started, stopped }

    /// An audit entry of the daemon itself, with the hashes of all that it runs by.
    private func note(_ kind: AuditKind, in ledger: LedgerWriter) async throws {
        var generator = SystemRandomNumberGenerator()
        let now = time.now()
        let files = deployment.files.map { file -> JSONValue in
            ["path": .string(file.path), "sha256": .string(file.sha256)]
        }
        let event: AuditEvent = kind == .started ? .gatewayStarted : .gatewayStopped
        let moment = Moment(stamp: now, clock: ClockState.ofThisMachine())
        let body = event.body(
            at: moment, station: nil,
            [
                "gateway": .string(deployment.configuration.id), "software": BuildVersion.json,
                "files": kind == .started ? .array(files) : [],
                "configuration": kind == .started ? .string(deployment.configurationSHA256) : nil,
                "evidence": kind == .started ? .array(deployment.files.map { .string($0.sha256) }) : [],
            ])
        let texts = kind == .started ? deployment.files.map(\.bytes) : []
        let id = RecordID.make(at: now.utc, using: &generator)
        try await ledger.append([EntryDraft(kind: .audit, id: id, body: body, evidence: texts)])
    }
}
