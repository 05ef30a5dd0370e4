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

    /// Puts the ledger of the backup `path` into `directory`, once all of it verifies.
    ///
    /// Nothing is overwritten: a directory that holds a database is refused with `.invalid`. A key that is
    /// there, or given as PEM in `key`, must be the backup's (`.key`). A checkpoint that is there and newer
    /// says that entries are lost: `.rolledBack`, unless `acceptsLoss`; it is then kept as
    /// `checkpoint.lost-SIZE`. Throws `.corrupt` where the backup does not verify.
    package static func restore(
        _ path: String, into directory: DataDirectory, key: [UInt8]? = nil, acceptsLoss: Bool = false
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
            let plan = try Plan(stage, directory, key: key, of: path)
            if let lost = plan.lost, !acceptsLoss { throw plan.loss(lost.size, report.entries, madeAt) }
            try plan.carryOut(stage, directory)
            try LedgerBackup.remove(nil, stage)
            return LedgerRestoration(
                madeAt: madeAt, entries: Int64(report.entries), unsigned: Int64(report.unsigned),
                origin: plan.origin, verifierKey: plan.verifierKey, hasKey: plan.hasKey, lost: plan.lost)
        } catch {
            // What went wrong first is what people must hear of; what is left is removed by the next one.
            try? LedgerBackup.remove(nil, stage)
            throw error
        }
    }
}

/// What is to be done with the keys and checkpoints of both sides.
private struct Plan {
    let verifierKey: String
    let hasKey: Bool
    let lost: (size: Int64, note: String)?
    /// A key that is to be put there.
    private let newKey: [UInt8]?

    var origin: String { String(verifierKey.prefix { $0 != "+" }) }

    init(
        _ stage: DataDirectory, _ directory: DataDirectory, key: [UInt8]?, of path: String
    ) throws(LedgerError) {
        let published = try DataDirectory.read(stage.publicKey) ?? []
        let verifying = try SigningKey(publicPEM: published)
        verifierKey = String(decoding: published.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        // People compare the first line, and signatures are checked with what follows it.
        guard try verifying.publicKeyFile(name: String(verifierKey.prefix { $0 != "+" })) == published else {
            throw LedgerError(
                .key, what: "the backup \(path) names another key than the one that it has", place: path,
                remedy: "it was changed by somebody: keep it, and take another backup")
        }
        func isSame(_ key: SigningKey, _ file: String) throws(LedgerError) {
            guard key.publicKey != verifying.publicKey else { return }
            throw LedgerError(
                .key, what: "the backup \(path) is signed by another key", place: file,
                remedy: "name the backup of this ledger, or another directory")
        }
        if let key { try isSame(try SigningKey(pem: key), "--key") }
        let present = try DataDirectory.read(directory.key)
        if let present { try isSame(try SigningKey(pem: present), directory.key) }
        if let other = try DataDirectory.read(directory.publicKey) {
            try isSame(try SigningKey(publicPEM: other), directory.publicKey)
        }
        hasKey = key != nil || present != nil
        newKey = present == nil ? key : nil
        lost = try Self.lost(stage, directory, verifying)
    }

    /// The checkpoint that is there, where it is beyond the backup.
    private static func lost(
        _ stage: DataDirectory, _ directory: DataDirectory, _ key: SigningKey
    ) throws(LedgerError) -> (size: Int64, note: String)? {
        guard let bytes = try DataDirectory.read(directory.checkpoint) else { return nil }
        let note = String(decoding: bytes, as: UTF8.self)
        guard let head = key.checkpoint(verifiedFrom: note) else {
            throw LedgerError(
                .key, what: "no checkpoint of this ledger", place: directory.checkpoint,
                remedy: "it is damaged or another ledger's: move it aside, and keep it")
        }
        let database = try SQLiteDatabase(path: stage.database, mode: .reader)
        if head.size > (try database.entryCount()) { return (head.size, note) }
        guard try database.root(ofSize: head.size) == head.root else {
            throw LedgerError(
                .corrupt, what: "the backup's first \(head.size) entries are not those that were signed",
                place: directory.checkpoint, remedy: "one of them was forged: keep both, and find out which")
        }
        return nil
    }

    func loss(_ size: Int64, _ entries: Int, _ madeAt: String) -> LedgerError {
        LedgerError(
            .rolledBack,
            what: "\(size) entries were signed, and the backup of \(madeAt) has \(entries): "
                + "\(size - Int64(entries)) are lost with it",
            place: "checkpoint",
            remedy: "look for a newer backup, or for the old database; else say --accept-loss")
    }

    /// The database comes last but the checkpoint: whatever ends this early, no start takes it for whole.
    func carryOut(_ stage: DataDirectory, _ directory: DataDirectory) throws(LedgerError) {
        if let newKey { try directory.replace(directory.key, with: newKey, mode: 0o600) }
        try directory.replace(
            directory.publicKey, with: try DataDirectory.read(stage.publicKey) ?? [])
        guard rename(stage.database, directory.database) == 0 else {
            throw DataDirectory.failure("renaming to", directory.database)
        }
        try DataDirectory.syncFolder(directory.path)
        if let lost {
            try directory.replace("\(directory.checkpoint).lost-\(lost.size)", with: Array(lost.note.utf8))
        }
        guard let note = try DataDirectory.read(stage.checkpoint) else { return }
        try directory.replace(directory.checkpoint, with: note)
    }
}
