import Codecs
import Glibc
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Looks after the ledger while the daemon runs: verifies it again and again in the background, watches the
/// room on its disk, and keeps saying that a damaged one was set aside until somebody acknowledges it.
///
/// What it finds stops no write; where there is no room left it has the stations stop instead.
final class LedgerKeeper: Sendable {
    private struct State: Sendable {
        var gauge = SpaceGauge()
        var look: SpaceGauge.Look?
        /// The segment, where nobody has acknowledged yet that the one before was set aside.
        var unseen: LedgerSegment?
        var round = LedgerPatrol.Report()
        /// When the last round ended that looked at everything; nil before the first.
        var roundEndedAt: Timestamp?
        /// What was found; kept over later rounds, for what is damaged stays so.
        var findings: [String] = []
        var findingCount: Int64 = 0
    }

    /// How often the disk is looked at: less than it takes to fill the reserve.
    private static let look = Duration.seconds(1)
    /// From the end of a round to the next.
    private static let betweenRounds = Duration.seconds(86_400)
    /// After each step, so many times its own length is left to others: a tenth of a processor.
    private static let rest = 9
    private static let leastPause = Duration.milliseconds(20)

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let log: EventLog
    private let disk: DiskReserve
    private let mostBytes: Int64?
    /// Has the stations record nothing because of this sentence; nil has them go on.
    private let suspend: @Sendable (String?) -> Void
    private let state = Guarded(State())

    /// `mostBytes` is what the ledger may take, where it is bounded.
    init(
        _ ledger: LedgerWriter, mostBytes: Int64? = nil, time: any TimeSource, log: EventLog,
        suspend: @escaping @Sendable (String?) -> Void
    ) throws(LedgerError) {
        (self.ledger, self.mostBytes, self.time, self.log) = (ledger, mostBytes, time, log)
        self.suspend = suspend
        disk = DiskReserve(ledger.directory)
        let segment = try ledger.reader.segment()
        guard let segment, try ledger.reader.entry(id: segment.acknowledgement) == nil else { return }
        state.withLock { $0.unseen = segment }
    }

    /// Keeps on until the task is cancelled. Throws where the ledger itself fails.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask(priority: .background) { try await self.patrol() }
            group.addTask {
                repeat { try await self.lookAround() } while await Self.slept(Self.look)
            }
            // Both end when the task is cancelled; the ledger's fault ends both.
            try await group.next()
            group.cancelAll()
        }
    }

    /// False where the task was cancelled, which ends a sleep early.
    private static func slept(_ duration: Duration) async -> Bool {
        (try? await Task.sleep(for: duration)) != nil
    }

    private func enter(_ event: AuditEvent, id: String? = nil, _ members: [String: JSONValue]) async throws {
        var generator = SystemRandomNumberGenerator()
        let now = time.now()
        let moment = Moment(stamp: now, clock: ClockState.ofThisMachine())
        try await ledger.append([
            EntryDraft(
                kind: .audit, id: id ?? RecordID.make(at: now.utc, using: &generator),
                body: event.body(at: moment, station: nil, members))
        ])
    }
}

// MARK: The room on the disk

extension LedgerKeeper {
    /// Looks at the disk, and for an acknowledgement. Throws where the ledger refuses the entry about it.
    func lookAround() async throws {
        try await takeAcknowledgement()
        guard let look = disk.look(mostLedger: mostBytes) else { return }
        try await take(look)
    }

    /// Takes what a look at the disk found.
    func take(_ look: SpaceGauge.Look) async throws {
        let (before, news) = state.withLock { state in
            state.look = look
            let before = state.gauge.level
            return (before, state.gauge.take(look))
        }
        guard let news else {
            // Not while it is full: what frees room would be taken again at once.
            if before != .full { _ = disk.hold() }
            return
        }
        if news == .full {
            disk.release()
            suspend(Self.fullSentence)
        } else if before == .full {
            _ = disk.hold()
            suspend(nil)
        }
        let members: [String: JSONValue] = [
            "percent": .number(Int64(look.percent)), "left_bytes": .number(max(0, look.left)),
        ]
        log.say(Self.priority(news), "disk: \(Self.sentence(news, look))")
        try await enter(
            news == .full ? .diskFull : news > before ? .diskLow : .diskFreed, members)
    }

    private static let fullSentence =
        "The gateway's disk is full: nothing is recorded. Call whoever looks after it."

    private static func priority(_ level: SpaceGauge.Level) -> EventLog.Priority {
        switch level {
        case .fine: .notice
        case .low: .warning
        case .short: .error
        case .full: .critical
        }
    }

    private static func sentence(_ level: SpaceGauge.Level, _ look: SpaceGauge.Look) -> String {
        let share =
            "\(look.percent) % of the room for the ledger is taken, "
            + "\(max(0, look.left) >> 20) MiB are left"
        return switch level {
        case .fine: share
        case .low, .short: share + ": make room before nothing can be recorded any more"
        case .full: share + ": inspecting has stopped; it goes on by itself once there is room"
        }
    }
}

// MARK: What was set aside

extension LedgerKeeper {
    /// Takes in who has seen that a damaged ledger was set aside, as `plumbline ledger acknowledge` left it.
    private func takeAcknowledgement() async throws {
        guard let segment = state.withLock({ $0.unseen }) else { return }
        let file = ledger.directory.acknowledgement
        let text: [UInt8]?
        do throws(LedgerError) { text = try DataDirectory.read(file, most: 1_024) } catch {
            return log.say(.error, "ledger: \(error)")
        }
        guard let text else { return }
        let name = String(decoding: text.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        try await enter(
            .ledgerSalvageSeen, id: segment.acknowledgement,
            ["segment": .number(segment.number), "by": .string(name)])
        // Where it stays, it says what the ledger has already.
        unlink(file)
        state.withLock { $0.unseen = nil }
        log.say(.notice, "ledger: \(name) has seen that a damaged one was set aside at \(segment.at)")
    }
}

// MARK: Verifying

extension LedgerKeeper {
    private func patrol() async throws {
        repeat { try await round() } while await Self.slept(Self.betweenRounds)
    }

    /// Verifies the whole ledger once, slowly. Throws where it refuses the entry about what was found.
    func round(unpaced: Bool = false) async throws {
        var patrol: LedgerPatrol
        do throws(LedgerError) { patrol = try LedgerPatrol(path: ledger.directory.path) } catch {
            // What cannot be looked at now may be looked at tomorrow; until then nothing is called sound.
            let finding = "it cannot be verified: \(error)"
            log.say(.error, "ledger: \(finding)")
            return state.withLock { ($0.findings, $0.findingCount) = ([finding], 1) }
        }
        while !patrol.isOver, !Task.isCancelled {
            let began = ContinuousClock.now
            patrol.step()
            let report = patrol.report
            state.withLock { $0.round = report }
            if unpaced { continue }
            let pause = max(Self.leastPause, (ContinuousClock.now - began) * Self.rest)
            guard await Self.slept(pause) else { return }
        }
        guard patrol.isOver else { return }
        let (report, now) = (patrol.report, time.now())
        let isNews = state.withLock { state in
            state.roundEndedAt = now.utc
            guard report.findingCount > 0 else { return false }
            defer { (state.findings, state.findingCount) = (report.findings, report.findingCount) }
            return state.findings != report.findings
        }
        guard isNews else { return }
        for finding in report.findings { log.say(.critical, "ledger: damaged: \(finding)") }
        try await enter(
            .ledgerDamaged,
            [
                "findings": .array(report.findings.map(JSONValue.string)),
                "finding_count": .number(report.findingCount), "entries": .number(report.entries),
            ])
    }
}

// MARK: What people see

extension LedgerKeeper {
    /// What people must know, a sentence each: on every station's page, and as alarms of the status.
    var notices: [String] {
        let state = state.withLock { $0 }
        var out: [String] = []
        if let unseen = state.unseen {
            out.append(
                "A damaged ledger was set aside at \(unseen.at.prefix(19))Z: it lies in \(unseen.folder), "
                    + "\(unseen.unprovenCount) things could not be taken over")
        }
        if state.findingCount > 0 {
            out.append("The ledger is damaged: \(state.findings.first ?? ""). Call whoever looks after it")
        }
        if state.gauge.level > .fine, let look = state.look {
            out.append("Disk: \(Self.sentence(state.gauge.level, look))")
        }
        return out
    }

    /// What a look at the health shows beside what stops the gateway.
    var concerns: [HealthCheck] {
        notices.map { HealthCheck("ledger", isGood: true, isDegraded: true, detail: $0) }
    }

    /// What `/api/v1/status` shows of the ledger, beside what `members` say.
    func json(_ members: [String: JSONValue]) -> JSONValue {
        let state = state.withLock { $0 }
        var out = members
        out["verification"] = [
            "state": .string(
                state.findingCount > 0 ? "damaged" : state.roundEndedAt == nil ? "running" : "sound"),
            "entries": .number(state.round.entries), "total": .number(state.round.total),
            "ended_at": .optional(state.roundEndedAt?.description),
            "findings": .array(state.findings.map(JSONValue.string)),
            "finding_count": .number(state.findingCount),
        ]
        out["set_aside"] =
            state.unseen.map {
                [
                    "at": .string($0.at), "folder": .string($0.folder), "reason": .string($0.reason),
                    "segment": .number($0.number), "carried": .number($0.carried),
                    "not_carried": .number($0.unprovenCount),
                ]
            } ?? .null
        out["disk"] =
            state.look.map {
                [
                    "percent": .number(Int64($0.percent)), "left_bytes": .number(max(0, $0.left)),
                    "recording": .bool(state.gauge.level != .full),
                ]
            } ?? .null
        return .object(out)
    }

    /// What `/metrics` shows.
    var families: [MetricFamily] {
        let state = state.withLock { $0 }
        return [
            MetricFamily(
                "plumbline_ledger_findings", .gauge,
                help: "What the last verification found not to be as it was written.",
                Double(state.findingCount)),
            MetricFamily(
                "plumbline_ledger_verified_entries", .gauge,
                help: "Entries that the present round of verification has looked at.",
                Double(state.round.entries)),
            MetricFamily(
                "plumbline_ledger_verified_time_seconds", .gauge,
                help: "When the whole ledger was last verified, since the epoch; absent before.",
                samples: state.roundEndedAt.map { [.init(Double($0.nanoseconds) / 1e9)] } ?? []),
            MetricFamily(
                "plumbline_ledger_set_aside", .gauge,
                help: "1 where a damaged ledger was set aside and nobody has acknowledged it.",
                state.unseen == nil ? 0 : 1),
            MetricFamily(
                "plumbline_ledger_disk_used_ratio", .gauge,
                help: "The part of the room for the ledger that is taken.",
                samples: state.look.map { [.init(Double($0.percent) / 100)] } ?? []),
            MetricFamily(
                "plumbline_ledger_disk_left_bytes", .gauge,
                help: "Bytes until nothing can be recorded any more.",
                samples: state.look.map { [.init(Double(max(0, $0.left)))] } ?? []),
            MetricFamily(
                "plumbline_recording", .gauge, help: "0 where inspecting has stopped for want of room.",
                state.gauge.level == .full ? 0 : 1),
        ]
    }
}
