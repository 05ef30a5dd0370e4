internal import Glibc

/// Puts a new segment in the place of a damaged ledger, so that a crash at any moment leaves either the
/// damaged one, which is salvaged again, or the new one half in place, which the next start finishes.
///
/// ```
/// damaged-2026-11-22T06-40-00Z/            where the damaged one will lie
/// damaged-2026-11-22T06-40-00Z/next.new/   the segment while it is made
/// damaged-2026-11-22T06-40-00Z/next/       the segment once it is whole: from here on it counts
/// ```
struct SegmentSwap {
    let directory: DataDirectory
    /// As seen from the data directory.
    let folder: String

    private static let prefix = "damaged-"

    private var aside: DataDirectory { DataDirectory("\(directory.path)/\(folder)") }
    /// Where the new segment is made.
    var stage: DataDirectory { DataDirectory(aside.path + "/next.new") }
    private var next: DataDirectory { DataDirectory(aside.path + "/next") }

    /// A swap that is to begin at `moment`, UTC as `Timestamp` writes it; removes what an earlier one that
    /// was cut short has left.
    init(in directory: DataDirectory, at moment: String) throws(LedgerError) {
        for folder in try Self.folders(in: directory) {
            let old = SegmentSwap(directory: directory, folder: folder)
            try old.remove(old.stage)
            // A folder in which a damaged ledger lies is not empty, and stays.
            rmdir(old.aside.path)
        }
        let stamp = Self.prefix + String(moment.prefix(19).map { $0 == ":" ? "-" : $0 }) + "Z"
        var folder = stamp
        var number = 2
        while !DataDirectory.isMissing("\(directory.path)/\(folder)") {
            folder = "\(stamp)-\(number)"
            number += 1
        }
        self.init(directory: directory, folder: folder)
    }

    private init(directory: DataDirectory, folder: String) {
        (self.directory, self.folder) = (directory, folder)
    }

    /// Makes the new segment count and puts it in place; it must be whole and closed.
    func commit() throws(LedgerError) {
        for file in [stage.key, stage.lock] where unlink(file) != 0 && errno != ENOENT {
            throw DataDirectory.failure("removing", file)
        }
        // The damaged one lies with what it was signed by, so that it can be looked at as a ledger.
        for (file, name) in [
            (directory.publicKey, aside.publicKey), (directory.checkpoint, aside.checkpoint),
        ] {
            guard let bytes = try DataDirectory.read(file) else { continue }
            try DataDirectory.writeDurably(bytes, to: name, mode: 0o644)
        }
        try DataDirectory.syncFolder(stage.path)
        try Self.move(stage.path, to: next.path)
        try DataDirectory.syncFolder(aside.path)
        try DataDirectory.syncFolder(directory.path)
        try carryOut()
    }

    /// Finishes what a crash has left half in place.
    static func finish(in directory: DataDirectory) throws(LedgerError) {
        for folder in try folders(in: directory) {
            let swap = SegmentSwap(directory: directory, folder: folder)
            guard !DataDirectory.isMissing(swap.next.path) else { continue }
            try swap.carryOut()
        }
    }

    private func carryOut() throws(LedgerError) {
        if !DataDirectory.isMissing(next.database) {
            // What is in the damaged one's place now is the damaged one: the new one comes last.
            for (file, name) in [
                (directory.database + "-wal", aside.database + "-wal"), (directory.database, aside.database),
            ] where !DataDirectory.isMissing(file) { try Self.move(file, to: name) }
            guard unlink(directory.database + "-shm") == 0 || errno == ENOENT else {
                throw DataDirectory.failure("removing", directory.database + "-shm")
            }
            try DataDirectory.syncFolder(aside.path)
            for (file, name) in [
                (next.publicKey, directory.publicKey), (next.checkpoint, directory.checkpoint),
            ] where !DataDirectory.isMissing(file) { try Self.move(file, to: name) }
            try DataDirectory.syncFolder(directory.path)
            try Self.move(next.database, to: directory.database)
            try DataDirectory.syncFolder(directory.path)
        }
        try remove(next)
        try DataDirectory.syncFolder(aside.path)
    }

    private static func move(_ file: String, to name: String) throws(LedgerError) {
        guard rename(file, name) == 0 else { throw DataDirectory.failure("renaming to", name) }
    }

    private func remove(_ stage: DataDirectory) throws(LedgerError) {
        let files =
            ["", "-wal", "-shm"].map { stage.database + $0 }
            + [stage.key, stage.lock, stage.publicKey, stage.checkpoint]
            + [stage.publicKey, stage.checkpoint].map { $0 + ".new" }
        for file in files where unlink(file) != 0 && errno != ENOENT {
            throw DataDirectory.failure("removing", file)
        }
        guard rmdir(stage.path) == 0 || errno == ENOENT else {
            throw DataDirectory.failure("removing", stage.path)
        }
    }

    private static func folders(in directory: DataDirectory) throws(LedgerError) -> [String] {
        guard let stream = opendir(directory.path) else {
            throw DataDirectory.failure("opening the directory", directory.path)
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name.hasPrefix(prefix) { names.append(name) }
        }
        return names.sorted()
    }
}
