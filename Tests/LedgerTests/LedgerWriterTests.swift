import Codecs
import Glibc
import Ledger
import Testing

struct LedgerWriterTests {
    @Test func whatIsAppendedCanBeReadAtOnceAndAfterReopening() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let entries = try await writer.append([Scratch.draft("r1"), Scratch.draft("r2", serial: "SA10198")])
        #expect(entries.map(\.seq) == [1, 2])
        #expect(try writer.reader.entry(id: "r2") == entries[1])
        try await writer.close()
        let again = try scratch.open()
        #expect(try again.reader.entries() == entries)
        #expect(try await again.append([Scratch.draft("r3")]).map(\.seq) == [3])
        try await again.close()
    }

    @Test func theSameEntryAgainIsTheSameEntry() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let first = try await writer.append([Scratch.draft("r1", outbox: ["qms"])])
        let second = try await writer.append([Scratch.draft("r1", outbox: ["qms"])])
        #expect(first == second)
        #expect(try writer.reader.size() == 1)
        #expect(try writer.reader.outboxCounts() == ["qms": [.pending: 1]])
        try await writer.close()
    }

    @Test func oneIdWithTwoContentsIsRefusedAndNothingOfItsCallIsWritten() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1")])
        let error = await #expect(throws: LedgerError.self) {
            try await writer.append([Scratch.draft("r2"), Scratch.draft("r1", serial: "OTHER")])
        }
        #expect(error?.kind == .conflict)
        #expect(error?.isFatal == false)
        #expect(try writer.reader.entry(id: "r2") == nil)
        #expect(try await writer.append([Scratch.draft("r3")]).map(\.seq) == [2])
        #expect(try scratch.verified(writer) == [])
        try await writer.close()
    }

    /// What waits for its turn to be committed is committed when its turn or its batch has come.
    @Test(arguments: [1_000, 4]) func whatWaitsForItsPaceIsNotLost(batch: Int) async throws {
        let scratch = try Scratch()
        let writer = try scratch.open(grouping: CommitGrouping(intervalMilliseconds: 1_000, batch: batch))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 1...100 {
                group.addTask {
                    // One after another, so that the pace is used up, then all at once.
                    if number <= 40 { try await writer.append([Scratch.draft("a\(number)")]) }
                    try await writer.append([Scratch.draft("b\(number)")])
                }
            }
            try await group.waitForAll()
        }
        #expect(try writer.reader.size() == 140)
        #expect(try scratch.verified(writer) == [])
        try await writer.close()
    }

    @Test func callersThatComeTogetherEachGetTheirOwnEntries() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let seqs = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for number in 1...300 {
                group.addTask {
                    let entries = try await writer.append([
                        Scratch.draft("a\(number)"), Scratch.draft("b\(number)"),
                    ])
                    #expect(entries.map(\.id) == ["a\(number)", "b\(number)"])
                    return entries.map(\.seq)
                }
            }
            return try await group.reduce(into: [Int64]()) { $0 += $1 }
        }
        #expect(seqs.sorted() == Array(1...600))
        #expect(try scratch.verified(writer) == [])
        try await writer.close()
    }

    @Test func entriesCannotBeChangedDeletedOrReplacedInPlace() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1", outbox: ["qms"])])
        try await writer.close()
        for attack in [
            "UPDATE entry SET body = '{}'", "DELETE FROM entry",
            "REPLACE INTO entry SELECT seq, kind, id, '{}', leaf_hash FROM entry",
            "INSERT INTO entry SELECT 7, kind, 'r7', body, leaf_hash FROM entry",
            "UPDATE checkpoint SET note = ''", "DELETE FROM checkpoint",
            "REPLACE INTO checkpoint SELECT size, root, '' FROM checkpoint", "DELETE FROM outbox",
        ] {
            #expect(scratch.sqlite(attack).contains("rror"), "\(attack)")
        }
        #expect(scratch.sqlite("SELECT id, body LIKE '%SA10197%' FROM entry") == "r1|1")
    }

    @Test func aSecondWriterIsTurnedAwayAndToldByWhichProcess() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let error = #expect(throws: LedgerError.self) { try scratch.open() }
        #expect(error?.kind == .locked)
        #expect(error?.what.contains("\(getpid())") == true)
        try await writer.close()
        try await scratch.open().close()
    }

    @Test func aFullLedgerStopsForGoodKeepsWhatItAcknowledgedAndSaysWhatToDo() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open(mostBytes: 400_000)
        var acknowledged: [String] = []
        var failure: LedgerError?
        for number in 1...10_000 where failure == nil {
            do throws(LedgerError) {
                try await writer.append([Scratch.draft("r\(number)")])
                acknowledged.append("r\(number)")
            } catch {
                failure = error
            }
        }
        // On a slow machine it may be a checkpoint that is refused first: then the next entry is told of it.
        let kind = try #require(failure?.kind)
        #expect([.full, .failed].contains(kind))
        #expect(failure?.what.contains("is full") == true)
        #expect(failure?.remedy.contains("free space") == true)
        #expect(acknowledged.count > 10)
        let next = await #expect(throws: LedgerError.self) {
            try await writer.append([Scratch.draft("late")])
        }
        #expect(next?.kind == .failed)
        #expect(next?.isFatal == true)
        #expect(writer.failure?.kind == .full)
        await #expect(throws: LedgerError.self) { try await writer.close() }
        let again = try scratch.open()
        #expect(try again.reader.entries(limit: 20_000).map(\.id) == acknowledged)
        #expect(try scratch.verified(again) == [])
        try await again.close()
    }

    /// The entry found room and its checkpoint does not: nobody waits for that one, so the next is told.
    @Test(.timeLimit(.minutes(10))) func aLedgerThatIsTooFullToBeSignedStopsTooAndSaysWhy() async throws {
        let scratch = try Scratch()
        try await scratch.open().close()
        var (entries, refused): (Int64, LedgerError?) = (0, nil)
        while refused == nil, entries < 100 {
            let writer = try scratch.open(mostBytes: scratch.databaseBytes)
            let hasRoom = (try? await writer.append([Scratch.draft("r\(entries + 1)")])) != nil
            entries += hasRoom ? 1 : 0
            do throws(LedgerError) { try await writer.close() } catch { refused = hasRoom ? error : nil }
            guard !hasRoom else { continue }
            let wider = try scratch.open()
            try await wider.append([Scratch.draft("r\(entries + 1)")])
            entries += 1
            try await wider.close()
        }
        #expect(refused?.kind == .full)
        // What a run left unsigned is signed at once by the next, which is stopped by it before it is asked.
        let stopped = try scratch.open(mostBytes: scratch.databaseBytes)
        for await _ in stopped.outboxChanges() {}
        // Whoever listens only now is not left waiting either.
        for await _ in stopped.outboxChanges() {}
        let error = await #expect(throws: LedgerError.self) {
            try await stopped.append([Scratch.draft("late")])
        }
        #expect(error?.kind == .failed)
        #expect(error?.what.contains("is full") == true && error?.remedy.contains("free space") == true)
        await #expect(throws: LedgerError.self) { try await stopped.close() }
        let again = try scratch.open()
        #expect(try again.reader.size() == entries)
        #expect(try scratch.verified(again) == [])
        try await again.close()
    }

    @Test func whatWasAcknowledgedIsInTheFilesOfACrash() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        for number in 1...40 {
            try await writer.append([Scratch.draft("r\(number)", outbox: ["qms"])])
            guard number % 10 == 0 else { continue }
            let copy = scratch.crashCopy(to: "crash\(number)")
            let revived = try LedgerWriter(path: copy, origin: "plumbline/plant-1/bench-pc-07")
            #expect(try revived.reader.size() == number)
            #expect(try revived.reader.outboxCounts() == ["qms": [.pending: number]])
            try await revived.append([Scratch.draft("after")])
            #expect(try LedgerReader(path: copy).verify().mismatches == [])
            try await revived.close()
        }
        try await writer.close()
    }

    @Test func anEntryWhoseBodyDoesNotNameItsEvidenceIsRefused() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let curve = Array("curve".utf8)
        let error = await #expect(throws: LedgerError.self) {
            try await writer.append([EntryDraft(kind: .audit, id: "a", body: [:], evidence: [curve])])
        }
        #expect(error?.kind == .invalid)
        let hash = SHA256Digest.hex(of: curve)
        for id in ["a", "b"] {
            try await writer.append([
                EntryDraft(
                    kind: .audit, id: id, body: ["evidence": [.string(hash)], "n": .string(id)],
                    evidence: [curve])
            ])
        }
        #expect(try writer.reader.evidence(sha256: hash) == curve)
        #expect(try writer.reader.evidence(sha256: String(repeating: "0", count: 64)) == nil)
        #expect(scratch.sqlite("SELECT count(*) FROM evidence") == "1")
        try await writer.close()
    }

    @Test(arguments: ["", String(repeating: "x", count: 201)])
    func idsAreBounded(id: String) async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let error = await #expect(throws: LedgerError.self) { try await writer.append([Scratch.draft(id)]) }
        #expect(error?.kind == .invalid)
        try await writer.close()
    }

    @Test func aBodyThatCouldNotBeReadBackIsRefused() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        var deep: JSONValue = 1
        for _ in 1...64 { deep = [deep] }
        for body: JSONValue in [deep, ["n": .number(.min)], [.number(JSONValue.largestNumber + 1)]] {
            let error = await #expect(throws: LedgerError.self) {
                try await writer.append([EntryDraft(kind: .audit, id: "a", body: body)])
            }
            #expect(error?.kind == .invalid)
        }
        guard case .array(let elements) = deep else { return }
        let deepest = try #require(elements.first)
        try await writer.append([EntryDraft(kind: .audit, id: "a", body: deepest)])
        #expect(try scratch.verified(writer) == [])
        try await writer.close()
    }

    /// Behind a damaged frame SQLite sees nothing: closing as usual would delete what is there for good.
    @Test func aRefusedOpeningLeavesTheLogAsItIs() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        for number in 1...60 { try await writer.append([Scratch.draft("r\(number)")]) }
        // Signed and handed out, so that what is missing afterwards is missed.
        let signed = try #require(
            try writer.directory.awaitingCheckpoint(seconds: 30) { () throws(LedgerError) -> [UInt8]? in
                let file = try DataDirectory.read(writer.directory.checkpoint)
                return file.flatMap { String(decoding: $0, as: UTF8.self).contains("\n60\n") ? $0 : nil }
            })
        #expect(!signed.isEmpty)
        // What a power cut leaves: no orderly end has moved the log into the database.
        let cut = scratch.path + "/cut"
        Scratch.run("/bin/cp", ["-a", scratch.ledger, cut])
        try await writer.close()
        let log = cut + "/ledger.db-wal"
        var bytes = try #require(try DataDirectory.read(log, most: 1 << 24))
        bytes[bytes.count / 3] ^= 1
        try DataDirectory(cut).replace(log, with: bytes)
        #expect(throws: LedgerError.self) {
            try LedgerWriter(path: cut, origin: "plumbline/plant-1/bench-pc-07")
        }
        #expect(try DataDirectory.read(log, most: 1 << 24) == bytes)
    }

    @Test func afterCloseNothingIsTakenAndTheLogIsEmpty() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        let changes = writer.outboxChanges()
        try await writer.append([Scratch.draft("r1", outbox: ["qms"])])
        try await writer.append([Scratch.draft("r2")])
        try await writer.close()
        var seen: [Int64] = []
        for await seq in changes { seen.append(seq) }
        #expect(seen == [1])
        let error = await #expect(throws: LedgerError.self) { try await writer.append([Scratch.draft("r3")]) }
        #expect(error?.kind == .closed)
        #expect(Scratch.run("/usr/bin/test", ["-s", scratch.ledger + "/ledger.db-wal"]).status != 0)
        try await writer.close()
    }
}

extension Scratch {
    /// Size of the database's file, which is all of it once the ledger was closed.
    var databaseBytes: Int64 {
        get throws {
            var file = stat()
            try #require(stat(ledger + "/ledger.db", &file) == 0)
            return Int64(file.st_size)
        }
    }

    /// What verification finds wrong.
    func verified(_ writer: LedgerWriter) throws -> [String] {
        try LedgerReader(path: ledger).verify().mismatches
    }
}
