/// What goes wrong with a disk, and at which call to it.
struct DiskFault: Sendable, CustomStringConvertible {
    enum Kind: String, Sendable, CaseIterable {
        /// Any call fails with EIO. A sync that fails loses what it was to keep, as Linux does.
        case error
        /// A write stops in the middle and fails.
        case shortWrite
        /// A write stops in the middle because there is no room.
        case full
        /// Power goes: nothing more is taken, and of what was not synced any part may be missing.
        case powerCut
    }

    let kind: Kind
    /// The call that fails, counted from 1 among those that this kind concerns.
    let call: Int
    /// Whether every later call of the kind fails too.
    var isSticky = false
    /// Bytes that reach the disk together or not at all: 512, or 4,096.
    var sector = 512

    var description: String {
        "\(kind.rawValue) at call \(call)\(isSticky ? " and all later" : ""), sectors of \(sector)"
    }

    /// Whether a call counts, and can fail, for this kind.
    func concerns(_ operation: DiskOperation) -> Bool {
        switch kind {
        case .error: true
        case .shortWrite, .full: operation == .write
        case .powerCut: [.write, .truncate, .sync, .delete, .open].contains(operation)
        }
    }
}

/// What SQLite asks of a file system.
enum DiskOperation: Sendable {
    case open, read, write, truncate, sync, delete, access, size, lock, map
}
