import Codecs
import Ledger
import Linux
import Testing

/// Work on a ledger whose disk fails, and what the ledger acknowledged of it.
final class StormyWork: Sendable {
    struct Promises {
        /// What was acknowledged: the sequence number and bytes of each id.
        var entries: [String: Entry] = [:]
        /// Ids of everything that was tried.
        var attempted: Set<String> = []
        /// The records whose delivery was acknowledged, by sequence number.
        var delivered: Set<Int64> = []
        /// The first failure that ended the work.
        var failure: LedgerError?
        /// Answers of a ledger that had failed before and still took something.
        var falsely: [String] = []
    }

    static let origin = "plumbline/plant-1/bench-pc-07"
    /// More rounds than any fault takes to strike.
    private static let mostRounds = 200

    private let promises = Guarded(Promises())
    private let path: String
    private let disk: UnreliableDisk
    /// What SQLite knows the disk by.
    private let layer: String

    /// `disk` must stay registered while the work goes on.
    init(path: String, disk: RegisteredDisk) {
        (self.path, self.disk, layer) = (path, disk.disk, disk.name)
    }

    var result: Promises { promises.withLock { $0 } }

    /// Opens the ledger, works in it and closes it, again and again until the fault has struck.
    func run() async {
        for round in 1...Self.mostRounds where !disk.hasStruck {
            let writer: LedgerWriter
            do throws(LedgerError) {
                writer = try LedgerWriter(path: path, origin: Self.origin, vfs: layer, logPages: 40)
            } catch {
                promises.withLock { $0.failure = error }
                return
            }
            await withTaskGroup(of: Void.self) { group in
                for worker in 1...2 {
                    group.addTask { await self.work(writer, "\(round)-\(worker)") }
                }
            }
            do throws(LedgerError) { try await writer.close() } catch {
                promises.withLock { $0.failure = $0.failure ?? error }
            }
            if promises.withLock({ $0.failure != nil }) { return }
        }
    }

    private func work(_ writer: LedgerWriter, _ name: String) async {
        for number in 1...5 {
            do throws(LedgerError) {
                let record = try await append(writer, "r\(name)-\(number)")
                try await settle(writer, record, number)
            } catch {
                promises.withLock { $0.failure = $0.failure ?? error }
                await askOnceMore(writer, error)
                return
            }
        }
    }

    private func append(_ writer: LedgerWriter, _ id: String) async throws(LedgerError) -> Entry {
        let curve = Array("curve of \(id)".utf8)
        let body: JSONValue = [
            "schema": "plumbline.inspection/1", "id": .string(id), "part": ["serial": "SA10197"],
            "result": "PASS", "evidence": [.string(SHA256Digest.hex(of: curve))],
        ]
        let drafts = [
            Scratch.audit("a\(id)", event: "cycle.opened", cycle: id),
            EntryDraft(kind: .record, id: id, body: body, evidence: [curve], outbox: ["qms"]),
        ]
        promises.withLock { $0.attempted.formUnion(drafts.map(\.id)) }
        let entries = try await writer.append(drafts)
        promises.withLock { for entry in entries { $0.entries[entry.id] = entry } }
        return entries[1]
    }

    /// What a courier does with the record afterwards.
    private func settle(
        _ writer: LedgerWriter, _ record: Entry, _ number: Int
    ) async throws(LedgerError) {
        if number % 3 == 0 {
            try await writer.commit(
                LedgerTransaction(outbox: [
                    OutboxChange(
                        sink: "qms", seq: record.seq, .postponed(reason: "no answer", nextAttemptAt: 1))
                ]))
            return
        }
        let receipt = Scratch.receipt("p\(record.id)", for: record)
        promises.withLock { _ = $0.attempted.insert(receipt.id) }
        let change = OutboxChange(sink: "qms", seq: record.seq, .delivered(receipt: receipt.id))
        let entries = try await writer.commit(LedgerTransaction(drafts: [receipt], outbox: [change]))
        promises.withLock {
            for entry in entries { $0.entries[entry.id] = entry }
            $0.delivered.insert(record.seq)
        }
    }

    /// A ledger that failed for good takes nothing more.
    private func askOnceMore(_ writer: LedgerWriter, _ error: LedgerError) async {
        guard error.isFatal else { return }
        promises.withLock { _ = $0.attempted.insert("late") }
        do throws(LedgerError) {
            try await writer.append([Scratch.draft("late")])
            promises.withLock { $0.falsely.append("an append after: \(error)") }
        } catch {
            guard error.kind != .failed else { return }
            promises.withLock { $0.falsely.append("an append after a failure was answered: \(error)") }
        }
    }
}

extension StormyWork.Promises {
    /// Whatever of the promises the ledger at `path` does not keep, in words; opens it as a start does.
    func broken(at path: String) async -> [String] {
        var out = falsely
        do throws(LedgerError) {
            let writer = try LedgerWriter(path: path, origin: StormyWork.origin)
            let reader = writer.reader
            let stored = try reader.entries(limit: 100_000)
            let byID = Dictionary(stored.map { ($0.id, $0) }, uniquingKeysWith: { $1 })
            for (id, entry) in entries where byID[id] != entry {
                out.append("\(id) was acknowledged and is \(byID[id] == nil ? "gone" : "another")")
            }
            for entry in stored where !attempted.contains(entry.id) { out.append("\(entry.id) is new") }
            let done = try reader.outbox(sink: "qms", state: .delivered, limit: 100_000).map(\.seq)
            for seq in delivered.subtracting(done) { out.append("the delivery of entry \(seq) is forgotten") }
            out += try reader.verify().mismatches
            try await writer.append([Scratch.draft("after the storm")])
            try await writer.close()
            out += try LedgerReader(path: path).verify().mismatches
        } catch {
            out.append("the ledger does not start again: \(error)")
        }
        return out
    }
}
