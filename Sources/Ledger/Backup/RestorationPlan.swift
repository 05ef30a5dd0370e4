internal import Glibc

/// What is to be done with the keys and checkpoints of both sides.
struct RestorationPlan {
    let verifierKey: String
    let hasKey: Bool
    let lost: (size: Int64, note: String)?
    /// How many of the backup's entries the checkpoint that is there covers.
    let covered: Int64
    /// The ledger's name.
    let origin: String
    /// A key that is to be put there.
    private let newKey: [UInt8]?
    private let signer: SigningKey?
    private let verifying: SigningKey

    init(
        _ stage: DataDirectory, _ directory: DataDirectory, key: [UInt8]?, of path: String
    ) throws(LedgerError) {
        let published = try DataDirectory.read(stage.publicKey) ?? []
        let (verifying, origin) = try SigningKey.published(published)
        (self.verifying, self.origin) = (verifying, origin)
        verifierKey = verifying.verifierKey(name: origin)
        func isSame(_ key: SigningKey, _ file: String) throws(LedgerError) {
            guard key.publicKey != verifying.publicKey else { return }
            throw LedgerError(
                .key, what: "the backup \(path) is signed by another key", place: file,
                remedy: "name the backup of this ledger, or another directory")
        }
        var signers: [SigningKey] = []
        let present = try DataDirectory.read(directory.key)
        for (pem, file) in [(key, "--key"), (present, directory.key)] {
            guard let pem else { continue }
            let signer = try SigningKey(pem: pem)
            try isSame(signer, file)
            signers.append(signer)
        }
        signer = signers.first
        if let other = try DataDirectory.read(directory.publicKey) {
            try isSame(try SigningKey(publicPEM: other), directory.publicKey)
        }
        hasKey = key != nil || present != nil
        newKey = present == nil ? key : nil
        let head = try Self.present(stage, directory, verifying)
        lost = head.flatMap { $0.isWithin ? nil : ($0.size, $0.note) }
        covered = head.map { $0.isWithin ? $0.size : 0 } ?? 0
    }

    /// The checkpoint that is there; nil where none is. Throws `.corrupt` where it is not over the backup's
    /// entries, as far as the backup has them.
    private static func present(
        _ stage: DataDirectory, _ directory: DataDirectory, _ key: SigningKey
    ) throws(LedgerError) -> (size: Int64, note: String, isWithin: Bool)? {
        guard let bytes = try DataDirectory.read(directory.checkpoint) else { return nil }
        let note = String(decoding: bytes, as: UTF8.self)
        guard let head = key.checkpoint(verifiedFrom: note) else {
            throw LedgerError(
                .key, what: "no checkpoint of this ledger", place: directory.checkpoint,
                remedy: "it is damaged or another ledger's: move it aside, and keep it")
        }
        let database = try SQLiteDatabase(path: stage.database, mode: .reader)
        if head.size > (try database.entryCount()) { return (head.size, note, false) }
        guard try database.root(ofSize: head.size) == head.root else {
            throw LedgerError(
                .corrupt, what: "the backup's first \(head.size) entries are not those that were signed",
                place: directory.checkpoint, remedy: "one of them was forged: keep both, and find out which")
        }
        return (head.size, note, true)
    }

    /// Appends `draft` to the ledger in `stage` and, where the key is known, signs its new head.
    func enter(_ draft: EntryDraft, into stage: DataDirectory) throws(LedgerError) {
        let prepared = try PreparedTransaction(LedgerTransaction(drafts: [draft]))
        let database = try SQLiteDatabase(path: stage.database, mode: .writer)
        defer { database.close() }
        try database.execute("PRAGMA synchronous = FULL")
        let size = try database.entryCount()
        guard var frontier = MerkleFrontier(size: size, peaks: try database.peaks(ofSize: size)) else {
            throw LedgerError(
                .corrupt, what: "the tree lacks nodes", place: stage.database, remedy: "take another backup")
        }
        try database.transaction { () throws(LedgerError) in
            let insertion = try EntryInsertion(database)
            for draft in prepared.drafts {
                try insertion.insert(draft, seq: frontier.size + 1)
                try insertion.grow(&frontier, by: draft)
                try insertion.insert(draft.projection, seq: frontier.size, id: draft.draft.id)
            }
            guard let signer else { return }
            let head = Checkpoint(origin: origin, size: frontier.size, root: frontier.root)
            let note = try signer.note(for: head)
            try database.run(
                "INSERT INTO checkpoint(size, root, note) VALUES (?1, ?2, ?3)", .integer(head.size),
                .blob(head.root), .text(note))
            try stage.replace(stage.checkpoint, with: Array(note.utf8))
        }
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
        // One that is there and covers more is never put back by an older one.
        guard let note = try DataDirectory.read(stage.checkpoint),
            let head = verifying.checkpoint(verifiedFrom: String(decoding: note, as: UTF8.self)),
            head.size >= covered
        else { return }
        try directory.replace(directory.checkpoint, with: note)
    }
}
