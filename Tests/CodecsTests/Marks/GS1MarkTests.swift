import Testing

@testable import Codecs

/// GS1 element strings, in symbols with FNC1, in format 05 and in Digital Links.
@Suite struct GS1MarkTests {
    private static let gtin = "0109506000134352"

    private func refusal(_ text: String, symbology: String? = "]d2") -> MarkError? {
        MarkSamples.refusal(text, symbology: symbology)
    }

    // MARK: what is read

    @Test func theCheckDigitOfTheSpecificationsExample() {
        #expect(GS1CheckDigit.digit(after: Array("0950600013435".utf8)[...]) == UInt8(ascii: "2"))
        #expect(GS1CheckDigit.digit(after: Array("061414112345".utf8)[...]) == UInt8(ascii: "2"))
    }

    @Test(arguments: ["]C1", "]d2", "]Q3", "]e0", "]J1"])
    func aSymbolWithFNC1HoldsElementStrings(symbology: String) throws {
        let text = Self.gtin + "21SA10197\u{1D}10L7"
        let mark = try PartMark.parse(Array((symbology + text).utf8))
        #expect(mark.format == .gs1)
        #expect(mark.symbology == symbology)
        #expect(mark.serial == "SA10197")
        #expect(mark.partNumber == "09506000134352")
        #expect(mark.lot == "L7")
        #expect(mark.uii == nil)
        #expect(mark.raw == Array(text.utf8))
        #expect(mark.elements.map(\.identifier) == ["01", "21", "10"])
        #expect(mark.elements.map(\.value) == ["09506000134352", "SA10197", "L7"])
        #expect(mark.elements.map(\.offset) == [0, 16, 26])
        #expect(
            mark.derivation.map(\.description) == ["serial is 21", "part number is 01", "lot is 10"])
    }

    @Test func theFirstFNC1AsGSIsOneToo() throws {
        let text = "\u{1D}" + Self.gtin + "21SA1"
        #expect(try PartMark.parse(Array(text.utf8)).serial == "SA1")
        #expect(try PartMark.parse(Array(text.utf8), symbology: "]d2").serial == "SA1")
        #expect(refusal(text, symbology: "]d1")?.offset == 0, "the scanner says that there is no FNC1")
    }

    @Test(arguments: [
        // A separator after a predefined length, and one at the end, are needless and harmless.
        gtin + "\u{1D}21SA1", gtin + "21SA1\u{1D}", "21SA1\u{1D}" + gtin,
        // Lengths that GS1 predefined end by themselves.
        "11261121" + gtin + "21SA1", gtin + "310200012521SA1", gtin + "410950600013435221SA1",
        // Not assigned yet, and kept: 14 has a predefined length, 38 ends at the separator.
        "14261121" + gtin + "21SA1", gtin + "38ABC\u{1D}21SA1",
    ])
    func everyElementEndsWhereItEnds(text: String) throws {
        let mark = try PartMark.parse(Array(text.utf8), symbology: "]d2")
        #expect(mark.serial == "SA1")
        #expect(mark.partNumber == "09506000134352")
    }

    @Test func anUnassignedIdentifierIsKeptWholeAndNotGuessedAt() throws {
        let mark = try PartMark.parse(MarkSamples.gs1([Self.gtin + "21SA1", "3812345"]), symbology: "]d2")
        #expect(mark.elements.last?.identifier == "")
        #expect(mark.elements.last?.value == "3812345")
    }

    @Test func theMakersPartNumberComesBeforeTheTradeItem() throws {
        let mark = try PartMark.parse(
            MarkSamples.gs1([Self.gtin + "2404L0014-163B", "21SA1"]), symbology: "]d2")
        #expect(mark.partNumber == "4L0014-163B")
        #expect(mark.derivation.map(\.description) == ["serial is 21", "part number is 240"])
    }

    @Test(arguments: [
        ("8004061414100012345", "061414100012345"), ("800309506000134352AB-1", "09506000134352AB-1"),
        ("800209AF1234", "09AF1234"),
    ])
    func whatIsTakenInPlaceOfAUIIIsWhole(field: String, uii: String) throws {
        for mark in [
            try PartMark.parse(Array(field.utf8), symbology: "]C1"),
            try PartMark.parse(MarkSamples.message("05", [field])),
        ] {
            #expect(mark.uii == uii)
            #expect(mark.serial == uii)
            #expect(mark.derivation.first?.description == "serial is the whole UII, which is never split")
        }
    }

    @Test func anAssetNumberWithOtherCharactersIdentifiesAndIsNoUII() throws {
        let mark = try PartMark.parse(Array("80040614141a_1".utf8), symbology: "]d2")
        #expect(mark.serial == "0614141a_1")
        #expect(mark.uii == nil)
    }

    @Test(arguments: [
        // A kind of returnable asset is on each of them; a company prefix on all that the company owns.
        "800309506000134352", "80040614",
    ])
    func aKindOfAssetIsNoAsset(field: String) {
        MarkSamples.expectRefusal(
            field, symbology: "]d2", at: field.utf8.count, saying: "no serial number behind")
        #expect(refusal(field + "\u{1D}" + Self.gtin + "21SA1")?.offset == field.utf8.count)
        #expect(MarkSamples.refusal(MarkSamples.message("05", [field]))?.offset == 7 + field.utf8.count)
    }

    @Test(arguments: [
        ("800309506000134352", 16, 34), ("80040614", 26, 34),
    ])
    func anAssetsNumberHasItsBounds(kind: String, longest: Int, end: Int) throws {
        for count in [1, longest] {
            let text = kind + String(repeating: "7", count: count)
            #expect(try PartMark.parse(Array(text.utf8), symbology: "]d2").uii == String(text.dropFirst(4)))
        }
        let long = kind + String(repeating: "7", count: longest + 1)
        MarkSamples.expectRefusal(long, symbology: "]d2", at: end, saying: "more than")
    }

    @Test func format05OfAPartsLabel() throws {
        // GIAI as UII and GTIN as part number, the elements of MIL-STD-130N's figure 8.
        let mark = try PartMark.parse(
            MarkSamples.message("05", ["8004061414100012345", Self.gtin]), symbology: "]d1")
        #expect(mark.format == .iso15434(format: "05"))
        #expect(mark.uii == "061414100012345")
        #expect(mark.partNumber == "09506000134352")
        #expect(mark.elements.map(\.offset) == [7, 27])
    }

    // MARK: what is refused, and where

    @Test(arguments: [
        ("0109506000134353" + "21SA1", 15, "check digit"),  // 3 where 2 belongs
        ("0109506000134", 13, "not 16"),  // cut off
        ("01095060\u{1D}00134352", 8, "not 16"),  // cut off by a separator
        ("010950600013435A21SA1", 15, "digits only"),
        ("21SA1", 0, "without 01"),  // a serial of what?
        (gtin, 0, "no serial number"),
        (gtin + "21", 18, "no value"),
        (gtin + "21SA1\u{1D}\u{1D}10L7", 22, "no application identifier"),
        (gtin + "21SA1\u{1D}21SA2", 22, "21 after 21"),
        (gtin + gtin + "21SA1", 16, "01 after 01"),
        (gtin + "21SA 1", 20, "byte 20"),  // a blank
        (gtin + "21SA#1", 20, "byte 23"),  // not in GS1's set
        (gtin + "21" + String(repeating: "9", count: 21), 38, "more than 20"),
        (gtin + "21SA1\u{1D}10" + String(repeating: "9", count: 21), 44, "more than 20"),
        (gtin + "X1SA1", 16, "no application identifier"),
        (gtin + "80x4061414", 18, "4 digits"),
        ("800319506000134352AB", 4, "begin with 0"), ("800309506000134353AB", 17, "check digit"),
        ("80040ABC", 5, "company prefix"), ("8004061", 7, "no serial number behind"),
        ("8004061414A\u{1D}800209AF", 12, "8002 after 8004"),
        ("\u{0}", 0, "no application identifier"),
    ])
    func aBrokenElementStringIsRefused(text: String, offset: Int, reason: String) {
        MarkSamples.expectRefusal(text, symbology: "]d2", at: offset, saying: reason)
    }

    @Test(arguments: [
        ("]d5", "0109506000134352"), ("]Q4", "0109506000134352"),  // GS1 has no interpretations
        ("]C2", "A1234"), ("]d3", "01A"), ("]Q5", "01A"), ("]Q6", "01A"),  // FNC1 in the second place
        ("]E0", "9506000134352"), ("]E4", "95060001"),  // EAN-13, EAN-8
        ("]d2", "[)>\u{1E}06\u{1D}SSA1\u{1E}\u{04}"),  // both GS1 and a message
    ])
    func whatTheSymbologyRulesOutIsRefused(symbology: String, text: String) throws {
        let error = try #require(refusal(text, symbology: symbology))
        #expect(error.offset == 0)
        #expect(error.what.hasPrefix(symbology))
    }

    @Test func elementStringsInASymbolWithoutFNC1AreNoSerial() throws {
        let error = try #require(refusal(Self.gtin + "21SA1\u{1D}10L7", symbology: "]d1"))
        #expect(error.offset == 21)
        #expect(error.what.contains("let the scanner send AIM identifiers"))
        #expect(refusal("(01)09506000134352(21)SA1", symbology: nil)?.what.contains("parentheses") == true)
        #expect(try PartMark.parse(Array("(A)1".utf8)).serial == "(A)1")
    }

    @Test func everyTruncationIsRefusedOrEndsWithinItsSerial() {
        let whole = Self.gtin + "21SA10197"
        for count in 0...18 { #expect(refusal(String(whole.prefix(count))) != nil, "\(count) characters") }
    }
}
