import Codecs
import Ledger
import Testing

/// A ledger against what was kept of it elsewhere: all that shows a ledger and its checkpoint both put back.
struct KeptStateTests {
    private let scratch: Scratch
    private var directory: DataDirectory { DataDirectory(scratch.ledger) }

    init() throws { scratch = try Scratch() }

    private func append(_ ids: String..., to path: String? = nil) async throws {
        let writer = try LedgerWriter(
            path: path ?? scratch.ledger, origin: "plumbline/plant-1/bench-pc-07")
        try await writer.append(ids.map { Scratch.draft($0) })
        try await writer.close()
    }

    private func copy(_ from: String, _ to: String) {
        Scratch.run("/bin/cp", ["-r", from, "\(scratch.path)/\(to)"])
    }

    private func verify(against names: String..., in path: String? = nil) throws -> VerificationReport {
        let kept = try names.map { try KeptState("\(scratch.path)/\($0)") }
        return try LedgerReader(path: path ?? scratch.ledger).verify(against: kept)
    }

    @Test func aLaterLedgerExtendsWhatWasKept() async throws {
        try await append("r1", "r2")
        copy(directory.checkpoint, "note")
        copy(directory.path, "folder")
        _ = try LedgerBackup.make(of: directory, at: scratch.path + "/backup", madeAt: BundleFixture.madeAt)
        try await append("r3")
        let report = try verify(against: "note", "folder", "backup")
        #expect(report.mismatches == [])
        #expect(report.extended.count == 3)
        #expect(
            Set(report.extended.map { "\($0.place) \($0.size)" }) == [
                "\(scratch.path)/note 2", "\(scratch.path)/folder 2", "\(scratch.path)/backup 2",
            ])
    }

    /// With database and checkpoint both put back every signature in the folder is good.
    @Test func aLedgerThatWasPutBackIsFoundByEachLaterCopy() async throws {
        try await append("r1")
        copy(directory.path, "old")
        try await append("r2")
        copy(directory.checkpoint, "note")
        _ = try LedgerBackup.make(of: directory, at: scratch.path + "/backup", madeAt: BundleFixture.madeAt)
        let old = scratch.path + "/old"
        #expect(try LedgerReader(path: old).verify().isSound)
        for kept in ["note", "backup", "data"] {
            let report = try verify(against: kept, in: old)
            #expect(report.mismatches.contains { $0.contains("the database has 1") }, "\(kept)")
            #expect(report.extended == [])
        }
    }

    /// Whoever stole the key can sign another history; it does not extend the one that was kept.
    @Test func anotherHistoryUnderTheSameKeyIsFound() async throws {
        try await append("r1", "r2")
        copy(directory.checkpoint, "note")
        let forged = DataDirectory(scratch.path + "/forged")
        try forged.create()
        copy(directory.key, "forged/ledger.key")
        try await append("r1", "x2", "x3", to: forged.path)
        #expect(
            try verify(against: "note", in: forged.path).mismatches
                == ["\(scratch.path)/note: signed over other entries than the first 2"])
        #expect(
            try verify(against: "forged").mismatches.contains { $0.contains("3 entries were signed") })
    }

    @Test func anotherLedgerIsNoEarlierStateOfThisOne() async throws {
        try await append("r1")
        try await append("r1", to: scratch.path + "/other")
        Scratch.run("/bin/rm", [scratch.path + "/other/ledger.db"])
        #expect(
            try verify(against: "other").mismatches
                == ["\(scratch.path)/other: the signature is not one of the ledger's key"])
    }

    /// The newest entries of a copy may be under no signature: they count all the same.
    @Test func theUnsignedEndOfACopyCounts() async throws {
        try await append("r1")
        copy(directory.path, "kept")
        let kept = try SQLiteDatabase(path: scratch.path + "/kept/ledger.db", mode: .writer)
        let body = CanonicalJSON.bytes(Scratch.record("k2"))
        let hash = MerkleTree.leafHash(body)
        try kept.run(
            "INSERT INTO entry VALUES (2, 'record', 'k2', ?1, ?2)", .utf8(body), .blob(hash))
        let first = try #require(try LedgerReader(path: scratch.ledger).entry(id: "r1"))
        try kept.run(
            "INSERT INTO node VALUES (1, 0, ?1)", .blob(MerkleTree.nodeHash(first.leafHash, hash)))
        kept.close()
        try await append("r2")
        #expect(
            try verify(against: "kept").mismatches
                == ["\(scratch.path)/kept: its 2 entries are not the first of this ledger"])
    }

    @Test func whatIsNoStateIsRefused() async throws {
        try await append("r1")
        try scratch.write("text", "no note")
        #expect(try !verify(against: "text").isSound)
        Scratch.run("/bin/mkdir", [scratch.path + "/empty"])
        #expect(#expect(throws: LedgerError.self) { try verify(against: "empty") }?.kind == .invalid)
        #expect(#expect(throws: LedgerError.self) { try verify(against: "absent") }?.kind == .io)
        copy(directory.database, "database")
        #expect(#expect(throws: LedgerError.self) { try verify(against: "database") }?.kind == .invalid)
    }
}
