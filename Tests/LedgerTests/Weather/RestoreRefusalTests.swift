import Codecs
import Glibc
import Judging
import Ledger
import Testing

/// What is restored is what was signed, by the key that is expected, and says what is missing.
@Suite(.timeLimit(.minutes(30))) struct RestoreRefusalTests {
    private let scratch: Scratch
    private var file: String { scratch.path + "/backup" }
    private var target: DataDirectory { DataDirectory(scratch.path + "/restored") }

    init() throws { scratch = try Scratch() }

    private func fill() async throws -> DataDirectory {
        let writer = try scratch.open()
        for number in 1...5 { try await writer.append([Scratch.draft("r\(number)", outbox: ["qms"])]) }
        try await writer.close()
        let directory = DataDirectory(scratch.ledger)
        _ = try LedgerBackup.make(of: directory, at: file, madeAt: "2026-11-21T09:21:12.000000001Z")
        return directory
    }

    private func refusal(
        key: [UInt8]? = nil, accepting: LedgerRestoration.Acceptance = []
    ) -> LedgerError? {
        do throws(LedgerError) {
            _ = try LedgerRestoration.restore(file, into: target, key: key, accepting: accepting)
            return nil
        } catch { return error }
    }

    /// One flipped bit at a time: it is refused, or what comes back is what was there.
    @Test func aDamagedBackupIsRefusedOrRestoresTheSame() async throws {
        let directory = try await fill()
        let flips = getenv("PLUMBLINE_FLIPS").flatMap { Int(String(cString: $0)) } ?? 150
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        let sound = try #require(try DataDirectory.read(file))
        let entries = try LedgerReader(path: directory.path).entries()
        let filled = sound.indices.filter { sound[$0] != 0 }
        var refused = 0
        for _ in 1...flips {
            var bytes = sound
            let place = filled[Int.random(in: filled.indices, using: &numbers)]
            bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
            try DataDirectory(scratch.path).replace(file, with: bytes)
            if let error = refusal() {
                refused += 1
                #expect(!target.holdsLedger, "seed \(seed): \(error)")
            } else {
                #expect(
                    try LedgerReader(path: target.path).entries().dropLast() == entries[...], "seed \(seed)")
            }
            Scratch.run("/bin/rm", ["-r", target.path])
        }
        #expect(refused > flips / 4, "seed \(seed)")
    }

    /// A ledger that somebody has restored there for practice would be unlinked unasked.
    @Test func aLedgerThatIsWhereRestoringUnpacksIsNotRemoved() async throws {
        _ = try await fill()
        try target.create()
        let practice = DataDirectory(target.path + "/restore")
        let writer = try LedgerWriter(path: practice.path, origin: "plumbline/plant-1/bench-pc-07")
        try await writer.append([Scratch.draft("p1")])
        try await writer.close()
        #expect(refusal()?.what.contains("a ledger in use") == true)
        #expect(try LedgerReader(path: practice.path).entries().count == 1)
    }

    /// What people compare is the first line; what is verified is the key behind it: a backup that somebody
    /// else has signed would be restored under the genuine name.
    @Test func aBackupWhoseKeyHasAnothersNameIsRefused() async throws {
        let directory = try await fill()
        let genuine = try #require(try DataDirectory.read(directory.publicKey))
        let forger = try LedgerWriter(path: scratch.path + "/forger", origin: "plumbline/plant-1/bench-pc-07")
        try await forger.append([Scratch.draft("f1")])
        try await forger.close()
        let forged = DataDirectory(scratch.path + "/forger")
        let own = try #require(try DataDirectory.read(forged.publicKey))
        let line = { (file: [UInt8]) in file.prefix { $0 != UInt8(ascii: "\n") } }
        unlink(file)
        _ = try LedgerBackup.make(of: forged, at: file, madeAt: "2026-11-21T09:21:12.000000001Z")
        let database = try SQLiteDatabase(path: file, mode: .writer)
        try database.run(
            "UPDATE backup SET body = ?1 WHERE name = 'ledger.pub'",
            .blob(Array(line(genuine) + own.dropFirst(line(own).count))))
        database.close()
        #expect(refusal()?.kind == .key)
    }

    @Test(arguments: ["", "no database at all, but long enough to be taken for one by a hasty reader"])
    func whatIsNoBackupIsRefused(text: String) throws {
        try scratch.write("backup", text)
        #expect(refusal()?.kind == .invalid)
        #expect(!target.holdsLedger)
    }

    @Test func aLedgersOwnDatabaseIsNoBackup() async throws {
        let directory = try await fill()
        Scratch.run("/bin/cp", [directory.database, file])
        #expect(refusal()?.kind == .invalid)
    }

    @Test func theKeyOfAnotherLedgerIsRefused() async throws {
        _ = try await fill()
        #expect(refusal(key: try SigningKey.generate().pem())?.kind == .key)
        #expect(!target.holdsLedger)
        try target.replace(target.key, with: try SigningKey.generate().pem(), mode: 0o600)
        #expect(refusal()?.kind == .key)
        #expect(!target.holdsLedger)
    }

    /// The checkpoint of the ledger that was lost says that the backup is not all there was.
    ///
    /// Seen failing without the comparison: the newest records were gone and nothing said so.
    @Test func whatIsLostIsSaidAndMustBeAccepted() async throws {
        let directory = try await fill()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r6"), Scratch.draft("r7")])
        try await writer.close()
        let newest = try #require(try DataDirectory.read(directory.checkpoint))
        let key = try #require(try DataDirectory.read(directory.key))
        Scratch.run("/bin/mkdir", [target.path])
        Scratch.run("/bin/cp", [directory.checkpoint, directory.key, target.path])
        let error = try #require(refusal())
        #expect(error.kind == .rolledBack)
        #expect(error.what.contains("7 entries were signed") && error.what.contains("2 are lost"))
        #expect(!target.holdsLedger)
        let restored = try LedgerRestoration.restore(file, into: target, accepting: [.loss, .unsigned])
        #expect(restored.lost?.size == 7)
        #expect(restored.hasKey)
        #expect(try DataDirectory.read(target.checkpoint + ".lost-7") == newest)
        #expect(try DataDirectory.read(target.key) == key)
        try await LedgerWriter(path: target.path, origin: restored.origin).close()
    }

    /// Without the private key nothing can sign what is entered, and the loss is entered all the same.
    ///
    /// Seen failing while the entry was written after the ledger had its name, by whoever had the key.
    @Test func aLossIsInTheLedgerWithoutTheKeyToo() async throws {
        let directory = try await fill()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r6")])
        try await writer.close()
        try target.create()
        Scratch.run("/bin/cp", [directory.checkpoint, target.path])
        let restored = try LedgerRestoration.restore(file, into: target, accepting: [.loss])
        #expect(!restored.hasKey)
        let reader = try LedgerReader(path: target.path)
        let report = try reader.verify()
        #expect(report.mismatches == [])
        #expect((report.entries, report.unsigned) == (6, 1))
        #expect(try reader.entry(seq: 6)?.body["lost"]?.text?.contains("bench-pc-07\n6\n") == true)
        // Once the key is there again, it is signed as any entry.
        Scratch.run("/bin/cp", [directory.key, target.path])
        try await LedgerWriter(path: target.path, origin: restored.origin).close()
        #expect(try LedgerReader(path: target.path).verify().unsigned == 0)
    }

    /// A backup is somebody's file: what they made of its schema is not run.
    @Test(arguments: [
        "DROP TABLE backup; CREATE VIEW backup AS SELECT 'made_at' AS name, 'x' AS body",
        "DROP TABLE backup; CREATE VIRTUAL TABLE backup USING fts5(name, body)",
        "ALTER TABLE backup ADD COLUMN more TEXT",
    ])
    func aBackupTableThatIsNoneIsRefused(sql: String) async throws {
        _ = try await fill()
        #expect(scratch.sqlite(sql, file: "backup") == "")
        #expect(refusal()?.kind == .invalid)
        #expect(!target.holdsLedger)
    }

    /// Bringing it up to this program's schema would have run the rule.
    @Test func aBackupWithARuleOfSomebodyElsesIsRefusedBeforeItIsOpened() async throws {
        _ = try await fill()
        #expect(
            scratch.sqlite(
                "PRAGMA user_version = 3; DELETE FROM migration WHERE number > 3; \(Self.droppedSince) "
                    + "DROP INDEX entry_gateway_started; CREATE TRIGGER more AFTER INSERT ON migration BEGIN "
                    + "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                    + "SELECT max(i) FROM n; END",
                file: "backup") == "")
        #expect(refusal()?.what.contains("the trigger more is none of a ledger's") == true)
    }

    private static let droppedSince =
        "CREATE INDEX inspection_by_serial ON inspection(serial, operation, seq); "
        + "CREATE INDEX inspection_by_result ON inspection(result, seq);"

    /// Of an older version, and sound.
    @Test func aBackupOfAnOlderSchemaIsRestored() async throws {
        _ = try await fill()
        #expect(
            scratch.sqlite(
                "PRAGMA user_version = 3; DELETE FROM migration WHERE number > 3; \(Self.droppedSince) "
                    + "DROP INDEX entry_gateway_started", file: "backup") == "")
        #expect(refusal() == nil)
        #expect(try LedgerReader(path: target.path).verify().mismatches == [])
    }

    @Test func aMomentOfSomebodyElsesIsNotShown() async throws {
        _ = try await fill()
        _ = scratch.sqlite(
            "UPDATE backup SET body = CAST(char(27) || '[2J' AS BLOB) WHERE name = 'made_at'", file: "backup")
        #expect(refusal()?.what.contains("made at no time") == true)
    }

    @Test func aForgedHistoryIsRefusedByTheCheckpointThatIsThere() async throws {
        let directory = try await fill()
        // The same key signs another history of the same length: whoever stole it can do that.
        let forger = try Scratch()
        try DataDirectory(forger.ledger).create()
        Scratch.run("/bin/cp", [directory.key, forger.ledger])
        let writer = try forger.open()
        for number in 1...6 { try await writer.append([Scratch.draft("x\(number)")]) }
        try await writer.close()
        Scratch.run("/bin/rm", [file])
        _ = try LedgerBackup.make(
            of: DataDirectory(forger.ledger), at: file, madeAt: "2026-11-21T09:21:12.000000001Z")
        Scratch.run("/bin/mkdir", [target.path])
        Scratch.run("/bin/cp", [directory.checkpoint, target.path])
        #expect(refusal(accepting: [.loss, .unsigned])?.kind == .corrupt)
        #expect(!target.holdsLedger)
    }
}
