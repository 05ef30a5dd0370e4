import Codecs
import Inspection
import Judging
import Testing
import Transports

@testable import Gateway

@Suite struct ScanClassifierTests {
    private func classify(
        _ bytes: [UInt8], symbology: String? = nil, parts: PartTable? = nil
    ) throws -> ScanClassifier.Scan {
        let read = ScanRead(
            bytes: bytes, symbology: symbology, stamp: StationFixture.stamp(0), device: "SCAN-1")
        return ScanClassifier(
            station: try StationFixture.station(parts: parts), roster: StationFixture.roster
        )
        .classify(read)
    }

    private func classify(
        _ text: String, symbology: String? = nil, parts: PartTable? = nil
    ) throws -> ScanClassifier.Scan {
        try classify(Array(text.utf8), symbology: symbology, parts: parts)
    }

    /// Code and sentence of a refusal; nil for anything else.
    private func refusal(_ scan: ScanClassifier.Scan) -> (code: CycleMachine.Refusal.Code, text: String)? {
        guard case .refused(let code, let text, _) = scan else { return nil }
        return (code, text)
    }

    @Test func aBadgeIsItsOperatorWhateverTheScannerPutsBeforeIt() throws {
        let bytes = Array("OP:5F1C9A".utf8)
        #expect(try classify("OP:5F1C9A") == .badge(inspector: "1042", bytes: bytes))
        #expect(try classify("OP:5F1C9A", symbology: "]C0") == .badge(inspector: "1042", bytes: bytes))
        #expect(
            try classify("]C0OP:5F1C9A") == .badge(inspector: "1042", bytes: Array("]C0OP:5F1C9A".utf8)))
    }

    @Test(arguments: ["OP:", "OP:5F1C9", "OP:5F1C9AA", "OP:5f1c9a", "]C0OP:000000"])
    func aBadgeThatNobodyHasIsRefusedAndNeverTakenForAPart(text: String) throws {
        let scan = try classify(text)
        #expect(
            scan == .refused(.unknownBadge, text: StationWords.unknownBadge, bytes: Array(text.utf8)))
    }

    @Test func aMarkIsAPartWithEverythingThatItSays() throws {
        let mark = "[)>\u{1e}06\u{1d}17V98897\u{1d}1P4L0014-163B\u{1d}SSA10197\u{1e}\u{04}"
        guard case .part(let part) = try classify(mark, symbology: "]d1") else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.serial == "SA10197")
        #expect(part.number == "4L0014-163B")
        #expect(part.uii == "D988974L0014-163BSA10197")
        #expect(part.symbology == "]d1")
        #expect(part.rawMark == Array(mark.utf8))
    }

    /// Where an identifier stands before the mark, it is of the bytes; where the scanner sends it apart, not.
    @Test(arguments: [nil, "]d2"]) func thePartKeepsTheBytesAsTheyWereScanned(symbology: String?) throws {
        let bytes = Array("]d2010950600013435221SA10197\u{1D}2404L0014-163B".utf8)
        guard case .part(let part) = try classify(bytes, symbology: symbology) else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.rawMark == bytes)
        #expect(part.symbology == "]d2")
        #expect(PartIdentity(json: part.json) == part)
    }

    /// Whatever follows: what begins like a code is never a part.
    @Test func nothingThatBeginsLikeACodeIsEverAPart() throws {
        let seed = SeededRandom.seed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<5_000 {
            let tail = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            _ = try classify(tail)
            if case .part = try classify(Array("PLC1-".utf8) + tail) {
                Issue.record("seed \(seed): \(tail)")
            }
        }
    }

    @Test func aPlainSerialFindsItsPartNumberInThePlan() throws {
        guard case .part(let part) = try classify("SA10197") else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.number == "4L0014-163B")
        #expect(part.uii == nil)
    }

    @Test(arguments: ["ZZ10197", "SA1019", "SA101977", "SAabcde"])
    func aSerialThatFitsNoPatternNamesNoPart(text: String) throws {
        let refused = try #require(refusal(try classify(text)))
        #expect(refused.code == .unknownPart)
        #expect(refused.text == "\(text) names no part number, and no serial pattern of the plan fits it.")
    }

    @Test(arguments: [
        ("WO-000123", "WO-000123 is a work order. Scan the part."),
        ("TC-7GZ8", "TC-7GZ8 is a trim code and no serial number. Scan the part's mark."),
        (
            "https://acme.example/parts/0191c0de-1111-4222-8333-444455556666",
            "This label leads to the part's page and holds no serial number. Scan the part's mark."
        ),
    ])
    func aCodeThatStandsForNoPartIsRefusedWithWhatItIs(text: String, sentence: String) throws {
        let refused = try #require(refusal(try classify(text)))
        #expect(refused.code == .unknownPart)
        #expect(refused.text == sentence)
    }

    @Test func aPartTableNamesTheNumberOfAPlainSerialWhereExactlyOneFits() throws {
        var first = PartTable.Row(number: "X1")
        first.serials = [try #require(CodePattern("X#####"))]
        first.trimCode = CodePattern("QQ??")
        var second = PartTable.Row(number: "X2")
        second.serials = [try #require(CodePattern("X1####")), try #require(CodePattern("SA1####"))]
        let table = PartTable(rows: [first, second], sha256: "ab12")
        guard case .part(let part) = try classify("X20000", parts: table) else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.number == "X1")
        let ambiguous = try #require(refusal(try classify("X10000", parts: table)))
        #expect(ambiguous.code == .unknownPart)
        #expect(ambiguous.text == "X10000 may be a X1 or a X2. Scan a mark that names the part number.")
        // The plan's word counts too, and does not go before the table's.
        let both = try #require(refusal(try classify("SA10197", parts: table)))
        #expect(both.text == "SA10197 may be a 4L0014-163B or a X2. Scan a mark that names the part number.")
        let trim = try #require(refusal(try classify("QQ7G", parts: table)))
        #expect(trim.text == "QQ7G is a trim code and no serial number. Scan the part's mark.")
    }

    @Test func anElementMayLookLikeAWorkOrder() throws {
        // What an element names is what it is: patterns are for codes that name nothing.
        let mark = "[)>\u{1e}06\u{1d}1P4L0014-163B\u{1d}SWO-000123\u{1e}\u{04}"
        guard case .part(let part) = try classify(mark) else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.serial == "WO-000123")
    }

    @Test func aGS1MarkNamesItsPartByTheMakersPartNumber() throws {
        let mark = "010950600013435221SA10197\u{1d}2404L0014-163B"
        guard case .part(let part) = try classify(mark, symbology: "]d2") else {
            Issue.record("not taken for a part")
            return
        }
        #expect(part.serial == "SA10197")
        #expect(part.number == "4L0014-163B")
        #expect(part.symbology == "]d2")
    }

    @Test(arguments: [
        [0xFF, 0xFE], [0x07], [], Array("SA10197\u{7}".utf8), Array("SA 10197".utf8),
        Array("[)>\u{1e}06\u{1d}17V98897\u{1d}1P4L0014-163B\u{1d}SSA10197".utf8), Array("[)>".utf8),
        Array("https://example.org/SA10197".utf8), [UInt8](repeating: 0x41, count: 10_000),
    ])
    func whatIsNoMarkIsRefusedWithItsReason(bytes: [UInt8]) throws {
        let scan = try classify(bytes)
        let refused = try #require(refusal(scan))
        #expect(refused.code == .badMark)
        #expect(refused.text.hasPrefix("This mark cannot be read: "))
        #expect(refused.text.hasSuffix("."))
        #expect(refused.text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F })
        #expect(scan == .refused(.badMark, text: refused.text, bytes: bytes))
    }
}
