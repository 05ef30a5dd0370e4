internal import Codecs

/// The statements that both the writer and the readers of a ledger use.
extension SQLiteDatabase {
    static let entryColumns = "seq, kind, id, body, leaf_hash"

    func entryCount() throws(LedgerError) -> Int64 {
        try first("SELECT coalesce(max(seq), 0) FROM entry") { $0.integer(0) } ?? 0
    }

    func entry(id: String) throws(LedgerError) -> Entry? {
        try first("SELECT \(Self.entryColumns) FROM entry WHERE id = ?1", [.text(id)], entry)
    }

    func entry(seq: Int64) throws(LedgerError) -> Entry? {
        try first("SELECT \(Self.entryColumns) FROM entry WHERE seq = ?1", [.integer(seq)], entry)
    }

    /// The entry in a row of `entryColumns`. Throws `.corrupt` where its body is no JSON.
    func entry(_ row: SQLiteRow) throws(LedgerError) -> Entry {
        let bytes = row.bytes(3)
        // Where the JSON ends being any is what verifying says; here the entry is damaged as a whole.
        guard let kind = EntryKind(rawValue: row.text(1)), let body = try? JSONParser.parse(bytes) else {
            throw LedgerError(
                .corrupt, what: "entry \(row.integer(0)) cannot be read", place: path,
                remedy: "run `plumbline ledger verify`, then restore the newest backup")
        }
        return Entry(
            seq: row.integer(0), kind: kind, id: row.text(2), body: body, bytes: bytes, leafHash: row.bytes(4)
        )
    }

    func newestCheckpoint() throws(LedgerError) -> (size: Int64, note: String)? {
        try first("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1") {
            ($0.integer(0), $0.text(1))
        }
    }

    /// The stored hashes of the complete subtrees of the first `size` leaves; fewer where some are missing.
    func peaks(ofSize size: Int64) throws(LedgerError) -> [[UInt8]] {
        try hashes(of: MerkleTree.peaks(ofSize: size))
    }

    /// The stored hashes of these subtrees; fewer where some are missing.
    func hashes(of subtrees: [MerklePosition]) throws(LedgerError) -> [[UInt8]] {
        var out: [[UInt8]] = []
        for position in subtrees {
            let hash =
                position.level == 0
                ? try first("SELECT leaf_hash FROM entry WHERE seq = ?1", [.integer(position.index + 1)]) {
                    $0.bytes(0)
                }
                : try first(
                    "SELECT hash FROM node WHERE level = ?1 AND position = ?2",
                    [.integer(Int64(position.level)), .integer(position.index)]
                ) { $0.bytes(0) }
            if let hash { out.append(hash) }
        }
        return out
    }

    /// The root over the first `size` leaves from the stored hashes; nil where some are missing.
    func root(ofSize size: Int64) throws(LedgerError) -> [UInt8]? {
        MerkleFrontier(size: size, peaks: try peaks(ofSize: size))?.root
    }

    private static let openRow = "WHERE sink = ?1 AND seq = ?2 AND state <> 'delivered'"
    private static let counted = "attempts = min(max(attempts, 0), \(OutboxItem.mostAttempts - 1)) + 1"
    /// Run once for every record: its text is put together once.
    private static let deliver =
        "UPDATE outbox SET state = 'delivered', \(counted), next_attempt_at = NULL, "
        + "last_error = NULL, receipt = (SELECT seq FROM entry WHERE id = ?3 AND kind = 'receipt') "
        + "\(openRow) AND EXISTS (SELECT 1 FROM entry WHERE id = ?3 AND kind = 'receipt')"

    /// Throws `.invalid` where nothing waits for that sink under that number, or the receipt is missing.
    func apply(_ change: OutboxChange) throws(LedgerError) {
        let key: [SQLiteValue] = [.text(change.sink), .integer(change.seq)]
        let (row, counted) = (Self.openRow, Self.counted)
        let changed =
            switch change.change {
            case .delivered(let receipt):
                try run(Self.deliver, key + [.text(receipt)])
            case .postponed(let reason, let nextAttemptAt):
                try run(
                    "UPDATE outbox SET state = 'pending', \(counted), next_attempt_at = ?3, "
                        + "last_error = ?4 \(row)", key + [.integer(nextAttemptAt), .text(reason)])
            case .quarantined(let reason):
                try run(
                    "UPDATE outbox SET state = 'quarantined', \(counted), "
                        + "next_attempt_at = NULL, last_error = ?3 \(row)", key + [.text(reason)])
            case .withheld(let reason):
                try run(
                    "UPDATE outbox SET state = 'withheld', \(counted), "
                        + "next_attempt_at = NULL, last_error = ?3 \(row)", key + [.text(reason)])
            case .released:
                try run("UPDATE outbox SET state = 'pending', next_attempt_at = NULL \(row)", key)
            }
        guard changed == 1 else {
            throw LedgerError(
                .invalid, what: "entry \(change.seq) does not wait for sink \(change.sink)", place: path,
                remedy: "look at `plumbline outbox status`")
        }
    }
}
