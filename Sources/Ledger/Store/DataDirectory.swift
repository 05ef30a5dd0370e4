internal import Glibc

/// The directory that holds a ledger, and the files in it.
package struct DataDirectory: Sendable {
    package let path: String

    package var database: String { path + "/ledger.db" }
    /// The private signing key, mode 0600.
    package var key: String { path + "/ledger.key" }
    /// The public key: the C2SP verifier key on the first line, the same key in PEM after it.
    package var publicKey: String { path + "/ledger.pub" }
    /// The newest signed checkpoint.
    package var checkpoint: String { path + "/checkpoint" }
    package var lock: String { path + "/lock" }
    /// Why the database may be damaged, as the run before found it: it is looked through at the next start.
    package var suspicion: String { path + "/suspicion" }
    /// Room that is given back when the disk is full, so that it can be said.
    package var reserve: String { path + "/reserve" }
    /// Who has seen that a damaged ledger was set aside; taken in by the gateway.
    package var acknowledgement: String { path + "/acknowledgement" }

    package init(_ path: String) { self.path = path }

    /// Makes the directory, mode 0700, and those above it, where they are missing.
    package func create() throws(LedgerError) {
        var made = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            let parent = made.isEmpty ? "." : made
            made += part
            if mkdir(made, 0o700) == 0 {
                // Until the folder above is on the disk, a power cut can take this one and all in it.
                try Self.syncFolder(parent)
            } else if errno != EEXIST {
                // What is there already may be a link, a mount, or someone else's: only the last counts.
                throw Self.failure("making the directory", made)
            }
            made += "/"
        }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else {
            throw Self.failure("opening the directory", path)
        }
    }

    /// The whole file; nil where there is none. Files of more than `most` bytes are refused.
    package static func read(_ file: String, most: Int = 1 << 20) throws(LedgerError) -> [UInt8]? {
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("opening", file)
        }
        defer { Glibc.close(descriptor) }
        var out: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("reading", file) }
            if count == 0 { return out }
            out += chunk.prefix(count)
            guard out.count <= most else {
                throw LedgerError(
                    .invalid, what: "longer than \(most) bytes", place: file,
                    remedy: "put the right file there")
            }
        }
    }

    /// Replaces a file as a whole: whoever reads it, even after a power cut, sees the old one or the new one.
    package func replace(
        _ file: String, with bytes: [UInt8], mode: UInt32 = 0o644
    ) throws(LedgerError) {
        let temporary = file + ".new"
        try Self.writeDurably(bytes, to: temporary, mode: mode)
        guard rename(temporary, file) == 0 else { throw Self.failure("renaming to", file) }
        try Self.syncFolder(path)
    }

    /// Makes what was created, renamed and removed in a folder durable.
    static func syncFolder(_ path: String) throws(LedgerError) {
        let directory = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("opening the directory", path) }
        defer { Glibc.close(directory) }
        guard fsync(directory) == 0 else { throw failure("syncing the directory", path) }
    }

    /// Whether a ledger was ever written here.
    package var holdsLedger: Bool { !Self.isEmpty(database) }

    /// Whether `file` is missing or empty.
    static func isEmpty(_ file: String) -> Bool {
        var status = stat()
        return stat(file, &status) != 0 || status.st_size == 0
    }

    /// Whether nothing at all has this name.
    static func isMissing(_ file: String) -> Bool {
        var status = stat()
        return lstat(file, &status) != 0 && errno == ENOENT
    }

    /// Copies a file to another, mode 0600; what it was copied to is not synced yet.
    static func copy(_ file: String, to target: String) throws(LedgerError) {
        let input = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard input >= 0 else { throw failure("opening", file) }
        defer { Glibc.close(input) }
        let output = Glibc.open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard output >= 0 else { throw failure("creating", target) }
        defer { Glibc.close(output) }
        var chunk = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = Glibc.read(input, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("reading", file) }
            if count == 0 { return }
            try write(Array(chunk.prefix(count)), to: output, target)
        }
    }

    /// Makes what is in a file durable.
    static func sync(_ file: String) throws(LedgerError) {
        let descriptor = Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure("opening", file) }
        defer { Glibc.close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure("syncing", file) }
    }

    static func writeDurably(_ bytes: [UInt8], to file: String, mode: UInt32) throws(LedgerError) {
        let descriptor = Glibc.open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw failure("creating", file) }
        defer { Glibc.close(descriptor) }
        guard fchmod(descriptor, mode) == 0 else { throw failure("protecting", file) }
        try write(bytes, to: descriptor, file)
        guard fsync(descriptor) == 0 else { throw failure("syncing", file) }
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32, _ file: String) throws(LedgerError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure("writing", file) }
            rest = rest.dropFirst(count)
        }
    }

    /// The folder that a file of this path is in.
    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    static func failure(_ doing: String, _ file: String, _ number: Int32 = errno) -> LedgerError {
        let isFull = number == ENOSPC || number == EDQUOT
        return LedgerError(
            isFull ? .full : .io, what: "\(doing): \(String(cString: strerror(number)))", place: file,
            remedy: isFull
                ? "free space on this file system, then start again"
                : "check the path, its permissions and the disk")
    }
}

/// The right to write a ledger, held until this goes away.
package final class DirectoryLock: Sendable {
    private let descriptor: Int32

    /// Throws `.locked`, naming the process, where another one writes this ledger.
    package init(_ directory: DataDirectory) throws(LedgerError) {
        let file = directory.lock
        let descriptor = Glibc.open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw DataDirectory.failure("opening", file) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let isHeld = errno == EWOULDBLOCK
            let failure = DataDirectory.failure("locking", file)
            Glibc.close(descriptor)
            guard isHeld else { throw failure }
            let holder =
                try DataDirectory.read(file, most: 64).map { String(decoding: $0, as: UTF8.self) } ?? ""
            let pid = Int32(holder.prefix { $0 != "\n" }).map { "process \($0)" } ?? "another process"
            throw LedgerError(
                .locked, what: "\(pid) is writing this ledger", place: directory.path,
                remedy: "stop it first, or give this one another data directory")
        }
        self.descriptor = descriptor
        // Only a hint for the message above; the lock itself is what counts, so a failure here is none.
        let line = Array("\(getpid())\n".utf8)
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, line, line.count, 0) }
    }

    deinit {
        // Unlocked by name: a process that was just forked may hold a copy of the descriptor until it runs
        // its program, and would keep the lock as long.
        flock(descriptor, LOCK_UN)
        Glibc.close(descriptor)
    }
}
