package import Codecs

extension LedgerReader {
    /// Everything that this ledger holds about the part with this serial number, with proofs; nil where it
    /// holds nothing.
    ///
    /// Costs what the part's own entries cost, whatever else the ledger holds. Throws `.unsigned` where no
    /// checkpoint covers all of them yet (the gateway signs one each second), `.invalid` where they are more
    /// than `EvidenceBundle.mostLeaves`; `.corrupt` where hashes or evidence are damaged.
    package func bundle(
        serial: String, madeAt: String, software: JSONValue
    ) throws(LedgerError) -> EvidenceBundle? {
        try snapshot { database throws(LedgerError) in
            let entries = try entries(ofPart: serial, database)
            guard let last = entries.last else { return nil }
            guard entries.count <= EvidenceBundle.mostLeaves else {
                throw LedgerError(
                    .invalid, what: "more than \(EvidenceBundle.mostLeaves) entries are about \(serial)",
                    place: directory.database, remedy: "hand over the ledger itself")
            }
            guard let (size, note) = try database.newestCheckpoint(), size >= last.seq else {
                throw LedgerError(
                    .unsigned, what: "no checkpoint covers entry \(last.seq) yet", place: directory.database,
                    remedy: "start the gateway: it signs what is new within a second")
            }
            var leaves: [EvidenceBundle.Leaf] = []
            for entry in entries {
                let proof = try hashes(provingLeaf: entry.seq - 1, inTreeOf: size, database)
                leaves.append(.init(seq: entry.seq, body: entry.body, proof: proof))
            }
            return EvidenceBundle(
                serial: serial, madeAt: madeAt, software: software, leaves: leaves,
                evidence: try pieces(namedBy: entries, database),
                deliveries: try deliveries(of: entries, database), checkpoint: note)
        }
    }

    /// The private key of this ledger, for whoever may read it.
    package func signingKey() throws(LedgerError) -> SigningKey {
        guard let pem = try DataDirectory.read(directory.key) else {
            throw LedgerError(
                .key, what: "the ledger's key is missing, and a bundle is signed with it",
                place: directory.key, remedy: "make the bundle on the gateway itself, as its user")
        }
        return try SigningKey(pem: pem)
    }

    /// The part's own entries, those of its cycles, and the start of the gateway that each was made under;
    /// one more than may be at most.
    private func entries(ofPart serial: String, _ database: SQLiteDatabase) throws(LedgerError) -> [Entry] {
        let named = try database.rows(
            "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq IN "
                + "(SELECT seq FROM part WHERE serial = ?1 ORDER BY seq LIMIT ?2)",
            [.text(serial), .integer(Int64(EvidenceBundle.mostLeaves) + 1)], database.entry)
        let part = PartEntries(serial: serial, named: named.map(\.body))
        var found = Dictionary(named.map { ($0.seq, $0) }) { first, _ in first }
        let records = Dictionary(named.filter { $0.kind == .record }.map { (ExactText($0.id), $0.seq) }) {
            $1
        }
        for cycle in part.cycles.map(\.description).sorted() {
            for entry in try entries(ofCycle: cycle, upTo: records[ExactText(cycle)], database) {
                found[entry.seq] = entry
            }
        }
        for seq in found.keys {
            if let start = try start(before: seq, database) { found[start.seq] = start }
        }
        return found.values.filter { part.includes($0.body) }.sorted { $0.seq < $1.seq }
    }

    /// The events of a cycle, and what else names it while it ran: refused scans, orphans, writes.
    private func entries(
        ofCycle id: String, upTo record: Int64?, _ database: SQLiteDatabase
    ) throws(LedgerError) -> [Entry] {
        let events = try database.rows(
            "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq IN "
                + "(SELECT seq FROM cycle_event WHERE cycle = ?1 ORDER BY seq LIMIT ?2)",
            [.text(id), .integer(Int64(EvidenceBundle.mostLeaves) + 1)], database.entry)
        guard let first = events.map(\.seq).min(), let last = events.map(\.seq).max() else { return [] }
        return try events
            + database.rows(
                "SELECT \(SQLiteDatabase.entryColumns) FROM entry WHERE seq BETWEEN ?1 AND ?2 "
                    + "AND kind = 'audit' AND instr(body, ?3) > 0 LIMIT ?4",
                [
                    .integer(first), .integer(max(last, record ?? last)), .text("\"\(id)\""),
                    .integer(Int64(EvidenceBundle.mostLeaves) + 1),
                ], database.entry)
    }

    private func start(before seq: Int64, _ database: SQLiteDatabase) throws(LedgerError) -> Entry? {
        try database.first(
            "SELECT \(SQLiteDatabase.entryColumns) FROM entry INDEXED BY entry_gateway_started "
                + "WHERE kind = 'audit' AND instr(body, '\"event\":\"gateway.started\"') > 0 AND seq < ?1 "
                // The index takes any entry in which these words stand anywhere.
                + "AND json_valid(body) AND body ->> '$.event' = 'gateway.started' "
                + "ORDER BY seq DESC LIMIT 1", [.integer(seq)], database.entry)
    }

    /// What the entries name by hash. Throws `.corrupt` where evidence is missing that was written with one
    /// of them; a plan's or profile's text may never have been there.
    private func pieces(
        namedBy entries: [Entry], _ database: SQLiteDatabase
    ) throws(LedgerError) -> [EvidenceBundle.Piece] {
        let kept = Set(entries.flatMap { PartEntries.evidence(in: $0.body) })
        var pieces: [EvidenceBundle.Piece] = []
        for hash in Set(entries.flatMap { PartEntries.hashes(in: $0.body) }).sorted() {
            if let bytes = try evidence(sha256: hash, database) {
                pieces.append(.init(sha256: hash, bytes: bytes))
            } else if kept.contains(hash) {
                throw LedgerError(
                    .corrupt, what: "evidence \(hash), which entries of the part name, is missing",
                    place: directory.database,
                    remedy: "run `plumbline ledger verify`, then restore the newest backup")
            }
        }
        return pieces
    }

    private func deliveries(
        of entries: [Entry], _ database: SQLiteDatabase
    ) throws(LedgerError) -> [EvidenceBundle.Delivery] {
        let sinks = try sinks(database)
        var all: [EvidenceBundle.Delivery] = []
        for entry in entries where entry.kind == .record {
            for sink in sinks {
                let row = try database.first(
                    "SELECT state, attempts, last_error FROM outbox WHERE sink = ?1 AND seq = ?2",
                    [.text(sink), .integer(entry.seq)]
                ) { (OutboxState(rawValue: $0.text(0)), $0.integer(1), $0.optionalText(2)) }
                guard let (state, attempts, lastError) = row else { continue }
                guard let state, (0...OutboxItem.mostAttempts).contains(attempts) else {
                    throw LedgerError(
                        .corrupt, what: "the outbox says of a delivery to \(sink) what no gateway writes",
                        place: database.path,
                        remedy: "run `plumbline ledger verify`, then restore the newest backup")
                }
                all.append(
                    .init(
                        record: entry.id, sink: sink, state: state, attempts: attempts, lastError: lastError))
            }
        }
        return all
    }

    /// Every sink that something was ever put in front of, found one by one: the outbox may be long.
    private func sinks(_ database: SQLiteDatabase) throws(LedgerError) -> [String] {
        var sinks: [String] = []
        while let next = try database.first(
            "SELECT min(sink) FROM outbox WHERE sink > ?1", [.text(sinks.last ?? "")],
            { $0.optionalText(0) }), let sink = next
        {
            sinks.append(sink)
        }
        return sinks
    }
}
