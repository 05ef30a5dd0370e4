internal import CBaselines
internal import Codecs
internal import Glibc
internal import Ledger

/// The entries of parts as the C loop takes them.
struct BaselineRows: Sendable {
    private struct Row: Sendable {
        let kind: EntryKind
        let id: String
        let body: [UInt8]
        let sink: String?
        /// Number of the record that a receipt is for; 0 for none.
        let delivers: Int64

        init(_ draft: EntryDraft, delivers: Int64 = 0) {
            (kind, id, body) = (draft.kind, draft.id, CanonicalJSON.bytes(draft.body))
            sink = draft.outbox.first ?? (delivers == 0 ? nil : LedgerPart.sink)
            self.delivers = delivers
        }
    }

    private let rows: [Row]

    /// So many parts at a time: all their openings, all their steps, all their records, all their receipts.
    init(_ parts: [LedgerPart], interleaved: Int) {
        var rows: [Row] = []
        for start in stride(from: 0, to: parts.count, by: interleaved) {
            let group = parts[start..<min(start + interleaved, parts.count)]
            for part in group { rows.append(Row(part.opened)) }
            for part in group { rows.append(Row(part.step)) }
            let first = Int64(rows.count) + 1
            for part in group { rows.append(Row(part.record)) }
            for (index, part) in group.enumerated() {
                rows.append(Row(part.receipt, delivers: first + Int64(index)))
            }
        }
        self.rows = rows
    }

    /// Seconds that the C loop takes to write them to the database `path`, `group` in each transaction.
    ///
    /// A database that is there must be a ledger without entries.
    func append(to path: String, group: Int) throws -> Double {
        var texts: [UnsafeMutablePointer<CChar>?] = []
        defer { for text in texts { free(text) } }
        func text(_ string: String) -> UnsafePointer<CChar>? {
            texts.append(strdup(string))
            return texts.last.flatMap(\.self).map { UnsafePointer($0) }
        }
        let kinds = Dictionary(uniqueKeysWithValues: EntryKind.allCases.map { ($0, text($0.rawValue)) })
        let sink = text(LedgerPart.sink)
        let entries = rows.map { row in
            plumbline_baseline_entry(
                kind: kinds[row.kind] ?? nil, id: text(row.id),
                body: text(String(decoding: row.body, as: UTF8.self)), length: row.body.count,
                sink: row.sink == nil ? nil : sink, delivers: row.delivers)
        }
        guard let ledger = plumbline_baseline_ledger_open(path) else {
            throw BenchmarkError(description: "the C loop cannot make \(path)")
        }
        defer { plumbline_baseline_ledger_close(ledger) }
        let seconds = plumbline_baseline_ledger_append(ledger, entries, entries.count, group)
        guard seconds > 0 else { throw BenchmarkError(description: "the C loop could not insert") }
        return seconds
    }
}
