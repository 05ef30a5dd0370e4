import Codecs
import Ledger
import Testing

/// A damaged ledger is set aside, and what the gateway needs goes on in the next segment.
@Suite(.timeLimit(.minutes(10))) struct LedgerSalvageTests {
    /// A node that the root is made of: opening fails, and everything proves itself all the same.
    private static let damage = "UPDATE node SET hash = zeroblob(32) WHERE level = 6 AND position = 0"

    @Test func whatTheGatewayNeedsGoesOnInTheNextSegment() async throws {
        let fixture = try await SalvageFixture()
        let old = try LedgerReader(path: fixture.scratch.ledger)
        let records = try old.records().filter { SalvageFixture.waiting.contains($0.id) }
        fixture.meddle(Self.damage)
        let (writer, found) = try fixture.openSalvaging()
        let segment = try #require(found)
        #expect(segment.number == 2 && segment.origin == SalvageFixture.name + "/2")
        #expect(segment.folder == "damaged-2026-11-22T06-40-00Z")
        #expect(segment.unproven == [] && segment.lostEvidence == [] && segment.newestSigned == nil)
        #expect(segment.lastGood.hasPrefix("\(SalvageFixture.name)\n103\n"))
        #expect(try writer.reader.segment() == segment)
        #expect(try SalvageFixture.open(in: writer.reader) == SalvageFixture.waiting)
        let held = try writer.reader.outbox(sink: "qms", state: .quarantined)
        #expect(held.map(\.id) == ["r3"] && held.first?.lastError == "no such part")
        for record in records {
            let carried = try writer.reader.entry(id: record.id)
            #expect(carried?.bytes == record.bytes && carried?.kind == .record)
        }
        #expect(try writer.reader.openCycles().map(\.id) == ["open"])
        #expect(try writer.reader.openCycles().first?.events.count == 2)
        #expect(try writer.reader.deviceState("FB-1") == SalvageFixture.state)
        let decided = try writer.reader.decisions(serial: "SA10007", uii: nil)
        #expect(decided.entries.map(\.id) == ["r7", "d1"])
        try await writer.append([Scratch.draft("new")])
        try await writer.close()
        #expect(try LedgerReader(path: fixture.scratch.ledger).verify().mismatches == [])
        try await fixture.open().close()
    }

    /// Where it lies it can be looked at as a ledger, and is the file that it was.
    @Test func theDamagedOneIsKeptAsItWas() async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(Self.damage)
        let error = try #require(throws: LedgerError.self) { try fixture.open() }
        let before = try #require(try DataDirectory.read(fixture.scratch.ledger + "/ledger.db"))
        let segment = try fixture.salvage(error)
        let aside = "\(fixture.scratch.ledger)/\(segment.folder)"
        #expect(try DataDirectory.read(aside + "/ledger.db") == before)
        #expect(segment.files.map(\.name) == ["ledger.db"])
        #expect(segment.files.first?.sha256 == SHA256Digest.hex(of: before))
        let report = try LedgerReader(path: aside).verify()
        #expect(report.mismatches.contains { $0.hasPrefix("node 6/0") })
        #expect(report.entries == 103)
        let names = Scratch.run("/bin/ls", ["-A", aside]).text.split(separator: "\n")
        #expect(Set(names).isDisjoint(with: ["ledger.key", "next", "next.new", "lock"]))
    }

    /// Of a page that is destroyed nothing is taken for true, nothing is lost without being named, and no
    /// start ends in a crash.
    @Test func whateverPageIsDestroyed() async throws {
        let fixture = try await SalvageFixture()
        let file = fixture.scratch.ledger + "/ledger.db"
        let sound = try #require(try DataDirectory.read(file))
        Scratch.run("/bin/cp", ["-r", fixture.scratch.ledger, fixture.scratch.path + "/sound"])
        var salvaged = 0
        for page in 0..<sound.count / 4_096 {
            Scratch.run("/bin/rm", ["-r", fixture.scratch.ledger])
            Scratch.run("/bin/cp", ["-r", fixture.scratch.path + "/sound", fixture.scratch.ledger])
            var bytes = sound
            for index in 0..<4_096 { bytes[page * 4_096 + index] = UInt8(truncatingIfNeeded: index &* 37) }
            try DataDirectory(fixture.scratch.ledger).replace(file, with: bytes)
            do throws(LedgerError) {
                let error: LedgerError
                do throws(LedgerError) {
                    try await fixture.open().close()
                    // What a start does not look at, a start does not need; what it needs is tried here.
                    error = LedgerError(.corrupt, what: "page \(page)", place: file, remedy: "")
                } catch let failure { error = failure }
                let segment = try fixture.salvage(error)
                salvaged += 1
                let writer = try fixture.open()
                let carried = (try? SalvageFixture.open(in: writer.reader)) ?? []
                let isNamed = SalvageFixture.waiting.subtracting(carried).isEmpty || segment.unprovenCount > 0
                #expect(isNamed, "page \(page): \(carried.count) carried, \(segment.unproven)")
                #expect(carried.isSubset(of: SalvageFixture.waiting), "page \(page)")
                let isOpen = try writer.reader.openCycles().map(\.id) == ["open"]
                #expect(isOpen || segment.unprovenCount > 0, "page \(page)")
                try await writer.close()
                #expect(
                    try LedgerReader(path: fixture.scratch.ledger).verify().mismatches == [], "page \(page)")
            } catch {
                // The first page says what the file is; without it nothing proves itself.
                #expect(error.kind == .corrupt && !error.remedy.isEmpty, "page \(page): \(error)")
            }
        }
        #expect(salvaged > sound.count / 4_096 / 2)
    }

    /// With the old file at hand a stranger sees that nothing was taken over that it did not hold.
    @Test func theLinkIsProvedWithTheOldFileAndOnlyWithIt() async throws {
        let fixture = try await SalvageFixture()
        let (aside, segment) = try await fixture.setAside(Self.damage)
        let reader = try LedgerReader(path: fixture.scratch.ledger)
        #expect(try reader.objections(toEarlier: aside) == [])
        #expect(try reader.verify().earlier == segment)
        // Another file of the same gateway, in which one record more would have been taken over.
        _ = Scratch.run("/usr/bin/sqlite3", [aside + "/ledger.db", "PRAGMA user_version = 9"])
        #expect(
            try reader.objections(toEarlier: aside) == [
                "ledger.db: it is missing, or not the file that was set aside"
            ])
        #expect(try !reader.objections(toEarlier: fixture.scratch.path).isEmpty)
    }

    /// An entry that the earlier one never held is told from those that were taken over.
    @Test func whatWasNotTakenOverCannotPassForIt() async throws {
        let fixture = try await SalvageFixture()
        let (aside, _) = try await fixture.setAside(Self.damage)
        fixture.meddle("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE id = 'r6'")
        let objections = try LedgerReader(path: fixture.scratch.ledger).objections(toEarlier: aside)
        #expect(objections.count == 1)
        #expect(objections.first?.hasSuffix("it is not under the last good checkpoint") == true)
    }

    /// A body that was changed is not carried over, and the entry says so.
    @Test func whatDoesNotProveItselfIsNamedAndNotCarried() async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(
            Self.damage + "; UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE id = 'r6'")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(try SalvageFixture.open(in: writer.reader) == SalvageFixture.waiting.subtracting(["r6"]))
        #expect(segment?.unprovenCount == 1)
        #expect(segment?.unproven.first?.contains("which waits for qms") == true)
        try await writer.close()
    }

    /// A body and its leaf changed together pass every look at the row alone; the signed root tells.
    @Test func aForgedEntryIsNotCarriedOver() async throws {
        let fixture = try await SalvageFixture()
        let old = try #require(try LedgerReader(path: fixture.scratch.ledger).entry(id: "r6"))
        let forged = String(decoding: old.bytes, as: UTF8.self).replacing("PASS", with: "FAIL")
        let leaf = Hex.text(MerkleTree.leafHash(Array(forged.utf8)))
        // Not above the forged one: what cannot be known from above cannot be told from what is below.
        fixture.meddle(
            "UPDATE node SET hash = zeroblob(32) WHERE level = 5 AND position = 2; "
                + "UPDATE entry SET body = '\(forged)', leaf_hash = x'\(leaf)' WHERE id = 'r6'")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(try writer.reader.entry(id: "r6") == nil)
        #expect(segment?.unproven.contains { $0.contains("r6") } == true)
        try await writer.close()
    }

    /// The kind is a column beside the body, and under no hash.
    @Test func anEntryOfAnotherKindThanItsBodyIsNotCarriedOver() async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(Self.damage + "; UPDATE entry SET kind = 'audit' WHERE id = 'r6'")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(try writer.reader.entry(id: "r6") == nil)
        #expect(segment?.unproven.first?.hasSuffix("its row is not that of its body") == true)
        try await writer.close()
    }

    /// Another's state would make a device's next result be taken for one that is known.
    @Test func aDevicesStateMustFollowFromItsEntry() async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(Self.damage + "; UPDATE device_state SET json = replace(json, '002a01', '002a02')")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(try writer.reader.deviceState("FB-1") == nil)
        #expect(segment?.unproven.contains { $0.contains("FB-1") } == true)
        try await writer.close()
    }

    /// Of a cycle one of whose steps cannot be read nobody knows how far it is.
    @Test func aCycleWithAGapIsNotTakenUp() async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(Self.damage + "; UPDATE entry SET body = '{}' WHERE id = 'c2'")
        let (writer, segment) = try fixture.openSalvaging()
        #expect(try writer.reader.openCycles().isEmpty)
        #expect(segment?.unproven.contains { $0.hasPrefix("cycle open") } == true)
        try await writer.close()
    }
}
