import Codecs
import Judging
import Ledger
import Testing

/// Each test changes a sound bundle as somebody with the file in hand could, and expects to be told.
struct BundleTamperTests {
    private let fixture: BundleFixture
    private let sound: [UInt8]

    init() async throws {
        fixture = try await BundleFixture()
        sound = try fixture.file()
        #expect(BundleReport(on: sound, trusted: fixture.key).isSound)
    }

    /// The file with `content`, signed anew by whoever holds `key`.
    private func signed(_ content: [UInt8], by key: SigningKey) throws -> [UInt8] {
        let origin = "plumbline/plant-1/bench-pc-07"
        let digest = Base64.text(SHA256Digest.bytes(of: content))
        let text = "plumbline-bundle/v1\n\(origin)\n\(digest)\n"
        let note = SignedNote(
            text: text,
            signatures: [
                .init(name: origin, keyID: key.keyID, bytes: try key.signature(over: Array(text.utf8)))
            ]
        ).note
        let rest: JSONValue = [
            "key": .string(String(decoding: try key.publicKeyFile(name: origin), as: UTF8.self)),
            "schema": "plumbline.bundle/1", "signature": .string(note),
        ]
        return Array(#"{"content":"#.utf8) + content + [0x2C] + CanonicalJSON.bytes(rest).dropFirst()
    }

    private func content() throws -> JSONValue { try #require(try JSONParser.parse(sound)["content"]) }

    private func mismatches(_ content: JSONValue) throws -> [String] {
        BundleReport(
            on: try signed(CanonicalJSON.bytes(content), by: fixture.key), trusted: fixture.key
        ).mismatches
    }

    /// Every byte counts: 2,000 bits turned at random, each alone.
    @Test func everyTurnedBitIsNoticed() async throws {
        let seed = SeededRandom.seed()
        var chance = SeededRandom(seed: seed)
        for turn in 0..<2_000 {
            let (byte, bit) = (chance.below(sound.count), chance.below(8))
            var turned = sound
            turned[byte] ^= 1 << bit
            let report = BundleReport(on: turned, trusted: turn % 2 == 0 ? fixture.key : nil)
            #expect(!report.isSound, "seed \(seed): byte \(byte), bit \(bit)")
            await Task.yield()
        }
    }

    /// Every byte of key, schema, signature and frame.
    @Test func everyByteOutsideOfTheContentCounts() async throws {
        let end = 11 + (try #require(BundleFile(sound)).content.count)
        for byte in Array(0..<11) + Array(end..<sound.count) {
            var turned = sound
            turned[byte] ^= 1 << (byte % 8)
            #expect(!BundleReport(on: turned, trusted: nil).isSound, "byte \(byte), bit \(byte % 8)")
            await Task.yield()
        }
    }

    /// Not even the holder of the key changes an entry, raw bytes, proofs, numbers or the story, for the
    /// tree, the hashes and the story that is made anew hold them.
    @Test func whoeverSignsAnewIsHeldByTheTree() async throws {
        let seed = SeededRandom.seed()
        var chance = SeededRandom(seed: seed)
        let bytes = try #require(BundleFile(sound)).content
        var tried = 0
        while tried < 200 {
            var turned = bytes
            let byte = chance.below(bytes.count)
            turned[byte] ^= 1 << chance.below(8)
            tried += 1
            let report = BundleReport(on: try signed(turned, by: fixture.key), trusted: fixture.key)
            #expect(!report.isSound, "seed \(seed): byte \(byte)")
            await Task.yield()
        }
    }

    @Test func aForgerWithAKeyOfTheirOwnIsFoundByTheTrueKey() throws {
        let forger = try SigningKey.generate()
        let forged = try signed(CanonicalJSON.bytes(try content()), by: forger)
        #expect(
            BundleReport(on: forged, trusted: fixture.key).mismatches
                == ["it is signed with another key than the one given: another gateway made it, or a forger"])
        // The true ledger's checkpoint gives them away even without the true key.
        #expect(
            BundleReport(on: forged, trusted: nil).mismatches
                == ["the checkpoint is not signed by the key that signed the bundle"])
    }

    /// A whole ledger of a forger's own: only the true key tells.
    @Test func aForgedLedgerIsFoundByTheTrueKeyOnly() async throws {
        let other = try await BundleFixture()
        let forged = try other.file()
        #expect(BundleReport(on: forged, trusted: nil).isSound)
        #expect(!BundleReport(on: forged, trusted: fixture.key).isSound)
    }

    @Test func membersThatStandTwiceOrElsewhereOrBeyondAreRefused() throws {
        let text = String(decoding: try #require(BundleFile(sound)).content, as: UTF8.self)
        let body = text.dropFirst().dropLast()
        let forms = [
            "{\(body),\"serial\":\"SA10197\"}", "{\"serial\":\"SA10197\",\(body)}", "{\(body), \"x\":1}",
            " \(text)", "\(text)\n", "{\(body),\"zz\":1}", "{}", "[]", "null", "", "{\(body)",
            String(repeating: "[", count: 100_000), "{\"a\":" + String(repeating: "{\"a\":", count: 5_000),
        ]
        for form in forms {
            let report = BundleReport(on: try signed(Array(form.utf8), by: fixture.key), trusted: nil)
            #expect(!report.isSound, "\(form.prefix(60))")
        }
        let file = String(decoding: sound, as: UTF8.self)
        let frames = [
            file + "\n", file + " ", " " + file, file + file, "{}", "", "[]",
            file.replacing(#","schema":"#, with: #", "schema":"#), String(file.dropLast()),
            file.replacing(#""schema":"plumbline.bundle/1""#, with: #""schema":"plumbline.bundle/2""#),
            String(file.dropLast()) + #","zz":1}"#, String(file.dropLast()) + #","signature":"x"}"#,
            #"{"aa":1,"# + file.dropFirst(),
        ]
        for frame in frames {
            #expect(!BundleReport(on: Array(frame.utf8), trusted: nil).isSound, "\(frame.suffix(60))")
        }
    }

    @Test func inputWithoutEndIsRefusedAtOnce() {
        let huge = [UInt8](repeating: UInt8(ascii: "["), count: BundleFile.largest + 1)
        #expect(BundleReport(on: huge, trusted: nil).mismatches.first?.contains("longer") == true)
        let half = Array(#"{"content":"#.utf8) + huge.prefix(1 << 20)
        #expect(!BundleReport(on: half, trusted: nil).isSound)
    }

    @Test func noByteSequenceCrashesIt() async throws {
        let seed = SeededRandom.seed()
        var chance = SeededRandom(seed: seed)
        for _ in 0..<200 {
            let start = chance.below(sound.count)
            let length = chance.below(sound.count - start)
            var cut = sound
            cut.removeSubrange(start..<start + length)
            #expect(length == 0 || !BundleReport(on: cut, trusted: nil).isSound, "seed \(seed)")
            await Task.yield()
        }
    }

    @Test func aStoryThatSaysSomethingElseIsFound() throws {
        var content = try content().members
        let story = try #require(content["story"]?.text)
        content["story"] = .string(story.replacing("PASS", with: "FAIL"))
        #expect(try mismatches(.object(content)) == ["the story says something else than the entries"])
    }

    @Test func anEntryOfAnotherPartIsNoneOfThisOnes() throws {
        let other = try fixture.bundle(serial: "SA10196")
        var content = try content().members
        let stranger = try #require(other.content(story: "")["entries"]?.elements.last)
        content["entries"] = .array([stranger] + (content["entries"]?.elements ?? []))
        let found = try mismatches(.object(content))
        #expect(found.contains("entry 3 is not about SA10197"))
        #expect(found.contains("entry 2 does not follow entry 3"))
    }

    @Test func aDeliveryWithoutItsReceiptIsFound() throws {
        var content = try content().members
        content["entries"] = .array((content["entries"]?.elements ?? []).filter { $0["seq"] != 10 })
        #expect(
            try mismatches(.object(content)).contains(
                "whether qms holds record r1: the receipts and the deliveries differ"))
    }

    /// Seen passing while a receipt's own words said which part it is about.
    @Test func aReceiptOfAnUnknownRecordIsRefused() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([
            Scratch.draft("r1"),
            EntryDraft(
                kind: .receipt, id: "q1",
                body: [
                    "schema": "plumbline.receipt/1", "serial": "SA10197", "record": "r2", "sink": "qms",
                    "sha256": "00",
                ]),
        ])
        try await writer.close()
        let reader = try LedgerReader(path: scratch.ledger)
        let bundle = try #require(
            try reader.bundle(serial: "SA10197", madeAt: BundleFixture.madeAt, software: nil))
        #expect(bundle.leaves.count == 2)
        let file = try BundleFile(bundle, signedBy: try reader.signingKey())
        #expect(
            BundleReport(on: file.bytes, trusted: nil).mismatches
                == ["the receipt in entry 2 is for no record that stands before it"])
    }

    @Test func evidenceThatWasLeftOutIsFound() throws {
        var content = try content().members
        let raw = SHA256Digest.hex(of: BundleFixture.raw)
        content["evidence"] = .array(
            (content["evidence"]?.elements ?? []).filter { $0["sha256"]?.text != raw })
        #expect(
            try mismatches(.object(content)) == [
                "evidence \(raw): entry 8 names it, and it was left out",
                "evidence \(raw): entry 9 names it, and it was left out",
            ])
    }

    /// What it says of its making is shown to people and written into its page.
    @Test(arguments: ["", "yesterday", "2026-11-22T08:00:00Z", "2026-11-22T08:00:00.00000000\u{661}Z"])
    func aMomentOfAnotherFormIsRefused(moment: String) throws {
        var content = try content().members
        content["made_at"] = .string(moment)
        #expect(try mismatches(.object(content)) == ["the content is not of the form plumbline.bundle/1"])
    }

    /// What rests on an entry that is not in the ledger is not looked at: nothing is told of it.
    @Test func theFirstCheckThatFailsIsTheLast() throws {
        var content = try content().members
        var entries = content["entries"]?.elements ?? []
        var record = entries[5].members
        var body = (record["body"] ?? nil).members
        body["result"] = "FAIL"
        record["body"] = .object(body)
        entries[5] = .object(record)
        content["entries"] = .array(entries)
        content["evidence"] = []
        content["story"] = "another"
        #expect(try mismatches(.object(content)) == ["entry 9 is not the one in the ledger"])
    }

    @Test func evidenceThatNoEntryNamesIsFound() throws {
        var content = try content().members
        let stowaway: JSONValue = [
            "sha256": .string(SHA256Digest.hex(of: Array("x".utf8))), "text": "x",
        ]
        content["evidence"] = .array((content["evidence"]?.elements ?? []) + [stowaway])
        #expect(try mismatches(.object(content)).contains { $0.hasSuffix("no entry names it") })
    }

    /// What is shown of a bundle must not work on a terminal.
    @Test func namesOfAForgerCannotWorkOnATerminal() async throws {
        let evil = try await BundleFixture(serial: "SA\u{1B}[2J\u{202E}1")
        let bundle = try evil.bundle(serial: "SA\u{1B}[2J\u{202E}1")
        let report = BundleReport(on: try BundleFile(bundle, signedBy: evil.key).bytes, trusted: nil)
        #expect(report.isSound)
        #expect(report.serial == "SA⟨U+001B⟩[2J⟨U+202E⟩1")
        let shown = (report.proved + report.unproved).joined()
        #expect(shown.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
    }
}

extension JSONValue {
    /// Members of an object; none of anything else.
    fileprivate var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return members
    }
}

extension SeededRandom {
    /// A number from 0 to `bound` − 1; 0 where there is none.
    fileprivate mutating func below(_ bound: Int) -> Int {
        bound > 0 ? Int.random(in: 0..<bound, using: &self) : 0
    }
}
