import Codecs
import Drivers
import Inspection
import Ledger
import Linux
import Metrology
import Profiles
import Transports

/// Something that happened at a station, in the order in which it did.
enum StationInput: Sendable {
    case scan(ScanRead, ScanTicket = ScanTicket())
    /// A scanner sent something that is no mark: why, and what is left of it.
    case misread(reason: String, [UInt8], scanner: String, ScanTicket)
    /// So many scans of a scanner found no place in the inbox.
    case lost(scans: Int, scanner: String)
    /// What an action code asks for, asked for otherwise.
    case action(ActionCode)
    case device(role: String, DeviceEvent)
    /// Values that a device was asked for in this round.
    case gauged(round: Int, role: String, [String: Sample])
    case machine(CycleMachine.Input)
    /// Time to look at deadlines and to show ages.
    case tick
}

/// The shell of one station's cycle machine: feeds it, carries out what it decides, in order, and shows it.
///
/// A write that fails ends `run` with the ledger's error: nothing may be told that is not durable.
actor StationRunner {
    let station: InspectionStation
    var machine: CycleMachine
    /// By role.
    let devices: [String: any MeasuringDevice]
    let services: StationServices
    nonisolated let inbox: BoundedInbox<StationInput>
    private var generator = SystemRandomNumberGenerator()
    /// Values of other gauges that a step still waits for; nil while none does.
    private var gauging: GaugeRound?
    private var gaugeRounds = 0
    var past: [StationView.Past] = []
    /// The last curve in no result that was entered, by device.
    var keptCurves: [String: Int] = [:]
    /// The curves of the last result that a part was credited with.
    var lastCurve: StationCurve?

    /// Inputs that may wait: far more than people and devices produce between two commits.
    private static let inboxLimit = 1_024
    /// Of these, places that scans and ticks leave to devices: a result that was told is not told again.
    private static let inboxReserve = 512
    /// Inputs after which the station is shown though more wait: a page shows what is, not each step there.
    private static let mostUnshown = 16
    /// How long a continuous gauge may take to give a good value after a step has completed.
    private static let gaugePatience = Duration.seconds(2)
    /// Added to the patience before a gauge that answered nothing at all is given up.
    private static let gaugeGraceNanoseconds: Int64 = 3_000_000_000

    init(station: InspectionStation, devices: [String: any MeasuringDevice], services: StationServices) {
        self.station = station
        self.devices = devices
        self.services = services
        machine = CycleMachine(station: station)
        inbox = BoundedInbox(limit: Self.inboxLimit, reserve: Self.inboxReserve, name: station.id)
    }

    /// A fresh reading of other gauges, one answer a role.
    private struct GaugeRound {
        let number: Int
        var missingRoles: Set<String>
        var samples: [PointReference: Sample] = [:]
        let endNanoseconds: Int64
    }

    /// Takes up what an earlier run left open, then works until the inbox is finished, or the task cancelled.
    ///
    /// What waits then is still taken: a scan that reached the gateway is never gone without an entry.
    func run() async throws {
        past = try services.reader.records(RecordQuery(station: station.id, limit: 5)).reversed().map {
            StationView.Past(record: $0.body)
        }
        try await takeUpOpenCycle()
        services.partsInWork.note(machine.cycle?.part, at: station.id)
        await show()
        var unshown = 0
        for await input in inbox.elements {
            try await take(input)
            unshown += 1
            guard inbox.isEmpty || unshown >= Self.mostUnshown else { continue }
            await show()
            unshown = 0
        }
        if inbox.hasOverflowed, !Task.isCancelled {
            throw GatewayError(
                .software,
                "\(station.id): its devices said more than the disk could take; their results wait with them")
        }
    }

    var moment: Moment { Moment(stamp: services.time.now(), clock: services.clock()) }

    private func takeUpOpenCycle() async throws {
        for journal in try services.reader.openCycles() where journal.station == station.id {
            if let cycle = OpenCycle(journal: journal.events, at: station) {
                services.log.say(.notice, "\(station.id): takes up \(cycle.part.serial) again")
                try await feed(.resume(cycle))
            } else {
                services.log.say(.warning, "\(station.id): cycle \(journal.id) cannot be taken up again")
                try await audit(
                    AuditEvent.cycleClosed.body(
                        at: moment, station: station.id,
                        ["cycle": .string(journal.id), "because": "the plan or the station has changed"]))
            }
        }
    }

    private func take(_ input: StationInput) async throws {
        switch input {
        case .scan(let read, let ticket): try await take(read, ticket)
        case .misread(let reason, let bytes, let scanner, let ticket):
            try await takeMisread(reason, bytes, from: scanner, ticket)
        case .lost(let count, let scanner):
            let text = StationWords.lostScans(count)
            _ = try await feed(.refused(.overrun, text: text, scan: []), from: scanner)
        case .action(let action):
            let code = ActionScan(action, bytes: [], timing: .immediate, codeSetSHA256: nil)
            _ = try await feed(try self.input(for: code), from: "page")
        case .device(let role, let event): try await take(event, from: role)
        case .gauged(let round, let role, let samples): try await collect(samples, from: role, round)
        case .machine(let input): try await feed(input)
        case .tick:
            if let gauging, services.time.now().monotonicNanoseconds > gauging.endNanoseconds {
                self.gauging = nil
                try await feed(.gauged(gauging.samples))
            }
            try await feed(.tick)
        }
    }

    private func take(_ event: DeviceEvent, from role: String) async throws {
        switch event {
        case .samples, .noticed: break
        case .scanned(let scan): try await take(scan, from: role)
        case .irregular(let text): services.log.say(.warning, text)
        case .restarted(let text, let stamp):
            services.log.say(.warning, text)
            try await feed(.restarted(role: role, atNanoseconds: stamp.monotonicNanoseconds))
        case .identity(let identity): try await feed(.identified(role: role, identity))
        case .reach(let isOnline, let detail):
            let id = station.gauges[role]?.id ?? role
            services.log.say(
                isOnline ? .info : .warning, "\(id): \(isOnline ? "online" : "offline"): \(detail)")
            try await feed(.device(role: role, isOnline: isOnline))
        case .result(let group):
            let curves = group.curves.map { SHA256Digest.hex(of: $0.raw) }
            let evidence = SHA256Digest.hex(of: group.raw)
            try await feed(.completed(role: role, group, evidence: evidence, curves: curves))
        case .curve(let late): try await keep(late)
        }
    }

    /// An answer to an earlier round that was given up comes too late: its values are of another step.
    private func collect(_ samples: [String: Sample], from role: String, _ number: Int) async throws {
        guard var round = gauging, round.number == number, round.missingRoles.remove(role) != nil
        else { return }
        for (point, sample) in samples { round.samples[PointReference(role: role, point: point)] = sample }
        gauging = round.missingRoles.isEmpty ? nil : round
        if round.missingRoles.isEmpty { try await feed(.gauged(round.samples)) }
    }

    /// Gives `input` to the machine and carries out what it asks, and what follows from that.
    func feed(_ input: CycleMachine.Input) async throws {
        var inputs = [input]
        while let next = inputs.first {
            inputs.removeFirst()
            for action in machine.handle(next, at: moment) {
                if let answer = try await perform(action) { inputs.append(answer) }
            }
        }
        services.partsInWork.note(machine.cycle?.part, at: station.id)
    }

    /// Carries out `action`; answers with the input that it calls for at once, where it calls for one.
    private func perform(_ action: CycleMachine.Action) async throws -> CycleMachine.Input? {
        switch action {
        case .audit(let body):
            try await audit(body)
            return nil
        case .open(let body):
            try await audit(body)
            return .opened
        case .start(let role, let step, let token, let setPoints):
            start(role, step, token, setPoints)
            return nil
        case .gauge(let points, _):
            gauge(points)
            return nil
        case .store(let body, let group):
            try await append([draft(.audit, id: newID(), body, consuming: group)])
            if let group { show(curvesOf: group) }
            return .stored
        case .commit(let record, let group):
            try await commit(record, consuming: group)
            if let group { show(curvesOf: group) }
            return .committed
        case .keep(let body, let group):
            try await append([draft(.audit, id: newID(), body, consuming: group)])
            services.log.say(.notice, "\(group.device): result \(group.sequence) undid work; kept")
            acknowledge(group)
            return nil
        case .orphan(let body, let group):
            try await append([draft(.audit, id: newID(), body, consuming: group)])
            services.log.say(.warning, "\(group.device): result \(group.sequence) belongs to no cycle; kept")
            acknowledge(group)
            return nil
        case .acknowledge(let group):
            acknowledge(group)
            return nil
        case .stop(let role):
            devices[role]?.submit(.stop)
            return nil
        }
    }

    private func start(_ role: String, _ step: Int, _ token: String?, _ setPoints: [SetPoint]) {
        guard let cycle = machine.cycle, case .waiting(_, let progress) = machine.phase else { return }
        let (inbox, turn) = (inbox, progress.turn)
        let author = WriteAuthor(
            station: station.id, cycle: cycle.id, step: station.plan.steps[step].id,
            inspector: cycle.inspector)
        devices[role]?.submit(
            .start(token: token, setPoints: setPoints, author: author) { failure in
                inbox.putSurely(
                    .machine(
                        .started(
                            cycle: cycle.id, step: step, failure: failure?.text,
                            mayTryAgain: failure?.mayTryAgain ?? true, turn: turn)))
            })
    }

    private func gauge(_ points: [PointReference]) {
        let roles = Dictionary(grouping: points, by: \.role)
        let patience = Self.gaugePatience.nanoseconds + Self.gaugeGraceNanoseconds
        gaugeRounds += 1
        let round = gaugeRounds
        gauging = GaugeRound(
            number: round, missingRoles: Set(roles.keys),
            endNanoseconds: services.time.now().monotonicNanoseconds + patience)
        let inbox = inbox
        for (role, points) in roles {
            devices[role]?.submit(
                .gauge(points: points.map(\.point), patience: Self.gaugePatience) { samples in
                    inbox.putSurely(.gauged(round: round, role: role, samples))
                })
        }
    }

    private func acknowledge(_ group: SampleGroup) {
        for device in devices.values where device.id == group.device {
            device.submit(.acknowledge(group))
            return
        }
    }

    private func commit(_ record: InspectionRecord, consuming group: SampleGroup?) async throws {
        let sinks = services.sinks(record)
        try await append([
            draft(.record, id: record.id, record.body, consuming: group, outbox: sinks)
        ])
        past.insert(StationView.Past(record: record.body), at: 0)
        past = Array(past.prefix(5))
        services.counters.count(record)
        let reasons = record.reasons.joined(separator: " ")
        services.log.say(.info, "\(station.id): \(record.serial) \(record.verdict.rawValue) \(reasons)")
    }

    private func audit(_ body: JSONValue) async throws {
        try await append([EntryDraft(kind: .audit, id: newID(), body: body)])
    }

    func append(_ drafts: [EntryDraft]) async throws { try await services.ledger.append(drafts) }

    func newID() -> String { RecordID.make(at: services.time.now().utc, using: &generator) }

    /// An entry that consumes `group`: its bytes become durable with the entry, and that the device's result
    /// was taken.
    private func draft(
        _ kind: EntryKind, id: String, _ body: JSONValue, consuming group: SampleGroup?, outbox: [String] = []
    ) -> EntryDraft {
        guard let group else { return EntryDraft(kind: kind, id: id, body: body, outbox: outbox) }
        let evidence = [group.raw] + group.curves.map(\.raw)
        // One without a number says nothing about which was the last.
        guard UInt64(group.sequence) != nil else {
            return EntryDraft(kind: kind, id: id, body: body, evidence: evidence, outbox: outbox)
        }
        let taken: JSONValue = [
            "sequence": .string(group.sequence), "raw": .string(Hex.text(group.raw)),
            "curves": .number(Int64(group.curves.count)),
        ]
        return EntryDraft(
            kind: kind, id: id, body: body, evidence: evidence, outbox: outbox,
            deviceState: [group.device: taken])
    }
}
