internal import CBaselines
internal import Codecs
internal import Glibc
internal import Ledger
internal import Linux

/// Durable entries a second, against a bare C loop that inserts entry, node and outbox rows.
///
/// Both write new ledgers on the file system of the programs, turn by turn. Bodies are values for ours, which
/// writes them in canonical form, hashes them and derives the projections; the C loop gets the bytes.
extension Benchmark {
    static let ledgerAppend = [
        Benchmark(
            key: "ledger.append.group1", bar: .ratioAtLeast(0.7),
            about: """
                durable entries a second, each committed and awaited alone: leaf, tree, outbox and \
                projections, against a C loop that inserts the same entry, node and outbox rows into the \
                same tables, hashed by libcrypto, with as many in a transaction; peer: the same loop on \
                tables without rules and with no index but their keys
                """
        ) {
            try await LedgerRace(parts: 100).result(against: 1) { try await $0.appendInTurn(each: 1) }
        },
        Benchmark(
            key: "ledger.append.group100", bar: .ratioAtLeast(0.7),
            about: "the same with 100 entries in each transaction"
        ) {
            try await LedgerRace(parts: 5_000).result(against: 100) {
                try await $0.appendInTurn(each: 100)
            }
        },
        Benchmark(
            key: "ledger.append.free", bar: .both(.ratioAtLeast(0.7), .valueAtLeast(10_000)),
            about: """
                the same of \(LedgerRace.producers) tasks, each of which appends one entry and waits until it \
                is durable; the C loop commits \(LedgerRace.producers) at once
                """
        ) {
            try await LedgerRace(parts: 10_240).result(against: LedgerRace.producers) {
                try await $0.appendFreely()
            }
        },
    ]
}

/// The same entries through our writer and through the C loop, in turn.
struct LedgerRace: Sendable {
    /// Tasks that append at once; more than any shop has devices.
    static let producers = 512
    private static let pairs = 5

    private let parts: [LedgerPart]

    init(parts count: Int) throws { parts = try (0..<count).map(LedgerPart.init) }

    /// One run's own ledger.
    struct Run: Sendable {
        let writer: LedgerWriter
        let parts: [LedgerPart]
    }

    /// `groupSize`: how many entries the C loop commits at once.
    func result(
        against groupSize: Int, _ ours: (Run) async throws -> Void
    ) async throws -> BenchmarkResult {
        var (rates, limits, bare): ([Double], [Double], [Double]) = ([], [], [])
        let entries = Double(parts.count * LedgerPart.entries)
        let rows = BaselineRows(parts, interleaved: max(1, groupSize / LedgerPart.entries))
        for _ in 0..<Self.pairs {
            let folder = try BenchFolder()
            bare.append(entries / (try rows.append(to: "\(folder.path)/bare.db", group: groupSize)))
            let empty = try LedgerWriter(path: "\(folder.path)/limit", origin: LedgerFixture.origin)
            try await empty.close()
            limits.append(
                entries / (try rows.append(to: empty.directory.database, group: groupSize)))
            let writer = try LedgerWriter(path: "\(folder.path)/ours", origin: LedgerFixture.origin)
            try await writer.append([LedgerPart.opening])
            let began = Condition.monotonicNanoseconds()
            try await ours(Run(writer: writer, parts: parts))
            rates.append(entries * 1e9 / Double(Condition.monotonicNanoseconds() - began))
            try await writer.close()
            Main.say(
                "  C loop: \(Int(limits[limits.count - 1]))/s, with nothing but keys "
                    + "\(Int(bare[bare.count - 1]))/s; ours: \(Int(rates[rates.count - 1]))/s")
        }
        return BenchmarkResult(
            value: rates.median, unit: "entries/s", limit: limits.median,
            ratio: zip(rates, limits).map { $0 / $1 }.median, peer: bare.median)
    }
}

extension LedgerRace.Run {
    /// One task, `count` entries in each transaction. Receipts come in the transaction after the records'.
    func appendInTurn(each count: Int) async throws {
        guard count >= LedgerPart.entries else { return try await appendOneByOne(parts) }
        var confirmed: [(part: LedgerPart, seq: Int64)] = []
        let size = count / LedgerPart.entries
        for start in stride(from: 0, through: parts.count, by: size) {
            let group = parts[start..<min(start + size, parts.count)]
            let entries = try await writer.commit(
                LedgerTransaction(
                    drafts: group.flatMap { [$0.opened, $0.step, $0.record] } + confirmed.map(\.part.receipt),
                    outbox: confirmed.map { $0.part.delivered($0.seq) }))
            let records = entries.filter { $0.kind == .record }
            confirmed = zip(group, records).map { ($0, $1.seq) }
        }
    }

    /// As many tasks as there are producers.
    func appendFreely() async throws {
        let producers = LedgerRace.producers
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            for producer in 0..<producers {
                let own = stride(from: producer, to: parts.count, by: producers).map { parts[$0] }
                tasks.addTask { try await appendOneByOne(own) }
            }
            try await tasks.waitForAll()
        }
    }

    private func appendOneByOne(_ parts: [LedgerPart]) async throws {
        for part in parts {
            try await writer.append([part.opened])
            try await writer.append([part.step])
            let record = try await writer.append([part.record])
            try await writer.commit(
                LedgerTransaction(drafts: [part.receipt], outbox: record.map { part.delivered($0.seq) }))
        }
    }
}
