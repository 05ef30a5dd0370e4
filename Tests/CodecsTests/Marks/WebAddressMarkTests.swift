import Testing

@testable import Codecs

/// Marks that hold a web address: GS1 Digital Links and the quality system's part pages.
@Suite struct WebAddressMarkTests {
    private static let uuid = "0191c0de-1111-4222-8333-444455556666"

    // MARK: GS1 Digital Link

    @Test(arguments: [
        // The form of the standard's examples; then its freedoms.
        "https://example.com/01/09506000134352/21/SA1",
        "http://example.com/01/09506000134352/21/SA1", "HTTPS://EXAMPLE.COM/01/09506000134352/21/SA1",
        "https://example.com:8443/some/stem/01/09506000134352/21/SA1",
        "https://example.com/01/09506000134352/22/2A/10/L7/21/SA1",
        "https://example.com/01/09506000134352/21/SA1?linkType=all&17=261231",
        "https://example.com/01/09506000134352/21/SA1#top",
        "https://example.com/01/09506000134352/21/%53A%31",
    ])
    func aDigitalLinkNamesItsItem(text: String) throws {
        let mark = try PartMark.parse(Array(text.utf8), symbology: "]Q1")
        #expect(mark.format == .digitalLink)
        #expect(mark.serial == "SA1")
        #expect(mark.partNumber == "09506000134352")
        #expect(mark.raw == Array(text.utf8))
    }

    @Test func itsElementsKeepTheirPlaces() throws {
        let mark = try PartMark.parse(
            Array("https://example.com/01/09506000134352/10/L%2F7/21/SA1?17=261231".utf8))
        #expect(mark.elements.map(\.identifier) == ["01", "10", "21", "17"])
        #expect(mark.elements.map(\.value) == ["09506000134352", "L/7", "SA1", "261231"])
        #expect(mark.elements.map(\.offset) == [20, 38, 47, 54])
        #expect(mark.lot == "L/7")
    }

    @Test func anAssetIsItsOwnUII() throws {
        let mark = try PartMark.parse(Array("https://example.com/8004/061414100012345".utf8))
        #expect(mark.uii == "061414100012345")
    }

    @Test(arguments: [
        ("https://example.com/01/09506000134353/21/SA1", 36, "check digit"),
        ("https://example.com/01/9506000134352/21/SA1", 23, "digits"),  // a GTIN-13 is not padded here
        ("https://example.com/01/09506000134352", 0, "no serial number"),
        ("https://example.com/01/09506000134352/21/", 41, "no value"),
        ("https://example.com/01/09506000134352/21/SA1/10/L7", 45, "out of place"),
        ("https://example.com/01/09506000134352/235/X/21/SA1", 44, "out of place"),
        ("https://example.com/01/09506000134352/22/2A/235/X", 44, "out of place"),
        ("https://example.com/01/09506000134352/21/SA%", 43, "hexadecimal"),
        ("https://example.com/01/09506000134352/21/SA%0", 43, "hexadecimal"),
        ("https://example.com/01/09506000134352/21/SA%00", 41, "byte 00"),
        ("https://example.com/01/09506000134352/21/SA%0D%0A", 41, "byte 0d"),
        ("https://example.com/01/09506000134352?21=SA1", 38, "into the path"),
        ("https://example.com/01/09506000134352/21/SA1?01=09506000134352", 45, "01 after 01"),
        ("https://example.com/01/09506000134352/21/" + String(repeating: "9", count: 21), 61, "more than 20"),
    ])
    func aBrokenDigitalLinkIsRefused(text: String, offset: Int, reason: String) {
        MarkSamples.expectRefusal(text, at: offset, saying: reason)
    }

    // MARK: part pages

    @Test(arguments: ["https", "http", "HTTPS"])
    func aPartsPageGivesTheQualitySystemsNumberAndNoSerial(scheme: String) throws {
        let text = "\(scheme)://acme.ambactracker.example/parts/\(Self.uuid)"
        let mark = try PartMark.parse(Array(text.utf8), symbology: "]Q1")
        #expect(mark.format == .partPage)
        #expect(mark.partID == Self.uuid)
        #expect(mark.serial == nil)
        #expect(mark.derivation.isEmpty)
    }

    @Test(arguments: [
        "https://example.com/", "https://example.com", "https://example.com/SA10197",
        "https:///parts/\(uuid)",
        "https://example.com/parts/\(uuid)/", "https://example.com/parts/\(uuid)?x=1",
        "https://example.com/parts/" + uuid.dropLast(), "https://example.com/parts/" + uuid.dropLast() + "g",
        "https://example.com/part/\(uuid)",
        "https://example.com/parts/../parts/\(uuid)", "https://user:pass@example.com/parts/\(uuid)",
        "ftp://example.com/parts/\(uuid)", "javascript://example.com/parts/\(uuid)",
        "SN://\(uuid)", "https://exa mple.com/parts/\(uuid)", "https://example.com/parts/\(uuid)\r\n",
        "https://example.com/" + String(repeating: "a/", count: 2_000),
    ])
    func anyOtherAddressIsRefused(text: String) throws {
        #expect(try #require(MarkSamples.refusal(text)).what.contains("a web address"))
    }
}
