import Codecs
import Testing

@testable import Ledger

/// What is signed is what is there, by the ledger's own name and key, and what is not signed is counted.
struct SignedHeadTests {
    private static let origin = "plumbline/plant-1/bench-pc-07"
    private let scratch: Scratch
    private var directory: DataDirectory { DataDirectory(scratch.ledger) }

    init() throws { scratch = try Scratch() }

    private func fill(_ ids: [String]) async throws {
        let writer = try scratch.open()
        try await writer.append(ids.map { Scratch.draft($0) })
        try await writer.close()
    }

    private func verify(_ trusted: SigningKey? = nil) throws -> VerificationReport {
        try LedgerReader(path: scratch.ledger).verify(trusted: trusted)
    }

    private func key() throws -> SigningKey { try LedgerReader(path: scratch.ledger).signingKey() }

    @Test func theReportNamesLedgerAndKey() async throws {
        try await fill(["r1"])
        let key = try key()
        let report = try verify(key)
        #expect(report.isSound && report.isTrusted)
        #expect(report.origin == Self.origin)
        #expect(report.keySHA256 == SHA256Digest.hex(of: key.publicKey))
        #expect(try !verify().isTrusted)
        #expect(
            try verify(.generate()).mismatches == [
                "\(directory.publicKey): it is another key than the one given"
            ])
    }

    /// Whoever cuts the newest checkpoints off and writes the end anew needs no key. Nothing in the folder
    /// can tell; that nobody has signed it is all there is to say.
    @Test func anEndWithoutASignatureIsCounted() async throws {
        try await fill(["r1", "r2"])
        let note = try #require(try DataDirectory.read(directory.checkpoint))
        try await fill(["r3", "r4", "r5"])
        #expect(try verify().unsigned == 0)
        let rule = scratch.sqlite("SELECT sql FROM sqlite_schema WHERE name = 'checkpoint_kept'")
        _ = scratch.sqlite("DROP TRIGGER checkpoint_kept; DELETE FROM checkpoint WHERE size > 2; \(rule)")
        try directory.replace(directory.checkpoint, with: note)
        let report = try verify()
        #expect(report.mismatches == [])
        #expect(report.unsigned == 3)
        let file = scratch.path + "/backup"
        let made = try LedgerBackup.make(of: directory, at: file, madeAt: BundleFixture.madeAt)
        #expect(made.unsigned == 3)
        let target = DataDirectory(scratch.path + "/restored")
        let error = #expect(throws: LedgerError.self) { try LedgerRestoration.restore(file, into: target) }
        #expect(error?.kind == .unsigned)
        #expect(error?.what.contains("the newest 3 of its 5 entries") == true)
        #expect(!target.holdsLedger)
        let restored = try LedgerRestoration.restore(file, into: target, accepting: [.unsigned])
        #expect(restored.unsigned == 3)
    }

    /// The checkpoint that is still there covers what the backup alone does not.
    @Test func aCheckpointThatIsThereCoversTheEndOfABackup() async throws {
        try await fill(["r1", "r2"])
        let older = try #require(try DataDirectory.read(directory.checkpoint))
        try await fill(["r3"])
        let newest = try #require(try DataDirectory.read(directory.checkpoint))
        let rule = scratch.sqlite("SELECT sql FROM sqlite_schema WHERE name = 'checkpoint_kept'")
        _ = scratch.sqlite(
            "DROP TRIGGER checkpoint_kept; DELETE FROM checkpoint WHERE size > 2; \(rule)")
        try directory.replace(directory.checkpoint, with: older)
        let file = scratch.path + "/backup"
        #expect(
            try LedgerBackup.make(of: directory, at: file, madeAt: BundleFixture.madeAt).unsigned == 1)
        let target = DataDirectory(scratch.path + "/restored")
        try target.create()
        try target.replace(target.checkpoint, with: newest)
        let restored = try LedgerRestoration.restore(file, into: target)
        #expect(restored.unsigned == 0 && restored.lost == nil)
        // Without the key nothing newer can be signed, and an older one must not take its place.
        #expect(try DataDirectory.read(target.checkpoint) == newest)
    }

    /// People compare the first line; signatures are checked with what follows it.
    @Test func aKeyUnderAnothersNameIsSaid() async throws {
        try await fill(["r1"])
        let own = try #require(try DataDirectory.read(directory.publicKey))
        let other = try SigningKey.generate().publicKeyFile(name: Self.origin)
        let line = other.prefix { $0 != UInt8(ascii: "\n") }
        let below = own.drop { $0 != UInt8(ascii: "\n") }
        try directory.replace(directory.publicKey, with: Array(line) + Array(below))
        #expect(try verify().mismatches.first?.contains("first line names another key") == true)
        try directory.replace(directory.publicKey, with: try key().publicKeyFile(name: "plumbline/plant-2/x"))
        let found = try verify().mismatches
        #expect(found.count == 2)
        #expect(
            found.allSatisfy { $0.contains("it is of the ledger \(Self.origin), and this is plumbline/") })
    }

    /// Signed heads are read a page at a time, as the tree grows past them.
    @Test func manyHeadsAreAllHeldAgainstTheTree() async throws {
        try await fill((1...450).map { "r\($0)" })
        let key = try key()
        var frontier = MerkleFrontier()
        let database = try SQLiteDatabase(path: directory.database, mode: .writer)
        for entry in try LedgerReader(path: scratch.ledger).entries() where entry.seq < 450 {
            _ = frontier.append(leafHash: entry.leafHash)
            // Number 333 is signed over something else: whoever has the key can do that.
            let root = entry.seq == 333 ? entry.leafHash : frontier.root
            let note = try key.note(for: Checkpoint(origin: Self.origin, size: entry.seq, root: root))
            try database.run(
                "INSERT INTO checkpoint(size, root, note) VALUES (?1, ?2, ?3)", .integer(entry.seq),
                .blob(root), .text(note))
        }
        database.close()
        let report = try verify()
        #expect(report.checkpoints == 450)
        #expect(report.mismatches == ["checkpoint 333: signed over other entries than the first 333"])
    }
}
