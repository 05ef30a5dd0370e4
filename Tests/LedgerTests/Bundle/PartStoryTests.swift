import Codecs
import Ledger
import Testing

/// The page that people read.
struct PartStoryTests {
    private func story(_ fixture: BundleFixture, serial: String = BundleFixture.serial) throws -> String {
        let bundle = try fixture.bundle(serial: serial)
        let head = try #require(fixture.key.checkpoint(verifiedFrom: bundle.checkpoint))
        return bundle.story(under: head, fixture.key)
    }

    @Test func aQualityEngineerFindsWhoWhatWhichGaugeAndWhere() async throws {
        let page = try story(try await BundleFixture())
        for told in [
            "inspector 1042 completed the operation 060 Flow test at station flow-test-1",
            "by the plan cr-injector-flow revision 4",
            "All measured characteristics (1) are within their limits",
            "<strong>126.8</strong> mm³/stroke", "122 … 132", "<code>42fd999a</code>",
            "<td>FTS-001</td><td>77</td><td>C-4711</td><td>2027-02-01</td><td>current</td>",
            "The ledger has a receipt of qms for the record.", "The record waits to be sent to erp.",
            "<strong>reject</strong>", "<td>2001</td><td>dent</td>", "scan refused", "no step waits",
            "0000  04 86 53 41 31 30 31 39 37 00 01 02 03 04 05 06  ..SA10197.......",
            "Decided later: reject. The record waits",
            "<span class=\"verdict open\">later: reject</span>",
            "What proves this", "2026-11-21 09:21:12 UTC (clock synchronized)",
        ] {
            #expect(page.contains(told), "\(told)")
        }
        #expect(!page.contains("no real part"))
        #expect(!page.contains("SECRET-BADGE"))
    }

    @Test func nothingFromOutsideWorksOnThePage() async throws {
        let serial = "<script>alert(1)</script>\"'&\u{202E}\u{1B}[2J\n]]>"
        let page = try story(try await BundleFixture(serial: serial), serial: serial)
        #expect(!page.contains("<script"))
        #expect(
            page.contains(
                "&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;⟨U+202E⟩⟨U+001B⟩[2J⟨U+000A⟩]]&gt;"))
        #expect(page.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value != 0x202E) })
    }

    /// A bundle stays good only as long as its story can be made anew: the form of `plumbline.bundle/1` must
    /// not change any more once it is released. Another form needs another number.
    @Test func theSameBundleHasTheSameStoryForEver() throws {
        let pem = """
            -----BEGIN PUBLIC KEY-----
            MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZOC9cHXcN8NuCic6miGGklJ1zhkt
            c+rm9cISvV2KLEpmBRX5hXwzm4QZcN6X54qP1ptwTwIX0AW3gV5Gd9GJKw==
            -----END PUBLIC KEY-----

            """
        let key = try SigningKey(publicPEM: Array(pem.utf8))
        let record = BundleFixture.record("r1", serial: "SA10197", result: "FAIL")
        let content: JSONValue = [
            "serial": "SA10197", "made_at": .string(BundleFixture.madeAt), "checkpoint": "",
            "software": ["name": "plumbline", "version": "0.1.0"],
            "entries": [
                ["seq": 1, "body": BundleFixture.start("s1").body, "proof": []],
                ["seq": 2, "body": record, "proof": []],
                ["seq": 3, "body": ["record": "r1", "disposition": "rework"], "proof": []],
            ],
            "evidence": [
                [
                    "sha256": .string(SHA256Digest.hex(of: BundleFixture.raw)),
                    "base64": .string(Base64.text(BundleFixture.raw)),
                ]
            ],
            "deliveries": [["record": "r1", "sink": "qms", "state": "quarantined", "attempts": 3]],
        ]
        let bundle = try #require(EvidenceBundle(content: content))
        let head = Checkpoint(origin: "plumbline/a/b", size: 3, root: SHA256Digest.bytes(of: []))
        let story = bundle.story(under: head, key)
        let known = "5b3510f98ab5c20458c6707ab52e5447e590fee5f7f4cf6b0cebc95c300a490a"
        #expect(SHA256Digest.hex(of: Array(story.utf8)) == known)
    }

    /// Texts that only look the same are two, as they are to SQLite.
    @Test func namesThatOnlyLookTheSameAreTwo() throws {
        let names = ["Pr\u{FC}f", "Pru\u{308}f"]
        let entries = names.enumerated().map { index, name -> JSONValue in
            let record: JSONValue = [
                "schema": "plumbline.inspection/1", "id": .string(name),
                "part": ["serial": "S", "number": .string(name)],
            ]
            return ["seq": .number(Int64(index) + 1), "body": record, "proof": []]
        }
        let content: JSONValue = [
            "serial": "S", "made_at": "", "software": nil, "checkpoint": "", "entries": .array(entries),
            "evidence": [],
            "deliveries": [
                ["record": .string(names[0]), "sink": "qms", "state": "pending", "attempts": 0]
            ],
        ]
        let bundle = try #require(EvidenceBundle(content: content))
        let head = Checkpoint(origin: "o", size: 2, root: SHA256Digest.bytes(of: []))
        let page = bundle.story(under: head, try .generate()).utf8
        let numbers = "Part number \(names[0]), \(names[1])"
        #expect(
            page.split(separator: UInt8(ascii: "\n")).contains {
                $0.starts(with: "<p class=\"item\">\(numbers)<".utf8)
            })
        #expect(String(decoding: page, as: UTF8.self).split(separator: "waits to be sent").count == 2)
    }

    /// Thousands of records of a master part, each with its delivery and its decision: seconds, not hours.
    @Test(.timeLimit(.minutes(2))) func theStoryOfALongLifeIsMadeInItsLength() throws {
        let count: Int64 = 8_000
        var entries: [JSONValue] = []
        for number in 1...count {
            let id = JSONValue.string("r\(number)")
            let bodies: [JSONValue] = [
                ["schema": "plumbline.inspection/1", "id": id], ["record": id, "disposition": "hold"],
                ["schema": "plumbline.receipt/1", "record": id, "sink": "qms"],
            ]
            entries += bodies.map { ["seq": .number(number), "body": $0, "proof": []] }
        }
        let deliveries = (1...count).map { number -> JSONValue in
            ["record": .string("r\(number)"), "sink": "qms", "state": "delivered", "attempts": 1]
        }
        let content: JSONValue = [
            "serial": "S", "made_at": "", "software": nil, "checkpoint": "", "entries": .array(entries),
            "evidence": [], "deliveries": .array(deliveries),
        ]
        let bundle = try #require(EvidenceBundle(content: content))
        let head = Checkpoint(origin: "o", size: 1, root: SHA256Digest.bytes(of: []))
        #expect(bundle.story(under: head, try .generate()).hasSuffix("</html>\n"))
    }

    @Test func aPartWithoutARecordHasAStoryToo() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await writer.append([Scratch.audit("a1", event: "cycle.opened", cycle: "c1")])
        try await writer.close()
        let reader = try LedgerReader(path: scratch.ledger)
        let bundle = try #require(
            try reader.bundle(serial: "SA10197", madeAt: BundleFixture.madeAt, software: nil))
        let file = try BundleFile(bundle, signedBy: try reader.signingKey())
        let report = BundleReport(on: file.bytes, trusted: nil)
        #expect(report.mismatches == [])
        #expect(String(decoding: file.content, as: UTF8.self).contains("NO RECORD"))
    }

    /// Bodies of any form that canonical JSON has make a page, and never end the program.
    @Test func entriesOfAnyFormAreTold() throws {
        let key = try SigningKey.generate()
        let odd: [JSONValue] = [
            nil, [], "x", 7, ["schema": "plumbline.inspection/1"],
            [
                "schema": "plumbline.inspection/1", "results": ["x", 3, ["gauge": 3]], "steps": "x",
                "part": [],
            ],
            ["schema": "plumbline.inspection/1", "results": [["lsl": "1"]], "ended_at": "é", "gates": [3]],
            ["schema": "plumbline.receipt/1", "record": 3], ["event": "cycle.step", "results": [3]],
            ["record": "r", "disposition": "hold"], ["event": "gateway.started", "software": []],
            ["evidence": ["x", 3]],
        ]
        let entries = odd.enumerated().map { index, body -> JSONValue in
            ["seq": .number(Int64(index) + 1), "body": body, "proof": []]
        }
        let content: JSONValue = [
            "serial": "S", "made_at": "", "software": nil, "checkpoint": "", "entries": .array(entries),
            "evidence": [["sha256": "x", "text": ""]],
            "deliveries": [["record": "r", "sink": "s", "state": "delivered", "attempts": 1]],
        ]
        let bundle = try #require(EvidenceBundle(content: content))
        let head = Checkpoint(origin: "o", size: 1, root: SHA256Digest.bytes(of: []))
        #expect(bundle.story(under: head, key).hasSuffix("</html>\n"))
    }
}
