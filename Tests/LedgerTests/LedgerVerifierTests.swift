import Codecs
import Testing

@testable import Ledger

/// Each test changes a sound ledger as somebody with the file in hand could, and expects to be told.
struct LedgerVerifierTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A closed ledger of nine entries: records, a cycle, evidence, a delivery with its receipt.
    private func fill() async throws {
        let writer = try scratch.open()
        let curve = Array("curve".utf8)
        try await writer.append([
            Scratch.audit("a1", event: "cycle.opened", cycle: "r1"),
            Scratch.draft("r1", outbox: ["qms", "erp"]),
            Scratch.audit("a2", event: "cycle.opened", cycle: "c2"),
            Scratch.audit("a3", event: "cycle.closed", cycle: "c2"),
            EntryDraft(
                kind: .audit, id: "a4", body: ["evidence": [.string(SHA256Digest.hex(of: curve))]],
                evidence: [curve]),
        ])
        for number in 2...3 { try await writer.append([Scratch.draft("r\(number)")]) }
        try await writer.append([
            EntryDraft(kind: .record, id: "r4", body: Scratch.record("r4", station: "Pr\u{FC}fstand"))
        ])
        let record = try #require(try writer.reader.entry(id: "r1"))
        let receipt = Scratch.receipt("p1", for: record)
        try await writer.commit(
            LedgerTransaction(
                drafts: [receipt],
                outbox: [OutboxChange(sink: "qms", seq: record.seq, .delivered(receipt: "p1"))]))
        try await writer.close()
    }

    private func verify() throws -> VerificationReport { try LedgerReader(path: scratch.ledger).verify() }

    /// The same in shares of 2^`level` entries, all of them taken `beforehand` as the second thread takes
    /// them, or by whichever thread comes first.
    private func verify(
        sharedBy level: Int, beforehand: Bool = true
    ) throws -> (report: VerificationReport, sound: [Int64]) {
        let directory = DataDirectory(scratch.ledger)
        let shares = EntryShares(entries: 9, level: level)
        let report = try LedgerReader(path: scratch.ledger).snapshot { database throws(LedgerError) in
            if beforehand { try LedgerVerifier.check(shares, on: database, in: directory) }
            let outside = OutsideEvidence(handedOut: try DataDirectory.read(directory.checkpoint))
            return try LedgerVerifier.report(
                on: database, in: directory, outside: outside, shares: shares)
        }
        return (report, (0..<shares.count).filter { shares.sound($0) != nil })
    }

    /// Changes the database with every rule of it out of the way, as an attacker would.
    private func tamper(_ sql: String) {
        let names = scratch.sqlite("SELECT name FROM sqlite_schema WHERE type = 'trigger'").split(
            separator: "\n")
        let rules = names.map { scratch.sqlite("SELECT sql FROM sqlite_schema WHERE name = '\($0)'") + ";" }
        let drops = names.map { "DROP TRIGGER \($0);" }.joined()
        let said = scratch.sqlite(
            "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; \(drops) \(sql);"
                + rules.joined(separator: "\n")
        )
        #expect(said == "")
    }

    @Test func aSoundLedgerIsSoundAndIsCounted() async throws {
        try await fill()
        let report = try verify()
        #expect(report.mismatches == [])
        #expect(report.isSound)
        #expect((report.entries, report.records, report.evidence, report.unsigned) == (9, 4, 1, 0))
        #expect(report.nodes == 7)
        #expect(report.checkpoints >= 1)
    }

    /// Only the cycle that has no record is left to the comparison that has words: two events of `c2`.
    @Test func whatIsSoundIsFoundSoQuickly() async throws {
        try await fill()
        #expect(try verify().judged == 2)
    }

    @Test(arguments: 0...3)
    func whoeverChecksAShareTheLedgerIsAsSound(level: Int) async throws {
        try await fill()
        let (report, sound) = try verify(sharedBy: level)
        #expect(sound == Array(0..<9 >> Int64(level)))
        #expect(try report == verify())
        #expect(try verify(sharedBy: level, beforehand: false).report == report)
    }

    @Test(arguments: [
        ("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE id = 'r2'", "entry 6 (record r2)"),
        ("UPDATE entry SET leaf_hash = zeroblob(32) WHERE id = 'r2'", "entry 6 (record r2)"),
        ("UPDATE entry SET body = body || ' ' WHERE id = 'r2'", "not in canonical form"),
        ("UPDATE entry SET body = 'no json' WHERE id = 'a1'", "cannot be read"),
        ("DELETE FROM entry WHERE id = 'r2'", "entries 6 to 6 are missing"),
        ("DELETE FROM entry WHERE seq = 9", "9 entries were signed and the database has 8"),
        ("UPDATE entry SET seq = -4 WHERE id = 'r2'", "only 8 are numbered as entries are"),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 2 AND position = 0", "node 2/0"),
        ("DELETE FROM node WHERE level = 1 AND position = 1", "node 1/1: missing"),
        ("INSERT INTO node VALUES (9, 9, zeroblob(32))", "8 nodes instead of 7"),
        ("UPDATE checkpoint SET note = replace(note, '9', '8')", "signature is not one of the ledger's key"),
        ("UPDATE checkpoint SET root = zeroblob(32)", "its row is not what was signed"),
        ("DELETE FROM evidence", "its evidence"),
        ("UPDATE evidence SET body = zeroblob(9)", "the bytes are not those"),
        ("UPDATE evidence SET size = 9000000000000000000", "the bytes are not those"),
        ("UPDATE inspection SET result = 'FAIL' WHERE seq = 2", "the table inspection says something else"),
        ("DELETE FROM inspection WHERE seq = 2", "the table inspection says something else"),
        ("INSERT INTO inspection(seq, id) VALUES (77, 'x')", "table inspection: 5 rows, the entries make 4"),
        ("DELETE FROM part WHERE seq = 2", "missing in the history of part SA10197"),
        ("INSERT INTO part VALUES ('SA1', 77, 0)", "table part"),
        ("UPDATE part SET is_disposition = 1 WHERE seq = 2", "missing in the history of part SA10197"),
        ("UPDATE cycle SET state = 'open' WHERE id = 'c2'", "cycle c2 is open"),
        ("UPDATE cycle SET state = 'recorded' WHERE id = 'c2'", "cycle c2: is recorded"),
        ("DELETE FROM cycle WHERE id = 'r1'", "cycle r1 is missing"),
        ("DELETE FROM cycle_event WHERE cycle = 'c2'", "missing among the events of cycle c2"),
        ("UPDATE outbox SET state = 'delivered' WHERE sink = 'erp'", "without the sink's receipt"),
        (
            "UPDATE outbox SET state = 'pending' WHERE sink = 'qms'",
            "does not say that record r1 was delivered"
        ),
        ("UPDATE outbox SET attempts = 9223372036854775807", "outbox: 2 rows count attempts"),
        (
            "UPDATE entry SET kind = 'audit' WHERE id = 'r2'",
            "entry 6 (audit r2): by its body it is of the kind record"
        ),
        ("UPDATE entry SET kind = 'record' WHERE id = 'p1'", "by its body it is of the kind receipt"),
        ("UPDATE entry SET kind = 'disposition' WHERE id = 'a4'", "by its body it is of the kind audit"),
        (
            "UPDATE entry SET id = 'r9' WHERE id = 'r2'; UPDATE inspection SET id = 'r9' WHERE id = 'r2'; "
                + "UPDATE cycle SET id = 'r9' WHERE id = 'r2'", "entry 6 (record r9): its body has another id"
        ),
        // What looks the same is another station to SQLite, and to whoever asks for its records.
        (
            "UPDATE inspection SET station = 'Pru\u{308}fstand' WHERE id = 'r4'",
            "entry 8 (record r4): the table inspection says something else"
        ),
    ])
    func whateverIsChangedIsNamed(sql: String, finding: String) async throws {
        try await fill()
        tamper(sql)
        let report = try verify()
        #expect(!report.isSound)
        #expect(report.mismatches.contains { $0.contains(finding) }, "\(report.mismatches)")
        for level in 0...2 { #expect(try verify(sharedBy: level).report.mismatches == report.mismatches) }
    }

    @Test func aRewrittenHistoryWithEveryHashMadeAnewIsFoundByTheSignature() async throws {
        try await fill()
        // The attacker has the database and our program, but not the key: he writes all of it again.
        let forged = try Scratch()
        let writer = try forged.open()
        for entry in try LedgerReader(path: scratch.ledger).entries() {
            let body = entry.id == "r2" ? Scratch.record("r2", result: "FAIL") : entry.body
            try await writer.append([EntryDraft(kind: entry.kind, id: entry.id, body: body)])
        }
        try await writer.close()
        Scratch.run("/bin/cp", [forged.ledger + "/ledger.db", scratch.ledger + "/ledger.db"])
        let report = try verify()
        #expect(report.mismatches.contains { $0.contains("signature is not one of the ledger's key") })
        #expect(report.mismatches.contains { $0.contains("signed over other entries") })
    }

    @Test func aRuleThatWasTakenAwayIsMissed() async throws {
        try await fill()
        _ = scratch.sqlite("DROP TRIGGER entry_fixed")
        #expect(
            try verify().mismatches == [
                "database: the rule entry_fixed, which keeps entries as they are, was taken away"
            ])
    }

    /// Seen failing while only the names of the rules were compared.
    @Test func aRuleThatIsOneInNameOnlyIsSeenThrough() async throws {
        try await fill()
        _ = scratch.sqlite(
            "DROP TRIGGER entry_fixed; CREATE TRIGGER entry_fixed BEFORE UPDATE ON entry WHEN 0 "
                + "BEGIN SELECT 1; END; CREATE TABLE extra(a)")
        #expect(
            try verify().mismatches == [
                "database: the rule entry_fixed, which keeps entries as they are, was changed",
                "database: the table extra is none of a ledger's",
            ])
    }

    /// Rules have names of their own: seen passing while only names were compared, for `entry` is a table.
    @Test func aRuleThatIsCalledAsATableIsNoneOfALedgers() async throws {
        try await fill()
        _ = scratch.sqlite("CREATE TRIGGER entry AFTER UPDATE ON outbox BEGIN SELECT 1; END")
        #expect(try verify().mismatches == ["database: the trigger entry is none of a ledger's"])
    }

    /// What a query means depends on the schema: with another one nothing else is asked.
    @Test func nothingIsReadThroughASchemaOfSomebodyElses() async throws {
        try await fill()
        _ = scratch.sqlite(
            "ALTER TABLE device_state RENAME TO kept; CREATE VIEW device_state AS WITH RECURSIVE "
                + "n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS device FROM n")
        let report = try verify()
        #expect(!report.isSound)
        #expect((report.entries, report.checkpoints) == (0, 0))
    }

    /// Names in a database of somebody else's must not work on the terminal of whoever verifies it.
    @Test func whatIsSaidIsShortAndShowsControlCharacters() async throws {
        try await fill()
        tamper(
            "UPDATE entry SET id = char(27) || '[2J' || hex(zeroblob(5000)) WHERE id = 'a1'; DELETE FROM node"
        )
        let report = try verify()
        #expect(report.mismatches.allSatisfy { $0.count <= 1_100 && !$0.contains("\u{1B}") })
        tamper("UPDATE entry SET body = 'x' || char(27) WHERE seq = 1")
        #expect(try verify().mismatches.allSatisfy { !$0.contains("\u{1B}") })
    }

    @Test func aValueLargerThanAnyOfALedgerIsRefused() async throws {
        try await fill()
        tamper("UPDATE entry SET body = hex(zeroblob(20000000)) WHERE id = 'r2'")
        #expect(#expect(throws: LedgerError.self) { try verify() }?.kind == .corrupt)
    }

    /// Bodies are held for a few megabytes at a time.
    @Test func largeBodiesAreVerifiedToo() async throws {
        let writer = try scratch.open()
        let text = JSONValue.string(String(repeating: "burr; ", count: 300_000))
        for number in 1...6 {
            try await writer.append([EntryDraft(kind: .audit, id: "a\(number)", body: ["text": text])])
        }
        try await writer.close()
        let report = try verify()
        #expect(report.mismatches == [])
        #expect(report.entries == 6)
    }

    @Test func aMissingCheckpointFileOrKeyIsSaid() async throws {
        try await fill()
        Scratch.run("/bin/rm", [scratch.ledger + "/checkpoint"])
        #expect(try verify().mismatches.count == 1)
        Scratch.run("/bin/rm", [scratch.ledger + "/ledger.pub"])
        #expect(try verify().mismatches.contains { $0.contains("the public key is missing") })
    }

    /// One bit makes the name of a piece of evidence bytes, which SQLite sorts after every text. Seen: the
    /// same piece was read for ever.
    @Test func aNameThatIsNoTextEndsTheVerification() async throws {
        try await fill()
        let path = scratch.path + "/data/ledger.db"
        let sound = try #require(try DataDirectory.read(path))
        let name = Array(SHA256Digest.hex(of: Array("curve".utf8)).utf8)
        // A text of 64 bytes is of serial type 141, bytes are of 140 (SQLite's file format, section 2.1).
        let types = sound.indices.dropLast(name.count + 8).filter { place in
            sound[place...].starts(with: [0x81, 0x0D])
                && (2...8).contains { sound[(place + $0)...].starts(with: name) }
        }
        try #require(types.count == 1)
        var bytes = sound
        bytes[types[0] + 1] = 0x0C
        try scratch.write("data/ledger.db", bytes)
        #expect(try verify().mismatches.contains { $0.contains("its name is no text") })
    }
}
