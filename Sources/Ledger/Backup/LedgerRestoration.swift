internal import Glibc

/// A ledger that was put back from a backup.
package struct LedgerRestoration: Sendable, Equatable {
    /// When the backup was made: UTC with nine decimals.
    package let madeAt: String
    /// Number of entries, and how many of them no signature covers yet.
    package let entries: Int64
    package let unsigned: Int64
    /// The ledger's name, as its public key has it.
    package let origin: String
    /// The C2SP verifier key by which everything in it verifies: to be compared with the copy kept elsewhere.
    package let verifierKey: String
    /// Whether the private key is there, so that the gateway can go on with this ledger.
    package let hasKey: Bool
    /// Size and text of a checkpoint that says that more was signed than the backup holds; nil where none is
    /// known.
    package let lost: (size: Int64, note: String)?

    package static func == (one: LedgerRestoration, other: LedgerRestoration) -> Bool {
        one.madeAt == other.madeAt && one.entries == other.entries && one.unsigned == other.unsigned
            && one.verifierKey == other.verifierKey && one.hasKey == other.hasKey
            && one.lost?.note == other.lost?.note
    }

    /// What whoever restores says to be aware of.
    package struct Acceptance: OptionSet, Sendable {
        package let rawValue: Int
        package init(rawValue: Int) { self.rawValue = rawValue }

        /// More was signed than the backup holds.
        package static let loss = Acceptance(rawValue: 1)
        /// No signature covers the newest entries: they may be anybody's.
        package static let unsigned = Acceptance(rawValue: 2)
    }

    /// Puts the ledger of the backup `path` into `directory`, once all of it verifies.
    ///
    /// Nothing is overwritten: a directory that holds a database is refused with `.invalid`. A key that is
    /// there, or given as PEM in `key`, must be the backup's (`.key`). Unless it is accepted, entries that no
    /// signature covers are refused with `.unsigned`, and with `.rolledBack` a backup that holds less than
    /// the checkpoint that is there, which is then kept as `checkpoint.lost-SIZE`. Throws `.corrupt` where
    /// the backup does not verify.
    ///
    /// `entry` makes the entry that says so. It is in the ledger before the ledger has its name, signed where
    /// the private key is known: whatever comes between, no restored ledger is silent about it.
    package static func restore(
        _ path: String, into directory: DataDirectory, key: [UInt8]? = nil, accepting: Acceptance = [],
        entry: (LedgerRestoration) -> EntryDraft
    ) throws(LedgerError) -> LedgerRestoration {
        try directory.create()
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        for file in [directory.database, directory.database + "-wal"] where !DataDirectory.isEmpty(file) {
            throw LedgerError(
                .invalid, what: "there is a ledger already", place: file,
                remedy: "move the old files aside, all of them but ledger.key and checkpoint; keep them")
        }
        let stage = DataDirectory(directory.path + "/restore")
        try LedgerBackup.remove(nil, stage)
        do throws(LedgerError) {
            let madeAt = try LedgerBackup.unpack(path, into: stage)
            let report = try LedgerBackup.verified(stage, of: path)
            let plan = try RestorationPlan(stage, directory, key: key, of: path)
            let restored = LedgerRestoration(
                madeAt: madeAt, entries: Int64(report.entries),
                unsigned: min(Int64(report.unsigned), Int64(report.entries) - plan.covered),
                origin: plan.origin, verifierKey: plan.verifierKey, hasKey: plan.hasKey, lost: plan.lost)
            if let objection = restored.objection(accepting, place: path) { throw objection }
            try plan.enter(entry(restored), into: stage)
            try plan.carryOut(stage, directory)
            try LedgerBackup.remove(nil, stage)
            return restored
        } catch {
            // What went wrong first is what people must hear of; what is left is removed by the next one.
            try? LedgerBackup.remove(nil, stage)
            throw error
        }
    }
    /// What has to be accepted first; nil where nothing has to.
    private func objection(_ accepted: Acceptance, place: String) -> LedgerError? {
        if let lost, !accepted.contains(.loss) {
            return LedgerError(
                .rolledBack,
                what: "\(lost.size) entries were signed, and the backup of \(madeAt) has \(entries): "
                    + "\(lost.size - entries) are lost with it",
                place: "checkpoint",
                remedy: "look for a newer backup, or for the old database; else say --accept-loss")
        }
        guard unsigned > 0, !accepted.contains(.unsigned) else { return nil }
        return LedgerError(
            .unsigned,
            what: "no signature covers the newest \(unsigned) of its \(entries) entries: a run that was cut "
                + "short has left them, or somebody who cut off checkpoints and wrote the end anew",
            place: place,
            remedy: "take another backup; or compare these entries with what the sinks hold, and say "
                + "--accept-unsigned")
    }
}
