internal import Glibc
internal import Ledger

/// A file that holds room on the ledger's disk, and is removed when nothing else is left.
struct DiskReserve: Sendable {
    private let directory: DataDirectory

    init(_ directory: DataDirectory) { self.directory = directory }

    /// What the file system of the data directory says now; nil where it cannot be asked.
    func look(mostLedger: Int64? = nil) -> SpaceGauge.Look? {
        var disk = statvfs()
        guard statvfs(directory.path, &disk) == 0 else { return nil }
        // As df reckons: what only root may use is neither free nor part of the whole.
        let block = Int64(disk.f_frsize)
        let used = Int64(disk.f_blocks) - Int64(disk.f_bfree)
        let free = Int64(disk.f_bavail)
        let ledger = ["", "-wal"].reduce(Int64(0)) { $0 + Self.size(directory.database + $1) }
        return SpaceGauge.Look(
            total: (used + free) * block, free: free * block, ledger: ledger, mostLedger: mostLedger)
    }

    /// Makes the reserve where there is none; false where there is no room for it.
    func hold() -> Bool {
        if Self.size(directory.reserve) >= SpaceGauge.reserve { return true }
        let descriptor = open(directory.reserve, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        // Blocks, not a hole: a file of zeros that takes no room keeps none.
        if posix_fallocate(descriptor, 0, off_t(SpaceGauge.reserve)) == 0 { return true }
        release()
        return false
    }

    /// Gives the room free.
    func release() {
        // It may not be there; where it cannot be removed there is no room to be had.
        unlink(directory.reserve)
    }

    /// Gives the room free before the ledger is opened, where little is left.
    func makeRoom() {
        guard let look = look(), look.left < SpaceGauge.leastLeft else { return }
        release()
    }

    private static func size(_ file: String) -> Int64 {
        var status = stat()
        return stat(file, &status) == 0 ? Int64(status.st_blocks) * 512 : 0
    }
}
