internal import Codecs
internal import Inspection
package import Ledger
package import Metrology
internal import Transports

/// A ledger put back from a backup, with the entry in it that says so.
package enum RestoredLedger {
    /// Restores as `LedgerRestoration` does and, where the key is there to sign it, enters into the ledger
    /// that it was restored, from when, and what is known to be lost. Throws `LedgerError`.
    package static func put(
        _ path: String, into directory: DataDirectory, key: [UInt8]?, acceptsLoss: Bool,
        time: any TimeSource
    ) async throws -> LedgerRestoration {
        let restored = try LedgerRestoration.restore(
            path, into: directory, key: key, acceptsLoss: acceptsLoss)
        guard restored.hasKey else { return restored }
        let writer = try LedgerWriter(path: directory.path, origin: restored.origin)
        var generator = SystemRandomNumberGenerator()
        let now = time.now()
        let body = AuditEvent.ledgerRestored.body(
            at: Moment(stamp: now, clock: ClockState.ofThisMachine()), station: nil,
            [
                "backup": .string(path), "made_at": .string(restored.madeAt),
                "entries": .number(restored.entries),
                "lost": .number(restored.lost.map { $0.size - restored.entries } ?? 0),
                "lost_checkpoint": .optional(restored.lost?.note),
            ])
        let id = RecordID.make(at: now.utc, using: &generator)
        do {
            try await writer.append([EntryDraft(kind: .audit, id: id, body: body)])
        } catch {
            try await writer.close()
            throw error
        }
        try await writer.close()
        return restored
    }
}
