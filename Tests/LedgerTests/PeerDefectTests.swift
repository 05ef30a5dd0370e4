import Codecs
import Glibc
import Ledger
import Testing

/// What other gateways did to their journals, and must not happen here; `docs/lessons.md` lists them all.
@Suite(.timeLimit(.minutes(10))) struct PeerDefectTests {
    /// ThingsBoard gateway: the store was destroyed and made anew with every reconnect; Telegraf: a reload
    /// purged the buffer. Here no setting owns the journal: another name or a smaller bound is refused or
    /// waits, and all entries stay.
    ///
    /// Seen failing with the comparison of names removed: the ledger was continued under another.
    @Test func configurationNeitherOwnsNorDeletesTheJournal() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1"), Scratch.draft("r2")])
        try await writer.close()
        #expect(throws: LedgerError.self) {
            try LedgerWriter(path: scratch.ledger, origin: "plumbline/plant-2/bench-pc-07")
        }
        #expect(scratch.sqlite("SELECT count(*) FROM entry") == "2")
        // The same directory again, as after a change of anything else.
        let again = try scratch.open()
        try await again.append([Scratch.draft("r3")])
        try await again.close()
        #expect(scratch.sqlite("SELECT count(*) FROM entry") == "3")
        #expect(try LedgerReader(path: scratch.ledger).verify().mismatches.isEmpty)
    }

    /// Telegraf: a damaged log was a panic at the start; Vector: an endless loop. Here a damaged file is
    /// refused or read in order, and is still there for people to look at.
    @Test func aDamagedJournalNeitherCrashesTheStartNorIsThrownAway() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        for number in 1...20 { try await writer.append([Scratch.draft("r\(number)")]) }
        try await writer.close()
        let file = scratch.ledger + "/ledger.db"
        let size = Int(scratch.text("/usr/bin/stat", ["-c", "%s", file])) ?? 0
        try #require(size > 4_096)
        var refused = 0
        for turn in 0..<24 {
            let place = turn < 4 ? [0, 16, 18, 24][turn] : Int.random(in: 0..<size)
            let copy = scratch.path + "/damaged-\(turn)"
            Scratch.run("/bin/cp", ["-r", scratch.ledger, copy])
            Self.damage(copy + "/ledger.db", at: place)
            do {
                let opened = try LedgerWriter(path: copy, origin: "plumbline/plant-1/bench-pc-07")
                do { try await opened.close() } catch { refused += 1 }
            } catch {
                refused += 1
                #expect(!"\(error)".isEmpty)
            }
            #expect(scratch.text("/usr/bin/stat", ["-c", "%s", copy + "/ledger.db"]) != "")
        }
        // The head of the file and its pages: some of that must have been noticed.
        #expect(refused >= 2)
    }

    /// Overwrites 64 bytes of a file.
    private static func damage(_ path: String, at place: Int) {
        let number = open(path, O_RDWR)
        defer { close(number) }
        let garbage = (0..<64).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ place) }
        #expect(pwrite(number, garbage, garbage.count, place) == garbage.count)
    }
}

extension Scratch {
    /// What `tool` prints, without the line end.
    fileprivate func text(_ tool: String, _ arguments: [String]) -> String {
        Self.run(tool, arguments).text.split(separator: "\n").first.map(String.init) ?? ""
    }
}
