internal import Codecs
internal import Glibc
internal import Ledger

/// `ledger-appender DIR PREFIX` appends to the ledger in DIR until it is killed, and prints a line for each
/// entry once it is acknowledged: the program that tests kill at any moment.
///
/// Its first line is its process number. It ends with 74 and a reason where the ledger fails.
@main
struct Main {
    static func main() async {
        let words = CommandLine.arguments
        guard words.count == 3 else { return refuse("usage: ledger-appender DIR PREFIX") }
        say("\(getpid())")
        do throws(LedgerError) {
            let writer = try LedgerWriter(path: words[1], origin: "plumbline/plant-1/bench-pc-07")
            await withTaskGroup(of: Void.self) { group in
                for worker in 1...2 {
                    group.addTask { await work(writer, "\(words[2])-\(worker)") }
                }
            }
        } catch {
            refuse("\(error)")
        }
    }

    private static func work(_ writer: LedgerWriter, _ name: String) async {
        for number in 1... {
            do throws(LedgerError) {
                let id = "r\(name)-\(number)"
                let record = try await append(
                    writer, EntryDraft(kind: .record, id: id, body: body(id), outbox: ["qms"]))
                let receipt = EntryDraft(
                    kind: .receipt, id: "p\(record.id)",
                    body: [
                        "schema": "plumbline.receipt/1", "record": .string(record.id), "sink": "qms",
                        "sha256": .string(SHA256Digest.hex(of: record.bytes)),
                    ])
                let done = OutboxChange(sink: "qms", seq: record.seq, .delivered(receipt: receipt.id))
                _ = try await append(writer, receipt, done)
            } catch {
                return refuse("\(error)")
            }
        }
    }

    private static func body(_ id: String) -> JSONValue {
        [
            "schema": "plumbline.inspection/1", "id": .string(id), "part": ["serial": "SA10197"],
            "result": "PASS",
        ]
    }

    private static func append(
        _ writer: LedgerWriter, _ draft: EntryDraft, _ change: OutboxChange? = nil
    ) async throws(LedgerError) -> Entry {
        let entries = try await writer.commit(
            LedgerTransaction(drafts: [draft], outbox: change.map { [$0] } ?? []))
        for entry in entries {
            say("\(entry.id) \(entry.seq) \(Hex.text(entry.leafHash))")
        }
        return entries[0]
    }

    /// One line in one call, so that a kill leaves a whole one or none.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        write(STDOUT_FILENO, bytes, bytes.count)
    }

    private static func refuse(_ why: String) {
        say("failed: \(why)")
        exit(74)
    }
}
