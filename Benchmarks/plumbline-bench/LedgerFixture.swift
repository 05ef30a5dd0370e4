internal import Glibc
internal import Ledger

/// A ledger of many entries, made once by whichever measurement asks first.
///
/// `PLUMBLINE_LEDGERS=DIR` keeps it there and takes it from there; `PLUMBLINE_ENTRIES=N` makes the larger one
/// of the two other than 1,000,000.
final class LedgerFixture: Sendable {
    static let origin = "plumbline/plant-1/bench-pc-07"

    /// The data directory.
    let path: String
    let parts: Int
    /// Kept until this goes.
    private let folder: BenchFolder?

    var entries: Int { parts * LedgerPart.entries + 1 }

    static let large = SharedMeasurement { try await LedgerFixture(entries: largest) }
    static let small = SharedMeasurement { try await LedgerFixture(entries: 100_000) }

    private static let largest = getenv("PLUMBLINE_ENTRIES").flatMap { Int(String(cString: $0)) } ?? 1_000_000

    private init(entries: Int) async throws {
        parts = entries / LedgerPart.entries
        if let kept = getenv("PLUMBLINE_LEDGERS") {
            folder = nil
            path = String(cString: kept) + "/\(entries)"
            // One that was kept whole says so by its number of entries.
            let reader = DataDirectory(path).holdsLedger ? try LedgerReader(path: path) : nil
            if let reader, try reader.size() == self.entries { return }
        } else {
            let folder = try BenchFolder()
            self.folder = folder
            path = folder.path + "/data"
        }
        Main.say("  making a ledger of \(entries) entries")
        let writer = try LedgerWriter(path: path, origin: Self.origin)
        try await writer.append([LedgerPart.opening])
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for worker in 0..<Self.workers {
                tasks.addTask { [parts] in try await Self.fill(writer, parts, worker) }
            }
            try await tasks.waitForAll()
        }
        try await writer.close()
    }

    private static let workers = 4
    private static let partsAtOnce = 250

    private static func fill(_ writer: LedgerWriter, _ parts: Int, _ worker: Int) async throws {
        for start in stride(from: worker * partsAtOnce, to: parts, by: workers * partsAtOnce) {
            let group = try (start..<min(start + partsAtOnce, parts)).map(LedgerPart.init)
            let entries = try await writer.append(group.flatMap { [$0.opened, $0.step, $0.record] })
            let records = entries.filter { $0.kind == .record }
            try await writer.commit(
                LedgerTransaction(
                    drafts: group.map(\.receipt),
                    outbox: zip(group, records).map { $0.delivered($1.seq) }))
        }
    }

    /// `count` serial numbers out of the whole ledger.
    func serials(_ count: Int) -> [String] {
        (0..<count).map { LedgerPart.serial($0 * parts / count) }
    }
}
