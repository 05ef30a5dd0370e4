internal import Glibc

/// What a ledger is held against, beside itself.
struct OutsideEvidence {
    /// The checkpoint's file as it was before the state that is verified; nil where there was none.
    ///
    /// It must have been read before that state's transaction began: a daemon that goes on signs what the
    /// transaction does not see, and would look like one that removed entries.
    var handedOut: [UInt8]?
    /// The public key that the ledger's must be; nil where none is known from elsewhere.
    var trusted: SigningKey?
    /// Earlier states that were kept elsewhere.
    var kept: [KeptState] = []

    /// Whether there is no file although a checkpoint was stored; a daemon that stored its first just now is
    /// given a second to write it, after one write and two syncs.
    func isCheckpointMissing(_ directory: DataDirectory) throws(LedgerError) -> Bool {
        try directory.awaitingCheckpoint(seconds: 1) { () throws(LedgerError) in
            try DataDirectory.read(directory.checkpoint)
        } == nil
    }
}

/// An earlier state of a ledger that was kept elsewhere: a later one must begin with it.
package struct KeptState: Sendable {
    /// The file or folder.
    package let place: String
    /// Signed heads.
    let notes: [String]
    /// Number of entries and root of the whole, of which the newest may be unsigned; nil where only heads
    /// were kept.
    let end: (size: Int64, root: [UInt8])?
}

extension KeptState {
    /// The state in `path`: a checkpoint (a signed note), a backup, or a folder with a ledger or its
    /// checkpoint.
    ///
    /// Throws `.io` where nothing is there, and `.invalid` where it is none of these.
    package init(_ path: String) throws(LedgerError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw DataDirectory.failure("opening", path) }
        if status.st_mode & S_IFMT == S_IFDIR {
            try self.init(folder: DataDirectory(path))
        } else if try Self.isDatabase(path) {
            try self.init(backup: path)
        } else {
            let note = try DataDirectory.read(path, most: Self.longestNote) ?? []
            self.init(place: path, notes: [String(decoding: note, as: UTF8.self)], end: nil)
        }
    }

    /// C2SP notes with one signature are far below.
    private static let longestNote = 1 << 16

    private init(folder: DataDirectory) throws(LedgerError) {
        let note = try DataDirectory.read(folder.checkpoint, most: Self.longestNote)
        let handedOut = note.map { String(decoding: $0, as: UTF8.self) }
        guard folder.holdsLedger else {
            guard let handedOut else {
                throw LedgerError(
                    .invalid, what: "there is neither a ledger nor a checkpoint", place: folder.path,
                    remedy: "name a copy of a data directory, a backup, or a checkpoint")
            }
            self.init(place: folder.path, notes: [handedOut], end: nil)
            return
        }
        let reader = try LedgerReader(path: folder.path)
        self = try reader.snapshot { database throws(LedgerError) in
            if let objection = try LedgerSchema.objections(to: database).first {
                throw LedgerError(
                    .corrupt, what: objection, place: folder.path, remedy: "name another copy")
            }
            return try KeptState(database, place: folder.path, more: handedOut)
        }
    }

    private init(backup path: String) throws(LedgerError) {
        let database = try LedgerBackup.opened(path, of: path)
        try self.init(database, place: path, more: nil)
    }

    /// What was kept need not be verified itself: where it agrees, this ledger begins with it, and where it
    /// does not, one of both is not what it was.
    private init(_ database: SQLiteDatabase, place: String, more: String?) throws(LedgerError) {
        let size = try database.entryCount()
        guard let root = try database.root(ofSize: size) else {
            throw LedgerError(
                .corrupt, what: "its tree lacks nodes", place: place, remedy: "name another copy")
        }
        let notes = [try database.newestCheckpoint()?.note, more].compactMap(\.self)
        self.init(place: place, notes: notes, end: (size, root))
    }

    private static func isDatabase(_ path: String) throws(LedgerError) -> Bool {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw DataDirectory.failure("opening", path) }
        defer { Glibc.close(descriptor) }
        // "SQLite format 3" and a zero: the file format's first 16 bytes.
        let magic = Array("SQLite format 3\0".utf8)
        var head = [UInt8](repeating: 0, count: magic.count)
        guard read(descriptor, &head, head.count) >= 0 else { throw DataDirectory.failure("reading", path) }
        return head == magic
    }
}
