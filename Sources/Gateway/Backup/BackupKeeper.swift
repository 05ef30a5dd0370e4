import Codecs
import Glibc
import Inspection
import Ledger
import Linux
import Metrology
import Profiles
import Transports

/// Makes the backups that the configuration asks for, and raises an alarm where one fails.
///
/// A backup that fails stops nothing: the log says why, the ledger has an entry, status and metrics show it
/// until one succeeds.
final class BackupKeeper: Sendable {
    private struct State: Sendable {
        /// The name of the newest backup and when it was made; nil where there is none.
        var newest: (name: String, moment: Timestamp)?
        var failure: LedgerError?
        /// Monotonic, ns.
        var failedAt: Int64?
        var failures = 0
    }

    /// How often it is looked whether one is due: the shortest `every` is a minute.
    private static let look = Duration.seconds(5)

    private let plan: BackupPlan
    private let folder: String
    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let log: EventLog
    private let state = Guarded(State())

    /// Nil where no backups are asked for.
    init?(_ schedule: BackupSchedule?, ledger: LedgerWriter, time: any TimeSource, log: EventLog) {
        guard let schedule else { return nil }
        plan = BackupPlan(everyMilliseconds: schedule.everyMilliseconds, keep: schedule.keep)
        folder = schedule.folder
        (self.ledger, self.time, self.log) = (ledger, time, log)
    }

    /// Makes backups when they are due until the task is cancelled. Throws where the ledger itself fails.
    func run() async throws {
        repeat {
            try await makeWhereDue()
            // `try?`: a sleep throws only where the task is cancelled, which ends this.
        } while (try? await Task.sleep(for: Self.look)) != nil
    }

    /// Makes a backup if one is due. Throws where the ledger refuses the entry about it.
    func makeWhereDue() async throws {
        let now = time.now()
        let failedAt = state.withLock { $0.failedAt }
        if let failedAt, !plan.mayRetry(after: now.monotonicNanoseconds - failedAt) { return }
        do throws(LedgerError) {
            try claimFolder()
            let names = try Self.names(in: folder)
            note(names)
            guard plan.isDue(names, now: now.utc) else { return }
            // Of attempts that a crash cut short; nobody else writes these names.
            for attempt in plan.attempts(names) { try LedgerBackup.removeAttempt(at: "\(folder)/\(attempt)") }
        } catch { return try await raise(error) }
        try await make(at: now)
    }

    /// Makes the folder where it is missing, and this gateway's by its public key: another one would count
    /// its backups and remove them.
    ///
    /// A folder that had backups of this gateway and has lost its mark is where a disk should be mounted:
    /// filling what is below it would look like backups on another disk, and be none.
    private func claimFolder() throws(LedgerError) {
        guard let own = try DataDirectory.read(ledger.directory.publicKey) else { return }
        let (mark, memory) = (folder + "/.ledger.pub", ledger.directory.path + "/backups-to")
        let place = Array((folder + "\n").utf8)
        guard let claimed = try DataDirectory.read(mark) else {
            guard try DataDirectory.read(memory) != place else {
                throw LedgerError(
                    .io, what: "the backups that were made here are gone: is its disk mounted?",
                    place: folder,
                    remedy: "mount it; where it is a new, empty one, remove \(memory)")
            }
            try makeFolder()
            try DataDirectory(folder).replace(mark, with: own)
            return try ledger.directory.replace(memory, with: place)
        }
        guard claimed == own else {
            throw LedgerError(
                .invalid, what: "another gateway's backups are in this folder", place: folder,
                remedy: "give each gateway a folder of its own in `backup: to:`")
        }
        guard try DataDirectory.read(memory) != place else { return }
        try ledger.directory.replace(memory, with: place)
    }

    /// Makes the folder alone: those above it are a disk's, and missing while it is not mounted.
    private func makeFolder() throws(LedgerError) {
        let above = folder.lastIndex(of: "/").map { String(folder[..<$0]) } ?? "."
        guard access(above.isEmpty ? "/" : above, F_OK) == 0 else {
            throw LedgerError(
                .io, what: "the folder above it is missing: is its disk mounted?", place: folder,
                remedy: "mount it, or make \(above)")
        }
        try DataDirectory(folder).create()
    }

    private func make(at now: Stamp) async throws {
        let name = BackupPlan.name(at: now.utc)
        let (directory, path) = (ledger.directory, "\(folder)/\(name)")
        let isStopped = Guarded(false)
        let outcome = Guarded<Result<LedgerBackup, LedgerError>?>(nil)
        // On a thread of its own: it reads the whole ledger twice.
        try await SystemThread.run(name: "backup", stop: { isStopped.withLock { $0 = true } }) {
            let result = Result { () throws(LedgerError) in
                try LedgerBackup.make(
                    of: directory, at: path, madeAt: now.utc.description,
                    isStopped: { isStopped.withLock { $0 } })
            }
            outcome.withLock { $0 = result }
        }
        switch outcome.withLock({ $0 }) {
        case .success(let backup): try await settle(backup, name)
        case .failure(let error) where error.kind == .closed && Task.isCancelled: return
        case .failure(let error): try await raise(error)
        case nil: return
        }
    }

    private func settle(_ backup: LedgerBackup, _ name: String) async throws {
        let wasFailing = state.withLock { state in
            defer { (state.failure, state.failedAt) = (nil, nil) }
            return state.failure != nil
        }
        log.say(
            wasFailing ? .notice : .info,
            "backup: \(backup.path): \(backup.entries) entries, restored and verified"
                + (backup.unsigned > 0 ? "; no signature covers the newest \(backup.unsigned)" : ""))
        try await enter(
            .backupMade,
            [
                "file": .string(backup.path), "entries": .number(backup.entries),
                "root": .string(Hex.text(backup.root)), "unsigned": .number(backup.unsigned),
            ])
        do throws(LedgerError) {
            for old in plan.surplus(try Self.names(in: folder), made: name) {
                guard unlink("\(folder)/\(old)") == 0 || errno == ENOENT else {
                    throw LedgerError(
                        .io, what: "it cannot be removed: \(String(cString: strerror(errno)))",
                        place: "\(folder)/\(old)", remedy: "check the folder's permissions")
                }
            }
            note(try Self.names(in: folder))
        } catch { try await raise(error) }
    }

    /// Says that a backup failed: in the log each time, in the ledger where the reason is a new one.
    ///
    /// The pause before the next counts from here: an attempt may take longer than it.
    private func raise(_ error: LedgerError) async throws {
        let now = time.now()
        let isNew = state.withLock { state in
            defer { state.failure = error }
            state.failures += 1
            state.failedAt = now.monotonicNanoseconds
            // The place has the time in it.
            return state.failure?.what != error.what
        }
        log.say(.error, "backup: \(error)")
        if isNew { try await enter(.backupFailed, ["reason": .string(error.description)]) }
    }

    private func enter(_ event: AuditEvent, _ members: [String: JSONValue]) async throws {
        var generator = SystemRandomNumberGenerator()
        let now = time.now()
        let moment = Moment(stamp: now, clock: ClockState.ofThisMachine())
        let id = RecordID.make(at: now.utc, using: &generator)
        try await ledger.append([
            EntryDraft(kind: .audit, id: id, body: event.body(at: moment, station: nil, members))
        ])
    }

    private func note(_ names: [String]) {
        let moments = names.compactMap { name in BackupPlan.moment(of: name).map { (name, $0) } }
        let newest = moments.max { $0.1 < $1.1 }
        state.withLock { $0.newest = newest.map { (name: $0.0, moment: $0.1) } }
    }

    private static func names(in folder: String) throws(LedgerError) -> [String] {
        guard let stream = opendir(folder) else {
            throw LedgerError(
                .io, what: "opening the folder: \(String(cString: strerror(errno)))", place: folder,
                remedy: "check `backup: to:` and the folder's permissions")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix("ledger-") { names.append(name) }
        }
        return names
    }
}

extension BackupKeeper {
    /// Why the last attempt failed; nil where it did not.
    var failure: String? { state.withLock { $0.failure?.description } }

    /// What `/api/v1/status` shows.
    var json: JSONValue {
        let state = state.withLock { $0 }
        return [
            "folder": .string(folder), "newest": .optional(state.newest?.name),
            "made_at": .optional(state.newest?.moment.description),
            "failure": .optional(state.failure?.description),
        ]
    }

    /// What `/metrics` shows.
    var families: [MetricFamily] {
        let state = state.withLock { $0 }
        return [
            MetricFamily(
                "plumbline_backup_failed", .gauge, help: "1 where the last attempt at a backup failed.",
                state.failure == nil ? 0 : 1),
            MetricFamily(
                "plumbline_backup_failures_total", .counter, help: "Backups that failed since the start.",
                Double(state.failures)),
            MetricFamily(
                "plumbline_backup_newest_time_seconds", .gauge,
                help: "When the newest backup began, since the epoch; absent where there is none.",
                samples: state.newest.map { [.init(Double($0.moment.nanoseconds) / 1e9)] } ?? []),
        ]
    }
}
