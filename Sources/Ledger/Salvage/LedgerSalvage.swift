package import Codecs
internal import Glibc

/// Sets a damaged ledger aside and begins the next segment, which names the last good checkpoint of the
/// damaged one and takes over what the gateway needs to go on.
///
/// Only damage is salvaged. A database that is gone or older than what was signed, and a key that is missing
/// or another, stay errors: whoever can provoke them could make a gateway forget
/// (docs/decisions/0016-a-damaged-ledger-is-set-aside.md).
package enum LedgerSalvage {
    /// Makes the entry of a segment: its id, and its body with these members.
    package typealias Entry = (_ members: [String: JSONValue]) -> (id: String, body: JSONValue)

    /// Salvages the ledger in `directory` that opening refused with `error`; `entry` makes the new segment's
    /// first. `moment`: UTC as entries write it.
    ///
    /// Throws `error` itself where nothing that the key signed proves itself; `.rolledBack` where the
    /// database is older than what was signed; and `.corrupt` where nobody has acknowledged yet that the
    /// segment before was set aside: a disk that damages one after the other is no place to go on. Throws
    /// what else hinders it; then nothing has changed.
    package static func perform(
        in directory: DataDirectory, origin name: String, because error: LedgerError, at moment: String,
        entry: Entry
    ) throws(LedgerError) -> LedgerSegment {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        guard error.kind == .corrupt, let pem = try DataDirectory.read(directory.key) else { throw error }
        let ledger = DamagedLedger(directory.database)
        defer { ledger.close() }
        let heads = try KnownHeads(of: ledger, in: directory, name: name, key: try SigningKey(pem: pem))
        guard let heads else { throw error }
        try refuse(ledger, heads, error)
        let carryover = Carryover(from: ledger, provenBy: heads.good, signed: heads.newest.head.size)
        let swap = try SegmentSwap(in: directory, at: moment)
        let origin = "\(name)/\(heads.segment + 1)"
        var members = Self.members(heads, carryover, error)
        members["segment"] = .number(heads.segment + 1)
        members["origin"] = .string(origin)
        members["folder"] = .string(swap.folder)
        members["files"] = .array(try files(of: directory))
        let first = entry(members)
        guard let segment = LedgerSegment(body: first.body) else { throw error }
        try write(
            EntryDraft(kind: .audit, id: first.id, body: first.body, deviceState: carryover.deviceState),
            carryover, from: ledger, into: swap.stage, key: pem, origin: origin)
        ledger.close()
        try swap.commit()
        return segment
    }

    private static func refuse(
        _ ledger: DamagedLedger, _ heads: KnownHeads, _ error: LedgerError
    ) throws(LedgerError) {
        let signed = heads.newest.head.size
        if let newest = ledger.newest, newest < signed {
            throw LedgerError(
                .rolledBack,
                what: "\(signed) entries were signed, the database has \(newest), and is damaged "
                    + "(\(error.what))", place: error.place,
                remedy: "an older copy of the database was put in place: restore the newest backup")
        }
        guard heads.segment > 1,
            ledger.seq(ofID: LedgerSegment.acknowledgement(of: heads.segment)) == nil
        else { return }
        throw LedgerError(
            .corrupt, what: error.what + ", again, and nobody has acknowledged the last time",
            place: error.place,
            remedy: "check the disk of this machine; then restore a backup into another directory")
    }

    private static func members(
        _ heads: KnownHeads, _ carryover: Carryover, _ error: LedgerError
    ) -> [String: JSONValue] {
        func json(_ head: Checkpoint, _ note: String) -> JSONValue {
            [
                "size": .number(head.size), "root": .string(Hex.text(head.root)), "note": .string(note),
            ]
        }
        let isBeyond = heads.newest.head.size > heads.good.head.size
        let runs = carryover.damaged.prefix(1_000).map { run -> JSONValue in
            .string(run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound)-\(run.upperBound)")
        }
        return [
            "reason": .string("\(error.place): \(error.what)"),
            "last_good": json(heads.good.head, heads.goodNote),
            "newest_signed": isBeyond ? json(heads.newest.head, heads.newest.note) : .null,
            "sound_entries": .number(carryover.sound), "damaged_entries": .array(Array(runs)),
            "carried_from": .array(carryover.items.map { .number($0.row.seq) }),
            "device_state": .object(carryover.deviceState),
            "unproven": .array(carryover.unproven.map(JSONValue.string)),
            "unproven_count": .number(carryover.unprovenCount),
            "lost_evidence": .array(carryover.lostEvidence.map(JSONValue.string)),
        ]
    }

    private static func files(of directory: DataDirectory) throws(LedgerError) -> [JSONValue] {
        var out: [JSONValue] = []
        for (name, file) in [
            ("ledger.db", directory.database), ("ledger.db-wal", directory.database + "-wal"),
        ] {
            guard !DataDirectory.isEmpty(file), let sha256 = try FileDigest.hex(of: file) else { continue }
            out.append(["name": .string(name), "sha256": .string(sha256)])
        }
        return out
    }

    private static func write(
        _ first: EntryDraft, _ carryover: Carryover, from ledger: DamagedLedger, into stage: DataDirectory,
        key: [UInt8], origin: String
    ) throws(LedgerError) {
        try stage.create()
        try stage.replace(stage.key, with: key, mode: 0o600)
        let store = try LedgerStore(stage, origin: origin)
        try commit(first, [], to: store)
        for (index, item) in carryover.items.enumerated() {
            let draft = EntryDraft(
                kind: item.row.kind, id: item.row.id, body: item.body,
                evidence: item.evidence.compactMap(ledger.evidence), outbox: item.outbox.map(\.sink))
            let changes = item.outbox.compactMap { waiting -> OutboxChange? in
                let seq = Int64(index + 2)
                return switch waiting.state {
                case "quarantined":
                    OutboxChange(sink: waiting.sink, seq: seq, .quarantined(reason: waiting.reason))
                case "withheld":
                    OutboxChange(sink: waiting.sink, seq: seq, .withheld(reason: waiting.reason))
                default: nil
                }
            }
            try commit(draft, changes, to: store)
        }
        try store.finish()
    }

    private static func commit(
        _ draft: EntryDraft, _ outbox: [OutboxChange], to store: LedgerStore
    ) throws(LedgerError) {
        let prepared = try PreparedTransaction(LedgerTransaction(drafts: [draft], outbox: outbox))
        for result in try store.commit([prepared]) { _ = try result.get() }
    }
}

extension LedgerSalvage {
    /// The first thing that SQLite finds wrong with the whole file; nil where there is nothing.
    ///
    /// Takes as long as reading the file. What a salvage has left half done is finished before. Throws
    /// `.corrupt` where it cannot even be opened.
    package static func firstFinding(in directory: DataDirectory) throws(LedgerError) -> String? {
        let lock = try DirectoryLock(directory)
        defer { withExtendedLifetime(lock) {} }
        // What a crash has left half in place is neither the one ledger nor the other.
        try SegmentSwap.finish(in: directory)
        guard directory.holdsLedger else { return nil }
        let database = try SQLiteDatabase(path: directory.database, mode: .reader)
        defer { database.close() }
        let finding = try database.first("PRAGMA integrity_check(1)") { $0.text(0) }
        return finding == "ok" ? nil : finding ?? "SQLite cannot look through it"
    }
}
