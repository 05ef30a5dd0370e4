/// Verifies a ledger little by little while its daemon writes it: every body, leaf and node, every signed
/// checkpoint, every piece of evidence that was there when the round began.
///
/// Each step reads a page in a short transaction of its own connection, so that the write-ahead log never
/// waits for it; what is kept between steps is the right edge of the tree. Entries never change, so that
/// pages of different moments are those of one ledger. `LedgerReader.verify` does more: SQLite's own check
/// of the file, the schema, and the tables that are made from the entries.
package struct LedgerPatrol {
    /// How far a round is.
    package struct Report: Sendable, Equatable {
        /// Entries that were verified so far, of `total`.
        package internal(set) var entries: Int64 = 0
        package internal(set) var total: Int64 = 0
        package internal(set) var evidence: Int64 = 0
        /// What does not agree, in plain words: the first of `findingCount`.
        package private(set) var findings: [String] = []
        package private(set) var findingCount: Int64 = 0

        /// A damaged ledger may disagree everywhere; an entry and a page have room for these.
        package static let mostFindings = 20

        /// Of a round that has not begun.
        package init() {}

        mutating func add(_ finding: String) {
            findingCount += 1
            if findings.count < Self.mostFindings { findings.append(finding) }
        }
    }

    private enum Phase { case entries, evidence(after: [UInt8]), over }

    /// Entries of one step: some megabytes of bodies at most, and milliseconds.
    private static let entriesOfStep: Int64 = 200
    /// Pieces of evidence of one step, each of which may be a curve.
    private static let piecesOfStep = 20

    package private(set) var report = Report()
    private let reader: LedgerReader
    private let key: SigningKey
    private var frontier = MerkleFrontier()
    private var phase = Phase.entries

    /// Begins a round over the ledger in the directory at `path`. Throws where it cannot be read.
    package init(path: String) throws(LedgerError) {
        reader = try LedgerReader(path: path)
        guard let pem = try DataDirectory.read(reader.directory.publicKey) else {
            throw LedgerError(
                .key, what: "the public key is missing", place: reader.directory.publicKey,
                remedy: "start the gateway once: it makes the file from the private key")
        }
        key = try SigningKey(publicPEM: pem)
        report.total = try reader.size()
    }

    /// Whether everything has been looked at.
    package var isOver: Bool { if case .over = phase { true } else { false } }

    /// Looks at the next page. What cannot be read is a finding as well, and ends the round.
    package mutating func step() {
        do throws(LedgerError) {
            switch phase {
            case .entries: try stepEntries()
            case .evidence(let last): try stepEvidence(after: last)
            case .over: break
            }
        } catch {
            report.add("after entry \(frontier.size): \(error.what)")
            phase = .over
        }
    }

    private mutating func stepEntries() throws(LedgerError) {
        let (first, last) = (frontier.size, min(report.total, frontier.size + Self.entriesOfStep))
        let sql = "SELECT seq, body, leaf_hash FROM entry WHERE seq > ?1 AND seq <= ?2 ORDER BY seq"
        // Out of this value while the transaction runs: what it hands out may not change it twice at once.
        var (frontier, report) = (frontier, report)
        let key = key
        try reader.snapshot { database throws(LedgerError) in
            let notes = try database.rows(
                "SELECT size, note FROM checkpoint WHERE size > ?1 AND size <= ?2",
                [.integer(first), .integer(last)]
            ) { ($0.integer(0), $0.text(1)) }
            let heads = Dictionary(notes, uniquingKeysWith: { $1 })
            try database.forEach(sql, [.integer(first), .integer(last)]) { row throws(LedgerError) in
                guard row.integer(0) == frontier.size + 1 else { return false }
                try Self.check(row, &frontier, &report, in: database)
                if let note = heads[frontier.size] { Self.check(note, frontier, &report, by: key) }
                return true
            }
        }
        (self.frontier, self.report) = (frontier, report)
        self.report.entries = frontier.size
        guard frontier.size == last else {
            throw LedgerError(
                .corrupt, what: "entry \(frontier.size + 1) is missing", place: reader.directory.database,
                remedy: "")
        }
        if last == report.total { phase = .evidence(after: []) }
    }

    private static func check(
        _ row: SQLiteRow, _ frontier: inout MerkleFrontier, _ report: inout Report,
        in database: SQLiteDatabase
    ) throws(LedgerError) {
        // The tree goes on with the stored hash: one body that changed is then one finding, and whether the
        // hash is the right one is told by what was signed over it.
        let leaf = row.bytes(2)
        if MerkleTree.leafHash(row.bytes(1)) != leaf {
            report.add("entry \(frontier.size + 1): the body is not the one that its hash was made of")
        }
        for (position, hash) in frontier.append(leafHash: leaf)
        where try database.hashes(of: [position]) != [hash] {
            report.add(
                "node \(position.level)/\(position.index): missing, or not the hash of what is below it")
        }
    }

    private static func check(
        _ note: String, _ frontier: MerkleFrontier, _ report: inout Report, by key: SigningKey
    ) {
        guard let head = key.checkpoint(verifiedFrom: note) else {
            return report.add(
                "checkpoint \(frontier.size): the signature is not one of the ledger's key")
        }
        guard head.size == frontier.size, head.root == frontier.root else {
            return report.add(
                "checkpoint \(frontier.size): signed over other entries than the first \(frontier.size)")
        }
    }

    private mutating func stepEvidence(after last: [UInt8]) throws(LedgerError) {
        var last = last
        for _ in 0..<Self.piecesOfStep {
            let found = try reader.snapshot { database throws(LedgerError) in
                try database.first(
                    "SELECT sha256, size, body FROM evidence WHERE sha256 > ?1 ORDER BY sha256 LIMIT 1",
                    [.utf8(last)], { ($0.bytes(0), $0.integer(1), $0.bytes(2)) })
            }
            // A name that is no text any more comes after every text, again and again.
            guard let (name, size, stream) = found, name != last else {
                phase = .over
                return
            }
            last = name
            let hash = String(decoding: name, as: UTF8.self)
            report.evidence += 1
            guard let bytes = Deflated.inflated(stream, size: size), SHA256Digest.hex(of: bytes) == hash
            else {
                report.add("evidence \(hash): the bytes are not those that the hash was made of")
                continue
            }
        }
        phase = .evidence(after: last)
    }
}
