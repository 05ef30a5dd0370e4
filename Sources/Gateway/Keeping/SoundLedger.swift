internal import Codecs
internal import Glibc
internal import Inspection
package import Ledger
package import Metrology
internal import Transports

/// The ledger as the daemon opens it: a damaged one is set aside and said so, and the next segment opened.
package enum SoundLedger {
    /// Opens the ledger in the directory at `path`, as `LedgerWriter` does; a damaged one is salvaged once.
    ///
    /// Where the run before left a suspicion, the database is looked through before. Throws what
    /// `LedgerWriter` and `LedgerSalvage` do.
    package static func open(
        path: String, origin: String, grouping: CommitGrouping = CommitGrouping(), time: any TimeSource,
        log: EventLog
    ) throws(LedgerError) -> LedgerWriter {
        let directory = DataDirectory(path)
        DiskReserve(directory).makeRoom()
        do throws(LedgerError) {
            try lookThrough(directory, log)
            return try LedgerWriter(path: path, origin: origin, grouping: grouping)
        } catch {
            guard error.kind == .corrupt else { throw error }
            log.say(.critical, "ledger: damaged: \(error); it is being set aside")
            let now = time.now()
            let segment = try LedgerSalvage.perform(
                in: directory, origin: origin, because: error, at: now.utc.description
            ) { members in
                var generator = SystemRandomNumberGenerator()
                let moment = Moment(stamp: now, clock: ClockState.ofThisMachine())
                return (
                    RecordID.make(at: now.utc, using: &generator),
                    AuditEvent.ledgerSalvaged.body(at: moment, station: nil, members)
                )
            }
            forget(directory.suspicion)
            // Whoever has seen an earlier one has not seen this one.
            forget(directory.acknowledgement)
            log.say(
                .critical,
                "ledger: the damaged one lies in \(path)/\(segment.folder), \(segment.carried) entries were "
                    + "taken over, \(segment.unprovenCount) things were not: see the first entry")
            for what in segment.unproven { log.say(.error, "ledger: not taken over: \(what)") }
            return try LedgerWriter(path: path, origin: origin, grouping: grouping)
        }
    }

    /// Leaves the suspicion that the database is damaged for the next start; the ledger itself can say
    /// nothing any more.
    static func suspect(_ directory: DataDirectory, _ error: LedgerError, _ log: EventLog) {
        do throws(LedgerError) {
            try directory.replace(directory.suspicion, with: Array("\(error.place): \(error.what)\n".utf8))
        } catch { log.say(.error, "ledger: that it may be damaged could not be noted: \(error)") }
    }

    /// Has SQLite look through the whole file where the run before found it damaged: opening looks at the
    /// newest entries only, and a gateway that ends at its first write each time would never say why.
    private static func lookThrough(_ directory: DataDirectory, _ log: EventLog) throws(LedgerError) {
        guard let suspicion = try DataDirectory.read(directory.suspicion) else { return }
        let text = String(decoding: suspicion.dropLast(), as: UTF8.self)
        log.say(.warning, "ledger: the run before ended with \(text): the whole file is looked through")
        if let finding = try LedgerSalvage.firstFinding(in: directory) {
            throw LedgerError(
                .corrupt, what: finding, place: directory.database,
                remedy: "run `plumbline ledger verify`, then restore the newest backup")
        }
        forget(directory.suspicion)
    }

    private static func forget(_ file: String) {
        // Where it stays, the next start looks once more for nothing.
        unlink(file)
    }
}
