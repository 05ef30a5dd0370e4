import Codecs
import Glibc
import Ledger
import Testing

/// What is not salvaged, because whoever can provoke it could make a gateway forget.
@Suite(.timeLimit(.minutes(5))) struct SalvageRefusalTests {
    private static let damage = "UPDATE node SET hash = zeroblob(32) WHERE level = 6 AND position = 0"
    private let fixture: SalvageFixture

    init() async throws { fixture = try await SalvageFixture() }

    /// The refusal, after which everything stands as it stood.
    private func refusal(_ comment: Comment? = nil) throws -> LedgerError {
        // SQLite's own files beside the database come and go.
        let list = ["-A", "--ignore=ledger.db-*", fixture.scratch.ledger]
        let before = Scratch.run("/bin/ls", list).text
        let error = #expect(throws: LedgerError.self, comment) {
            _ = try fixture.openSalvaging()
        }
        #expect(Scratch.run("/bin/ls", list).text == before)
        return try #require(error)
    }

    private var files: String { fixture.scratch.ledger }

    @Test func aDatabaseThatIsGone() throws {
        #expect(unlink(files + "/ledger.db") == 0)
        #expect(try refusal().kind == .rolledBack)
    }

    @Test func aDatabaseThatIsOlder() async throws {
        Scratch.run("/bin/cp", [files + "/ledger.db", fixture.scratch.path + "/old.db"])
        let writer = try fixture.open()
        try await writer.append([Scratch.draft("later")])
        try await writer.close()
        Scratch.run("/bin/cp", [fixture.scratch.path + "/old.db", files + "/ledger.db"])
        #expect(try refusal().kind == .rolledBack)
        // Nor does a little damage make it pass.
        fixture.meddle(Self.damage)
        #expect(try refusal().kind == .rolledBack)
    }

    @Test func aKeyThatIsMissing() throws {
        fixture.meddle(Self.damage)
        #expect(unlink(files + "/ledger.key") == 0)
        #expect(try refusal().kind == .key)
    }

    @Test func aKeyThatIsAnother() throws {
        fixture.meddle(Self.damage)
        let other = String(decoding: try SigningKey.generate().pem(), as: UTF8.self)
        try fixture.scratch.write("data/ledger.key", other)
        #expect(try refusal().kind == .key)
    }

    /// The file is what shows here that the database is not an older one.
    @Test func aCheckpointFileThatIsDamaged() throws {
        fixture.meddle(Self.damage)
        try fixture.scratch.write("data/checkpoint", "nothing\n")
        #expect(try refusal().kind == .corrupt)
    }

    /// Nothing in it proves itself: it is as good as gone.
    @Test func aFileThatIsNoDatabaseAnyMore() throws {
        try fixture.scratch.write("data/ledger.db", String(repeating: "plumbline ", count: 5_000))
        #expect(try refusal().kind == .corrupt)
    }

    /// The root over the first 16 of the next segment's 25 entries.
    private static let nextDamage = "UPDATE node SET hash = zeroblob(32) WHERE level = 4 AND position = 0"

    /// A disk that damages one after the other would have the gateway forget a little each time.
    @Test func aSecondTimeBeforeSomebodyHasSeenTheFirst() async throws {
        fixture.meddle(Self.damage)
        let (writer, found) = try fixture.openSalvaging()
        #expect(found?.number == 2)
        try await writer.close()
        fixture.meddle(Self.nextDamage)
        #expect(try refusal().what.contains("nobody has acknowledged") == true)
    }

    @Test func aSecondTimeAfterSomebodyHasSeenTheFirst() async throws {
        fixture.meddle(Self.damage)
        let (writer, found) = try fixture.openSalvaging()
        let segment = try #require(found)
        try await writer.append([
            EntryDraft(kind: .audit, id: segment.acknowledgement, body: ["event": "ledger.salvage_seen"])
        ])
        try await writer.close()
        fixture.meddle(Self.nextDamage)
        let (third, next) = try fixture.openSalvaging()
        #expect(next?.number == 3 && next?.origin == SalvageFixture.name + "/3")
        #expect(next?.folder == "damaged-2026-11-22T06-40-00Z-2")
        #expect(try SalvageFixture.open(in: third.reader) == SalvageFixture.waiting)
        #expect(try third.reader.deviceState("FB-1") == SalvageFixture.state)
        try await third.close()
    }

    /// A newest checkpoint that is damaged in the database is damage; the key is shown by the file.
    @Test func aDamagedRowOfACheckpointIsSalvaged() async throws {
        fixture.meddle("UPDATE checkpoint SET note = replace(note, 'plant-1', 'plant-2')")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(segment?.unprovenCount == 0)
        try await writer.close()
    }
}
