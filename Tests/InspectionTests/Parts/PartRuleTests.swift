import Codecs
import Inspection
import Testing

/// Where each rule about a part ends: cases beside those of `PartScreeningTests` that it must not take in, or
/// must take in as well. Each was seen failing with the condition that it is about left out.
struct PartRuleTests {
    private func findings(
        _ part: PartIdentity, after history: [JSONValue] = [], openAt stations: [String] = []
    ) throws -> [PartFinding.Code: String] {
        let screening = PartScreening(
            part, table: try PartFixture.table(), history: PartHistory(entries: history), openAt: stations)
        return Dictionary(uniqueKeysWithValues: screening.findings.map { ($0.code, $0.text) })
    }

    private func codes(_ part: PartIdentity, after history: [JSONValue] = []) throws -> [PartFinding.Code] {
        PartScreening(
            part, table: try PartFixture.table(), history: PartHistory(entries: history)
        ).findings.map(\.code)
    }

    /// The number that the fixtures' parts with a UII were made with, and what they are called now.
    private static let (made, now) = ("1P4L0014-163A", "30P4L0014-163B")

    @Test func threeFindingsHoldAndAllOthersRefuse() {
        let holding = PartFinding.Code.allCases.filter { $0.severity == .hold }
        #expect(holding == [.notIssued, .reusedUII, .historyCut])
    }

    @Test func stationsAreNamedInOrder() throws {
        let found = try findings(PartFixture.bare("SA10197"), openAt: ["torque-2", "flow-1"])
        #expect(found[.openElsewhere]?.contains("at flow-1 and torque-2 right now") == true)
    }

    // MARK: a part with a new number

    @Test func withoutAUIIAMarkThatKeepsItsFirstNumberIsNotTakenForTheSamePart() throws {
        let before = try PartFixture.marked(Self.made, "SSA10197")
        let part = try PartFixture.marked(Self.made, "SSA10197", Self.now)
        #expect(part.uii == nil && before.uii == nil)
        #expect(try codes(part, after: [PartFixture.record("r1", before)]) == [.otherPartNumber])
        // Nor where one of them alone has one.
        let known = try PartFixture.marked("17V98897", Self.made, "SSA10197", Self.now)
        #expect(try codes(known, after: [PartFixture.record("r1", before)]) == [.otherPartNumber])
    }

    @Test func aUIIThatIsSplitAnotherWayIsNoNewNumberOfTheSamePart() throws {
        let before = try PartFixture.marked("17V98897", "1P4L0014-163BS", "SA10197", "30P4L0014-163C")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        let found = try findings(part, after: [PartFixture.record("r1", before)])
        #expect(Set(found.keys) == [.otherPartNumber, .reusedUII])
        #expect(
            found[.reusedUII]
                == "UII D988974L0014-163BSA10197 was inspected before with other marks: serial A10197, "
                + "part number 4L0014-163BS. Call quality.")
    }

    // MARK: one UII

    /// One mark writes the UII as a whole, the other in parts: what the first was made as is not known.
    @Test func aUIIWithAnotherSerialIsReusedWhereTheFirstNumberIsUnknown() throws {
        let before = try PartFixture.marked("18S988974L0014-163BSA10197")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        #expect(before.uii == part.uii && before.serial != part.serial)
        #expect(try codes(part, after: [PartFixture.record("r1", before)]) == [.reusedUII])
    }

    private static let whole = "25SD988974L0014-163BSA10197"

    @Test func aUIIOfTwoFirstNumbersIsReused() throws {
        let before = try PartFixture.marked(Self.whole, "1P4L0014-163A", "SSA10197", Self.now)
        let part = try PartFixture.marked(Self.whole, "1P4L0014-163B", "SSA10197")
        #expect(before.uii == part.uii && before.serial == part.serial)
        #expect(try codes(part, after: [PartFixture.record("r1", before)]) == [.reusedUII])
    }

    @Test func aUIIWhoseFirstNumberOnlyOneMarkTellsIsNotReused() throws {
        let told = try PartFixture.marked(Self.whole, "1P4L0014-163B", "SSA10197")
        let untold = try PartFixture.marked(Self.whole, "SSA10197")
        #expect(told.uii == untold.uii)
        #expect(try codes(told, after: [PartFixture.record("r1", untold)]) == [])
        #expect(try codes(untold, after: [PartFixture.record("r1", told)]) == [])
    }

    // MARK: forms, makers, companies

    @Test func aSerialLikeNoOtherNumbersIsStillNoneOfItsOwn() throws {
        let found = try findings(PartFixture.bare("ZZ1"))
        #expect(found[.serialForm] == "ZZ1 is no serial number of 4L0014-163B. Call quality.")
    }

    @Test func whereNoMakerIsListedAnyMayMakeThePart() throws {
        #expect(try codes(try PartFixture.marked("17V0CVA5", "1P4L0015-163B", "SSB10197")) == [])
    }

    /// What a GS1 mark says of its maker is read by the symbology that the scanner told.
    @Test func theMakerOfAGS1MarkIsCheckedToo() throws {
        let part = PartIdentity(
            serial: "SA10197", number: PartFixture.number, uii: nil, lot: nil,
            rawMark: Array("010950600013435221SA10197".utf8), symbology: "]d2")
        #expect(try codes(part) == [.unlistedMaker])
    }

    @Test func theCompanyIsThePartNumbersOwn() throws {
        let part = PartFixture.bare("SB10197", number: "4L0015-163B")
        #expect(PartScreening(part, table: try PartFixture.table()).company == nil)
    }

    // MARK: parts that were taken out of use

    @Test func aRejectionUnderAnotherPartNumberIsOfAnotherPart() throws {
        let other = PartFixture.bare("SA10197", number: "4L0015-163B")
        let history = [PartFixture.record("r1", other), PartFixture.disposition("scrap", of: "r1")]
        #expect(try codes(PartFixture.bare("SA10197"), after: history) == [.otherPartNumber])
    }

    @Test func aRejectionOfANamesakeWithAnotherUIIIsOfAnotherPart() throws {
        let namesake = try PartFixture.marked("17V1THK4", "1P4L0014-163B", "SSA10197")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        let history = [PartFixture.record("r1", namesake), PartFixture.disposition("scrap", of: "r1")]
        #expect(try codes(part, after: history) == [])
    }

    /// What was decided of a part holds for each of its records: a later one lifts an earlier one's.
    @Test func anAcceptanceOfALaterRecordLiftsTheRejectionOfAnEarlierOne() throws {
        let part = PartFixture.bare("SA10197")
        let history = [
            PartFixture.record("r1", part), PartFixture.disposition("reject", of: "r1"),
            PartFixture.record("r2", part), PartFixture.disposition("accept", of: "r2"),
        ]
        #expect(try codes(part, after: history) == [])
        #expect(PartHistory(entries: history).inspected.map(\.disposition) == ["accept", "accept"])
    }
}
