import Judging

/// A file as a disk holds it: what is there for certain, and what a power cut may still take.
struct UnsyncedFile {
    enum Change {
        case write(at: Int, [UInt8])
        case truncate(Int)
    }

    private var durable: [UInt8] = []
    private var changes: [Change] = []
    /// Whether the folder's entry of the file is on the disk.
    var isListed = false
    /// Whether it was deleted, and the folder not synced since.
    var isDeleted = false

    mutating func add(_ change: Change) { changes.append(change) }

    /// What was written is on the disk.
    mutating func sync() {
        for change in changes { Self.apply(change, to: &durable) }
        changes = []
    }

    /// A sync failed: some of what was written is on the disk, and the rest never will be, whatever later
    /// syncs say (Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020).
    mutating func failSync(sector: Int, _ numbers: inout SeededRandom) {
        durable = afterPowerCut(sector: sector, &numbers)
        changes = []
    }

    /// One of the contents that a power cut may leave: each sector of each change is there or is not.
    func afterPowerCut(sector: Int, _ numbers: inout SeededRandom) -> [UInt8] {
        var bytes = durable
        // Half of the cuts take whole stretches, as a disk's queue does; the others any sector.
        let odds = [1, 8, 15][Int.random(in: 0..<3, using: &numbers)]
        for change in changes {
            switch change {
            case .truncate:
                if Bool.random(using: &numbers) { Self.apply(change, to: &bytes) }
            case .write(let start, let written):
                for (place, piece) in Self.sectors(written, at: start, sector)
                where Int.random(in: 0..<16, using: &numbers) < odds {
                    Self.apply(.write(at: place, piece), to: &bytes)
                }
            }
        }
        return bytes
    }

    private static func sectors(
        _ bytes: [UInt8], at start: Int, _ sector: Int
    ) -> [(place: Int, piece: [UInt8])] {
        var out: [(place: Int, piece: [UInt8])] = []
        var offset = 0
        while offset < bytes.count {
            let count = min(sector - (start + offset) % sector, bytes.count - offset)
            out.append((start + offset, Array(bytes[offset..<offset + count])))
            offset += count
        }
        return out
    }

    private static func apply(_ change: Change, to bytes: inout [UInt8]) {
        switch change {
        case .truncate(let size):
            if size < bytes.count { bytes.removeLast(bytes.count - size) }
        case .write(let start, let written):
            let end = start + written.count
            if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
            bytes.replaceSubrange(start..<end, with: written)
        }
    }
}
