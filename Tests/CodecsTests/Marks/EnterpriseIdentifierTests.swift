import Codecs
import Testing

struct EnterpriseIdentifierTests {
    @Test(arguments: [
        "D98897", "D0CVA5", "UN194532636", "LDW912CH", "LB1", "LHA123", "9506000", "1234", "123456789012",
    ])
    func anIdentifierBeginsWithItsIssuingAgencysCode(text: String) {
        #expect(EnterpriseIdentifier(text)?.description == text)
    }

    @Test(arguments: [
        "", "98897A", "D9889", "D988977", "D9889a", "UN19453263", "UN19453263X", "LD12345", "LB", "LX1",
        "123",
        "1234567890123", "D9889\u{7}", "é1234",
    ])
    func whatHasNoSuchFormIsNone(text: String) { #expect(EnterpriseIdentifier(text) == nil) }

    private func makers(_ mark: String, symbology: String? = nil) throws -> [String] {
        let listed = ["D98897", "9506000", "UN194532636"].compactMap(EnterpriseIdentifier.init)
        return try PartMark.parse(Array(mark.utf8), symbology: symbology).makers(notAmong: listed)
    }

    /// Elements of an ISO/IEC 15434 message of this format.
    private func message(_ format: String, _ elements: String...) -> String {
        "[)>\u{1e}\(format)\u{1d}\(elements.joined(separator: "\u{1d}"))\u{1e}\u{04}"
    }

    @Test func listedMakersAreNotNamed() throws {
        #expect(try makers(message("06", "17V98897", "1P4L0014-163B", "SSA10197")) == [])
        #expect(try makers(message("06", "18S98897786950")) == [])
        #expect(try makers(message("06", "25SD988974L0014-163BSA10197")) == [])
        #expect(try makers(message("06", "12V194532636", "1P1234", "S786950")) == [])
        #expect(try makers(message("06", "18VD98897", "1P1234", "S786950")) == [])
        #expect(try makers(message("06", "3V9506000", "1P1234", "S786950")) == [])
        #expect(try makers(message("12", "MFR 98897", "SER 674A36458")) == [])
        // The GTIN is packing digit, company prefix, item, check digit.
        #expect(try makers("010950600013435221SA10197", symbology: "]d2") == [])
        #expect(try makers("80049506000ABC", symbology: "]d2") == [])
    }

    @Test func othersAreNamedAsTheMarkHasThem() throws {
        #expect(try makers(message("06", "17V0CVA5", "1P4L0014-163B", "SSA10197")) == ["17V 0CVA5"])
        #expect(try makers(message("06", "18S0CVA5786950")) == ["18S 0CVA5786950"])
        #expect(try makers(message("06", "25SD0CVA5786950")) == ["25S D0CVA5786950"])
        #expect(try makers(message("12", "MFR 0CVA5", "SER 674A36458")) == ["MFR 0CVA5"])
        #expect(try makers("80040614141ABC", symbology: "]d2") == ["8004 0614141ABC"])
        // Nine digits of a DUNS number are no GS1 prefix, whatever they begin with.
        #expect(try makers(message("06", "12V950600001", "1P1", "S1")) == ["12V 950600001"])
    }

    @Test func aMarkThatNamesNoMakerNamesNoneThatIsUnlisted() throws {
        #expect(try makers("SA10197") == [])
        #expect(try makers(message("06", "1P4L0014-163B", "SSA10197")) == [])
    }
}
