import Testing

@testable import Codecs

private func message(_ format: String, _ fields: [String]) -> [UInt8] {
    MarkSamples.message(format, fields)
}

private func refusal(_ bytes: [UInt8], symbology: String? = nil) -> MarkError? {
    MarkSamples.refusal(bytes, symbology: symbology)
}

struct PartMarkTests {
    // MARK: worked examples of MIL-STD-130 marks

    @Test func aFormat06MarkGivesSerialPartNumberAndUII() throws {
        // barcodefaq.com's example of construct 2, in full.
        let bytes = try #require(
            Hex.bytes(
                "5b293e1e3036 1d 313756 3938383937 1d 3150 344c303031342d31363342 1d 53 53413130313937 1e04"))
        let mark = try PartMark.parse(bytes, symbology: "]d1")
        #expect(mark.uii == "D988974L0014-163BSA10197")
        #expect(mark.serial == "SA10197")
        #expect(mark.partNumber == "4L0014-163B")
        #expect(mark.format == .iso15434(format: "06"))
        #expect(mark.symbology == "]d1")
        #expect(mark.raw == bytes)
        #expect(mark.elements.map(\.identifier) == ["17V", "1P", "S"])
        #expect(mark.elements.map(\.value) == ["98897", "4L0014-163B", "SA10197"])
        #expect(mark.elements.map(\.offset) == [7, 16, 30])
        #expect(
            mark.derivation.map(\.description) == [
                "serial is S", "part number is 1P", "UII is D + 17V + 1P + S (construct 2)",
            ])
    }

    @Test func textElementsOfConstruct1() throws {
        let mark = try PartMark.parse(message("12", ["MFR 0CVA5", "SER 674A36458"]))
        #expect(mark.uii == "D0CVA5674A36458")
        #expect(mark.serial == "674A36458")
        #expect(mark.partNumber == nil)
        #expect(try PartMark.parse(message("DD", ["MFR 0CVA5", "SER 674A36458"])).uii == "D0CVA5674A36458")
    }

    @Test(arguments: [
        (["12V194532636", "1P1234", "S786950"], "UN1945326361234786950"),
        (["18S0CVA5786950"], "D0CVA5786950"),
        (["25SUN1945326361234786950"], "UN1945326361234786950"),
        (["7LW81XYZ", "1P1234", "S786950"], "LDW81XYZ1234786950"),
        (["3V0950600", "1P1234", "S786950"], "09506001234786950"),
        (["18VLHA123", "1P1234", "S786950"], "LHA1231234786950"),
        (["17V0CVA5", "1TLOT7", "S786950"], "D0CVA5LOT7786950"),
        (["I1HGCM82633A004352"], "1HGCM82633A004352"),
        (["22S80A1B2C3"], "80A1B2C3"),
    ])
    func everyConstructOfFormat06(fields: [String], uii: String) throws {
        #expect(try PartMark.parse(message("06", fields)).uii == uii)
    }

    @Test(arguments: [
        (["CAG 0CVA5", "PNO 1234", "SEQ 786950"], "D0CVA51234786950"),
        (["SPL 0CVA5", "UCN 786950"], "D0CVA5786950"),
        (["DUN 194532636", "PNO 1234", "SEQ 786950"], "UN1945326361234786950"),
        (["EUC 0950600", "SER 786950"], "0950600786950"),
        (["DUN 194532636", "LOT 77", "SEQ 786950"], "UN19453263677786950"),
        (["UID D0CVA5786950"], "D0CVA5786950"),
    ])
    func everyConstructOfTextElements(fields: [String], uii: String) throws {
        #expect(try PartMark.parse(message("12", fields)).uii == uii)
    }

    // MARK: what is and is not part of the identity

    @Test func aTraceabilityLotStaysOutsideTheUII() throws {
        let mark = try PartMark.parse(message("06", ["17V98897", "1P4L0014", "SSA1", "30TLOT 5"]))
        #expect(mark.uii == "D988974L0014SA1")
        #expect(mark.lot == "LOT 5")
    }

    @Test func theCurrentPartNumberIsThePartsAndTheOriginalStaysInItsUII() throws {
        let mark = try PartMark.parse(message("06", ["17V98897", "1P4L0014", "SSA1", "30P4L0014-B"]))
        #expect(mark.uii == "D988974L0014SA1")
        #expect(mark.partNumber == "4L0014-B")
        #expect(mark.originalPartNumber == "4L0014")
    }

    @Test func elementsOfOtherMeaningAreKept() throws {
        let mark = try PartMark.parse(message("06", ["17V98897", "1P4L0014", "SSA1", "16D20261121"]))
        #expect(mark.elements.last?.identifier == "16D")
        #expect(mark.elements.last?.value == "20261121")
    }

    @Test func aCompleteUIIIsTheSerialWhereThereIsNoOther() throws {
        let mark = try PartMark.parse(message("06", ["25SD0CVA5786950"]))
        #expect(mark.serial == "D0CVA5786950")
        #expect(mark.derivation.first?.description == "serial is the whole UII, which is never split")
    }

    @Test func withoutAnEnterpriseThereIsASerialButNoUII() throws {
        let mark = try PartMark.parse(message("06", ["1P4L0014", "SSA1"]))
        #expect(mark.uii == nil)
        #expect(mark.serial == "SA1")
        #expect(mark.partNumber == "4L0014")
    }

    @Test func theSameUIITwiceIsOneUII() throws {
        let fields = ["17V98897", "1P4L0014", "SSA1", "25SD988974L0014SA1"]
        #expect(try PartMark.parse(message("06", fields)).uii == "D988974L0014SA1")
    }

    // MARK: plain serial numbers

    @Test(arguments: ["FI-000123", "A", String(repeating: "9", count: 50), "SN:77_a.b"])
    func aPlainSerialIsTheWholeMark(text: String) throws {
        let mark = try PartMark.parse(Array(text.utf8))
        #expect(mark.serial == text)
        #expect(mark.format == .plain)
        #expect(mark.uii == nil)
        #expect(mark.elements.isEmpty)
        #expect(mark.symbology == nil)
    }

    @Test func anAIMIdentifierBeforeTheMarkIsNoPartOfIt() throws {
        let mark = try PartMark.parse(Array("]C0FI-000123".utf8))
        #expect(mark.serial == "FI-000123")
        #expect(mark.symbology == "]C0")
        #expect(mark.raw == Array("FI-000123".utf8))
        #expect(try PartMark.parse(Array("]C0FI-000123".utf8), symbology: "]C0") == mark)
    }

    // MARK: refused marks

    @Test(arguments: [
        ("", 0), ("FI 000123", 2), ("FI-000123\r", 9), ("FI\u{0}1", 2), ("\u{1B}[31mFI", 0),
        ("FI\u{202E}1", 2),
        (String(repeating: "9", count: 51), 50), ("https://qms.example/parts/1", 0),
        ("]d20109506000134352", 3),
        ("]C1", 3),
    ])
    func aPlainMarkIsRefusedWhereItGoesWrong(text: String, offset: Int) {
        #expect(refusal(Array(text.utf8))?.offset == offset)
    }

    @Test(arguments: [
        "5b293e",  // ends after the header
        "5b293e1e",  // ends before the format
        "5b293e1e3036",  // nothing after the format
        "5b293e1e30361d31375639383839 37",  // RS and EOT missing
        "5b293e1e30361d5353411e",  // EOT missing
        "5b293e1e30361d5353411e0430",  // bytes after the message
        "5b293e1e30361d1d5353411e04",  // an empty element
        "5b293e1e30361d531e04",  // an identifier without a value
        "5b293e1e30361d53410a1e04",  // a line feed in a value
        "5b293e1e30365353411e04",  // GS missing after the format
        "5b293e1e30361d5353411e30361d5353421e04",  // two envelopes
        "5b293e1e30361d313233345353411e04",  // four digits are no data identifier
        "5b293e1e31321d5345522d531e04",  // no blank after a text element identifier
        "5b293e2e30362e5353412e2e",  // separators destroyed by keyboard mode
    ])
    func aBrokenMessageIsRefused(hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(refusal(bytes) != nil)
    }

    @Test func everyTruncationOfAMessageIsRefused() {
        let whole = message("06", ["17V98897", "1P4L0014-163B", "SSA10197"])
        for count in 0..<whole.count { #expect(refusal(Array(whole.prefix(count))) != nil, "\(count) bytes") }
    }

    @Test(arguments: [
        (["17V98897", "12V194532636", "1P1", "S1"], 16),  // two enterprises
        (["17V98897", "1P1", "S1", "S2"], 23),  // two serials
        (["17V98897", "1P1", "1T1", "S1"], 20),  // part number and lot both for the UII
        (["17V98897", "1P1", "S1", "25SDOTHER1"], 20),  // two different UIIs, told at the one put together
        (["17V9889", "1P1", "S1"], 10),  // a CAGE code of four characters
        (["17V98897", "1P1", "Ssa1"], 21),  // lower case
        (["12V19453263X", "1P1", "S1"], 18),  // a DUNS number with a letter
        (["25SXX123"], 10), (["25SUX123"], 10), (["25SLA123"], 10),  // no issuing agency
        (["I1HGCM82633A00435"], 8), (["I1HGCM82633A00435O"], 24),  // 16 characters; an O
        (["17V98897", "1P" + String(repeating: "A", count: 40), "S12345"], 59),  // 51 characters of UII
        (["17V98897", "1P1"], 0),  // nothing identifies the item
    ])
    func anAmbiguousOrMalformedIdentityIsRefused(fields: [String], offset: Int) {
        #expect(refusal(message("06", fields))?.offset == offset)
    }

    @Test(arguments: [
        // The agency's code and the shortest code of an enterprise, and no serial number behind them.
        ("06", "18S0CVA5"), ("06", "25SD0CVA5"), ("06", "25SD"),
        ("06", "25SUN194532636"), ("06", "25SLDW81XYZ"), ("06", "25SLHA"), ("06", "25S0614"),
        ("06", "18S0"), ("12", "UID D"), ("12", "UID UN194532636"), ("12", "UID LB"),
    ])
    func aUIIThatEndsBeforeItsSerialNumberIsRefused(format: String, field: String) throws {
        let error = try #require(refusal(message(format, [field])))
        #expect(error.offset == 7 + field.utf8.count, "where the serial number would have begun")
        let reasons = ["no serial number behind", "no whole enterprise identifier"]
        #expect(reasons.contains { error.what.contains($0) }, "\(error)")
    }

    @Test(arguments: [
        ("06", ["18S0CVA51"], "D0CVA51"), ("06", ["25SD0CVA51"], "D0CVA51"),
        ("06", ["25SUN1945326361"], "UN1945326361"), ("06", ["25SLDW81XYZ1"], "LDW81XYZ1"),
        ("06", ["25SLHA1"], "LHA1"), ("06", ["25S06141"], "06141"), ("12", ["UID LBA-"], "LBA-"),
    ])
    func oneCharacterOfSerialNumberIsEnough(format: String, fields: [String], uii: String) throws {
        #expect(try PartMark.parse(message(format, fields)).uii == uii)
    }

    @Test(arguments: ["18VD", "18VD0CVA", "18VUN19453263", "18VLDW81XY", "18VLB", "18V061"])
    func anAgencyWithoutAnEnterpriseIsRefused(enterprise: String) throws {
        let error = try #require(refusal(message("06", [enterprise, "1P1", "S1"])))
        #expect(error.offset == 7 + enterprise.utf8.count)
        #expect(error.what.contains("no whole enterprise identifier"), "\(error)")
    }

    @Test(arguments: [
        ("06", ["17V0CV-5", "1P1", "S1"], 13), ("06", ["17V/CVA5", "1P1", "S1"], 10),
        ("06", ["7LW81-YZ", "1P1", "S1"], 12), ("06", ["7LW81XY", "1P1", "S1"], 9),
        ("06", ["18S0CV-5786950"], 13), ("06", ["25SD0CV/5786950"], 14), ("06", ["25SLD-81XYZ1"], 12),
        ("12", ["CAG 0-VA5", "SER 1"], 12), ("12", ["MFR 0CVA/", "SER 1"], 15),
        ("12", ["SPL -CVA5", "SER 1"], 11),
    ])
    func anEnterprisesCodeHasNoHyphenOrSlash(format: String, fields: [String], offset: Int) {
        #expect(refusal(message(format, fields))?.offset == offset)
    }

    @Test func otherFormatsAreRefusedWithWhatIsRead() throws {
        let error = try #require(refusal(message("99", ["S1"])))
        #expect(error.offset == 4)
        #expect(error.what.contains("what is read: a plain serial number, ISO/IEC 15434 formats 05, 06, 12"))
    }

    @Test func aScannerThatContradictsTheMarkIsRefused() {
        #expect(refusal(Array("]d1FI-1".utf8), symbology: "]C0") != nil)
        #expect(refusal(Array("FI-1".utf8), symbology: "Code 128") != nil)
        #expect(refusal(Array("0109506000134352".utf8), symbology: "]d2") != nil)
    }

    @Test func offsetsCountFromWhatWasScanned() {
        #expect(refusal(Array("]C0FI 1".utf8))?.offset == 5)
    }

    // MARK: escapes

    @Test func escapesOfTheCommandLine() throws {
        #expect(
            try PartMark.unescape(#"[)>\x1e06\x1D17V98897\x1e\x04"#)
                == Array("[)>".utf8) + [0x1E] + Array("06".utf8) + [0x1D] + Array("17V98897".utf8) + [
                    0x1E, 0x04,
                ])
        #expect(try PartMark.unescape(#"a\\b"#) == Array(#"a\b"#.utf8))
        #expect(try PartMark.unescape("é") == [0xC3, 0xA9])
    }

    @Test(arguments: [(#"a\x1"#, 1), (#"\n"#, 0), (#"ab\"#, 2), (#"\x g"#, 0)])
    func otherEscapesAreRefused(text: String, offset: Int) {
        do throws(MarkError) {
            _ = try PartMark.unescape(text)
            Issue.record("\(text) was accepted")
        } catch { #expect(error.offset == offset) }
    }
}
