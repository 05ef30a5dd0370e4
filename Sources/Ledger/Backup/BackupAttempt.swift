internal import Glibc
internal import Linux

/// The right to make the backup at one path, held until this goes away, and the files of the attempt.
///
/// Two programs that make one backup would each remove what the other writes.
final class BackupAttempt {
    private let path: String
    /// The backup before it has its name.
    let partial: String
    /// Where it is restored to, to be verified.
    let drill: DataDirectory
    private let descriptor: Int32

    /// What an attempt that was cut short may have left ends with one of these.
    static let leftovers = [".partial", ".check"]

    /// Removes what an earlier attempt has left. Throws `.locked` where another one is under way.
    init(_ path: String) throws(LedgerError) {
        let partial = path + ".partial"
        let number = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard number >= 0 else { throw DataDirectory.failure("creating", partial) }
        guard flock(number, LOCK_EX | LOCK_NB) == 0, Self.isNamed(partial, number) else {
            close(number)
            throw LedgerError(
                .locked, what: "another program makes this backup just now", place: path,
                remedy: "wait for it, or name another file")
        }
        (self.path, self.partial, descriptor) = (path, partial, number)
        drill = DataDirectory(path + ".check")
        try removeLeftovers()
        guard ftruncate(number, 0) == 0, fchmod(number, 0o600) == 0 else {
            throw DataDirectory.failure("emptying", partial)
        }
    }

    deinit {
        // By hand, as `DirectoryLock` does: a process that was just forked may hold the descriptor too.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// Gives what was made its name; throws `.invalid` where there is such a file by now.
    func publish() throws(LedgerError) {
        try LedgerBackup.remove(nil, drill)
        do throws(SystemCallError) {
            try FinalName.give(path, to: partial)
        } catch {
            throw error.code == EEXIST
                ? LedgerBackup.isThere(path) : DataDirectory.failure("renaming to", path, error.code)
        }
        try DataDirectory.syncFolder(DataDirectory.folder(of: path))
    }

    /// Removes everything that it made.
    func discard() throws(LedgerError) {
        try removeLeftovers()
        guard unlink(partial) == 0 || errno == ENOENT else {
            throw DataDirectory.failure("removing", partial)
        }
    }

    private func removeLeftovers() throws(LedgerError) {
        try LedgerBackup.remove(nil, drill)
        for ending in ["-wal", "-shm", "-journal"] where unlink(partial + ending) != 0 && errno != ENOENT {
            throw DataDirectory.failure("removing", partial + ending)
        }
    }

    /// Whether the open file still has the name: whoever held it before may have given it another just now.
    private static func isNamed(_ name: String, _ descriptor: Int32) -> Bool {
        var (named, open) = (stat(), stat())
        return lstat(name, &named) == 0 && fstat(descriptor, &open) == 0
            && (named.st_ino, named.st_dev) == (open.st_ino, open.st_dev)
    }
}
