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
        try makeFolder()
        // Whoever writes the ledger is often another user: it must be able to read this.
        try DataDirectory(folder).replace("\(folder)/\(id)\(Self.suffix)", with: CanonicalJSON.bytes(body))
    }

    private func makeFolder() throws(LedgerError) {
        guard mkdir(folder, 0o755) == 0 else {
            if errno == EEXIST { return }
            throw DataDirectory.failure("making the directory", folder)
        }
        // Made by the administrator, it is still the gateway's, which removes what it has entered.
        var owner = stat()
        guard stat(directory.path, &owner) == 0 else {
            throw DataDirectory.failure("looking at the directory", directory.path)
        }
        guard geteuid() != 0 || chown(folder, owner.st_uid, owner.st_gid) == 0 else {
            throw DataDirectory.failure("giving away the directory", folder)
        }
        try DataDirectory.syncFolder(directory.path)
    }

    /// What waits longest, at most `most`.
    package func waiting(most: Int) throws(LedgerError) -> [Act] {
        let files = try names().filter { $0.hasSuffix(Self.suffix) && $0 != Self.suffix }
        var acts: [Act] = []
        for file in files.sorted().prefix(most) {
            acts.append(try act(String(file.dropLast(Self.suffix.count))))
        }
        return acts
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

    private func act(_ id: String) throws(LedgerError) -> Act {
        let file = "\(folder)/\(id)\(Self.suffix)"
        var status = stat()
        // A link would have the gateway read any file of its own and put it into the ledger.
        guard lstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= Self.longest
        else { return Act(id: id, userID: status.st_uid, body: nil) }
        let bytes: [UInt8]?
        do throws(LedgerError) { bytes = try DataDirectory.read(file, most: Self.longest) } catch {
            guard error.kind == .invalid else { throw error }
            bytes = nil
        }
        // What is no JSON is refused by whoever enters acts, with the file kept.
        let body = bytes.flatMap { try? JSONParser.parse($0) }
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
