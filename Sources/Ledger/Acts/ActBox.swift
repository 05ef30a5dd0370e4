package import Codecs
internal import Glibc

/// What other programs did with a ledger that they may not write, on its way into it: `DATA/acts`, a file an
/// act.
///
/// Whoever reads records leaves the act here before anything is shown; whoever writes the ledger enters it.
package struct ActBox: Sendable {
    /// One act that waits.
    package struct Act: Sendable {
        /// Its entry's id.
        package let id: String
        /// Who left it: the owner of its file.
        package let userID: UInt32
        /// What it says; nil where it cannot be read as JSON.
        package let body: JSONValue?

        package init(id: String, userID: UInt32, body: JSONValue?) {
            (self.id, self.userID, self.body) = (id, userID, body)
        }
    }

    private let directory: DataDirectory
    private var folder: String { directory.path + "/acts" }

    /// Longest act in bytes; a list of records names none of them.
    private static let longest = 16 << 10
    private static let suffix = ".json"

    package init(_ directory: DataDirectory) { self.directory = directory }

    /// Whether acts can be left here at all: not on a medium, or in a copy, that this user may only read.
    package var isWritable: Bool {
        access(DataDirectory.isMissing(folder) ? directory.path : folder, W_OK) == 0
    }

    /// Leaves `body` to be entered as `id`; it is durable when this returns. Throws `.io` and `.full`.
    package func leave(_ body: JSONValue, id: String) throws(LedgerError) {
        let opened = try openFolder()
        defer { close(opened) }
        let (new, name) = (id + ".new", id + Self.suffix)
        // Whoever writes the ledger is often another user: it must be able to read this.
        let file = openat(opened, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw DataDirectory.failure("creating", "\(folder)/\(new)") }
        defer { close(file) }
        try DataDirectory.write(CanonicalJSON.bytes(body), to: file, "\(folder)/\(new)")
        guard fsync(file) == 0, renameat(opened, new, opened, name) == 0, fsync(opened) == 0 else {
            throw DataDirectory.failure("writing", "\(folder)/\(name)")
        }
    }

    /// The folder, made where it is missing. A link in its place is not followed: what an administrator
    /// writes here would land where the gateway's account wants it.
    private func openFolder() throws(LedgerError) -> Int32 {
        let isNew = mkdir(folder, 0o755) == 0
        guard isNew || errno == EEXIST else { throw DataDirectory.failure("making the directory", folder) }
        let opened = open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        guard opened >= 0 else { throw DataDirectory.failure("opening the directory", folder) }
        var (status, owner) = (stat(), stat())
        guard fstat(opened, &status) == 0, stat(directory.path, &owner) == 0,
            // Made by the administrator, it is still the gateway's, which removes what it has entered.
            status.st_uid != 0 || geteuid() != 0 || fchown(opened, owner.st_uid, owner.st_gid) == 0
        else {
            defer { close(opened) }
            throw DataDirectory.failure("giving away the directory", folder)
        }
        if isNew { try DataDirectory.syncFolder(directory.path) }
        return opened
    }

    /// What waits longest, at most `most`, but for those with these ids.
    package func waiting(most: Int, besides ids: Set<String> = []) throws(LedgerError) -> [Act] {
        let waiting = try names().filter { $0.hasSuffix(Self.suffix) && $0 != Self.suffix }
            .map { String($0.dropLast(Self.suffix.count)) }
        return waiting.filter { !ids.contains($0) }.sorted().prefix(most).map(act)
    }

    private func names() throws(LedgerError) -> [String] {
        guard let open = opendir(folder) else {
            if errno == ENOENT { return [] }
            throw DataDirectory.failure("reading the directory", folder)
        }
        defer { closedir(open) }
        var names: [String] = []
        while let entry = readdir(open) {
            names.append(
                withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names
    }

    /// What cannot be read, or is no JSON, is refused by whoever enters acts, with the file kept.
    private func act(_ id: String) -> Act {
        // A link would have the gateway put a file of its own into the ledger, and a pipe would hold it up.
        let file = open("\(folder)/\(id)\(Self.suffix)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else { return Act(id: id, userID: .max, body: nil) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest
        else { return Act(id: id, userID: status.st_uid, body: nil) }
        var bytes = [UInt8](repeating: 0, count: Self.longest)
        let count = read(file, &bytes, bytes.count)
        let body = try? JSONParser.parse(Array(bytes.prefix(max(0, count))))
        return Act(id: id, userID: status.st_uid, body: body)
    }

    /// Takes out an act that is in the ledger.
    package func remove(_ id: String) throws(LedgerError) {
        let file = "\(folder)/\(id)\(Self.suffix)"
        guard unlink(file) == 0 || errno == ENOENT else { throw DataDirectory.failure("removing", file) }
    }

    /// Keeps an act that cannot be entered where it is, under a name that is not looked at again.
    package func setAside(_ id: String) throws(LedgerError) {
        let file = "\(folder)/\(id)\(Self.suffix)"
        guard rename(file, "\(folder)/\(id).refused") == 0 else {
            throw DataDirectory.failure("renaming", file)
        }
    }
}
