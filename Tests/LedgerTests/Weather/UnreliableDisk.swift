import CSQLite
import Glibc
import Judging
import Linux

/// A disk under SQLite that fails when it is told to; everything else it hands to the real one.
///
/// Beside the real files it keeps what of them a power cut would leave. Real syncs are left out: no test
/// takes the power from the machine.
final class UnreliableDisk: Sendable {
    /// What becomes of a call.
    enum Verdict { case proceed, fail, cutShort }

    private struct State {
        var files: [String: UnsyncedFile] = [:]
        var numbers: SeededRandom
        var calls = 0
        var hasStruck = false
        var isOff = false
    }

    let fault: DiskFault
    /// Where the files lie, and where they are put as a power cut leaves them.
    private let folder: String
    private let wreck: String
    private let state: Guarded<State>

    init(_ fault: DiskFault, folder: String, wreck: String, seed: UInt64) {
        (self.fault, self.folder, self.wreck) = (fault, folder, wreck)
        state = Guarded(State(numbers: SeededRandom(seed: seed)))
    }

    /// Whether the fault happened.
    var hasStruck: Bool { state.withLock { $0.hasStruck } }

    /// What to do with a call; `change` is what it would do to the file `path`.
    func verdict(
        _ operation: DiskOperation, _ path: String, _ change: UnsyncedFile.Change? = nil
    ) -> Verdict {
        state.withLock { state in
            if state.isOff { return .fail }
            guard strikes(operation, &state) else {
                note(operation, path, change, &state)
                return .proceed
            }
            switch fault.kind {
            case .error:
                if operation == .sync { state.files[path]?.failSync(sector: fault.sector, &state.numbers) }
                return .fail
            case .shortWrite, .full:
                if case .write(let place, let bytes) = change {
                    state.files[path]?.add(.write(at: place, Array(bytes.prefix(bytes.count / 2))))
                }
                return .cutShort
            case .powerCut:
                if let change { state.files[path]?.add(change) }
                leaveWreck(&state)
                state.isOff = true
                return .fail
            }
        }
    }

    /// What SQLite is told of a call that failed.
    func code(_ operation: DiskOperation) -> Int32 {
        let detail: Int32
        switch operation {
        case .open: return SQLITE_CANTOPEN
        case .write where fault.kind == .full: return SQLITE_FULL
        case .read: detail = 1
        case .write: detail = 3
        case .sync: detail = 4
        case .truncate: detail = 6
        case .size: detail = 7
        case .delete: detail = 10
        case .access: detail = 13
        case .lock: detail = 15
        case .map: detail = 21
        }
        return SQLITE_IOERR | detail << 8
    }

    /// A file was opened, and made where it was missing.
    func opened(_ path: String) {
        state.withLock { state in
            if state.files[path] == nil || state.files[path]?.isDeleted == true {
                state.files[path] = UnsyncedFile()
            }
        }
    }

    /// Puts the files into the folder of wrecks as a power cut would leave them now.
    func cutPower() { state.withLock { leaveWreck(&$0) } }

    private func strikes(_ operation: DiskOperation, _ state: inout State) -> Bool {
        guard fault.concerns(operation) else { return false }
        state.calls += 1
        guard state.calls == fault.call || (fault.isSticky && state.calls > fault.call) else { return false }
        state.hasStruck = true
        return true
    }

    private func note(
        _ operation: DiskOperation, _ path: String, _ change: UnsyncedFile.Change?, _ state: inout State
    ) {
        if let change { state.files[path]?.add(change) }
        switch operation {
        case .sync:
            state.files[path]?.sync()
            // SQLite syncs the folder with the first sync of a log or journal that it made.
            if !path.hasSuffix(".db") { syncFolder(&state) }
        case .delete: state.files[path]?.isDeleted = true
        default: break
        }
    }

    /// A deletion that SQLite wants to be durable at once.
    func syncFolder() { state.withLock { syncFolder(&$0) } }

    private func syncFolder(_ state: inout State) {
        state.files = state.files.filter { !$0.value.isDeleted }
        for path in Array(state.files.keys) { state.files[path]?.isListed = true }
    }

    private func leaveWreck(_ state: inout State) {
        mkdir(wreck, 0o700)
        for (path, file) in state.files.sorted(by: { $0.key < $1.key }) {
            let mayBeGone = !file.isListed || file.isDeleted
            let bytes = file.afterPowerCut(sector: fault.sector, &state.numbers)
            if mayBeGone, Bool.random(using: &state.numbers) { continue }
            Self.write(bytes, to: wreck + path.dropFirst(folder.utf8.count))
        }
        // These are written by the ledger itself, each synced and renamed into place.
        for name in ["ledger.key", "ledger.pub", "checkpoint"] {
            guard let bytes = Self.read("\(folder)/\(name)") else { continue }
            Self.write(bytes, to: "\(wreck)/\(name)")
        }
    }

    private static func read(_ path: String) -> [UInt8]? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes.prefix(count))
    }

    private static func write(_ bytes: [UInt8], to path: String) {
        guard let file = fopen(path, "w") else { return }
        defer { fclose(file) }
        fwrite(bytes, 1, bytes.count, file)
    }
}
