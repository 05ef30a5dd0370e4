internal import Codecs
internal import Inspection
package import Ledger
package import Metrology
internal import Transports

/// A ledger put back from a backup, with the entry in it that says so.
package enum RestoredLedger {
    /// Restores as `LedgerRestoration` does, and enters into the ledger that it was restored, from when, and
    /// what is known to be lost or unsigned.
    package static func put(
        _ path: String, into directory: DataDirectory, key: [UInt8]?,
        accepting: LedgerRestoration.Acceptance, time: any TimeSource
    ) throws(LedgerError) -> LedgerRestoration {
        try LedgerRestoration.restore(path, into: directory, key: key, accepting: accepting) { restored in
            var generator = SystemRandomNumberGenerator()
            let now = time.now()
            let body = AuditEvent.ledgerRestored.body(
                at: Moment(stamp: now, clock: ClockState.ofThisMachine()), station: nil,
                [
                    "backup": .string(path), "made_at": .string(restored.madeAt),
                    "entries": .number(restored.entries), "unsigned": .number(restored.unsigned),
                    "lost": .number(restored.lost.map { $0.size - restored.entries } ?? 0),
                    "lost_checkpoint": .optional(restored.lost?.note),
                ])
            return EntryDraft(kind: .audit, id: RecordID.make(at: now.utc, using: &generator), body: body)
        }
    }
}
