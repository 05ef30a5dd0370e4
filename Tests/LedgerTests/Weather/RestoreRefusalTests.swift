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

    private func refusal(key: [UInt8]? = nil, acceptsLoss: Bool = false) -> LedgerError? {
        do throws(LedgerError) {
            _ = try LedgerRestoration.restore(file, into: target, key: key, acceptsLoss: acceptsLoss)
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
                #expect(try LedgerReader(path: target.path).entries() == entries, "seed \(seed)")
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
        try forged.replace(forged.publicKey, with: Array(line(genuine) + own.dropFirst(line(own).count)))
        unlink(file)
        _ = try LedgerBackup.make(of: forged, at: file, madeAt: "2026-11-21T09:21:12.000000001Z")
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
        let restored = try LedgerRestoration.restore(file, into: target, acceptsLoss: true)
        #expect(restored.lost?.size == 7)
        #expect(restored.hasKey)
        #expect(try DataDirectory.read(target.checkpoint + ".lost-7") == newest)
        #expect(try DataDirectory.read(target.key) == key)
        try await LedgerWriter(path: target.path, origin: restored.origin).close()
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
        #expect(refusal(acceptsLoss: true)?.kind == .corrupt)
        #expect(!target.holdsLedger)
    }
}
