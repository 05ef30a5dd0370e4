import Codecs
import Inspection
import Testing

/// Which of the nine findings a part makes, each alone.
struct PartScreeningTests {
    private func codes(
        _ part: PartIdentity, history: [JSONValue] = [], openAt stations: [String] = []
    ) throws -> [PartFinding.Code] {
        PartScreening(
            part, table: try PartFixture.table(), history: PartHistory(entries: history), openAt: stations
        ).findings.map(\.code)
    }

    private func text(
        _ part: PartIdentity, history: [JSONValue] = [], openAt stations: [String] = []
    ) throws -> String? {
        PartScreening(
            part, table: try PartFixture.table(), history: PartHistory(entries: history), openAt: stations
        ).findings.first?.text
    }

    @Test func aPartOfWhichNothingSpeaksAgainstMakesNoFinding() throws {
        let part = PartFixture.bare("SA10197")
        let screening = PartScreening(
            part, table: try PartFixture.table(),
            history: PartHistory(entries: [PartFixture.record("r1", part)]))
        #expect(screening.findings == [])
        #expect(screening.refusal == nil)
        #expect(screening.company == "acme")
        #expect(screening.json["answer"] == "pass")
        #expect(screening.json["table_sha256"] == "ab12")
        #expect(screening.json["lists_sha256"] == ["cd34"])
    }

    @Test func withoutATableNothingIsHeldAgainstASerialThatNobodyHasSeen() {
        let screening = PartScreening(PartFixture.bare("ZZ1"), table: nil)
        #expect(screening.findings == [])
        #expect(screening.json["table_sha256"] == .null)
    }

    @Test func aSerialThatIsOpenElsewhereIsInTwoPlaces() throws {
        let part = PartFixture.bare("SA10197")
        #expect(try codes(part, openAt: ["torque-2"]) == [.openElsewhere])
        #expect(
            try text(part, openAt: ["torque-2"])
                == "SA10197 is being inspected at torque-2 right now. Two parts may carry this serial: "
                + "call quality.")
    }

    @Test func aSerialThatWasInspectedUnderAnotherNumberIsOfThatNumber() throws {
        let history = [PartFixture.record("r1", PartFixture.bare("SA10197", number: "4L0015-163B"))]
        #expect(try codes(PartFixture.bare("SA10197"), history: history) == [.otherPartNumber])
        #expect(
            try text(PartFixture.bare("SA10197"), history: history)
                == "SA10197 was inspected before as part number 4L0015-163B, not 4L0014-163B. Call quality.")
    }

    @Test func twoPartNumbersMayShareASerialWhereEachMarkHasItsOwnUII() throws {
        let other = try PartFixture.marked("17V98897", "1P4L0015-163B", "SSA10197")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        #expect(try codes(part, history: [PartFixture.record("r1", other)]) == [])
    }

    @Test func aPartThatGotANewNumberIsTheSameWhereItsMarkKeepsTheOneItWasMadeWith() throws {
        let before = try PartFixture.marked("17V98897", "1P4L0014-163A", "SSA10197")
        let now = try PartFixture.marked("17V98897", "1P4L0014-163A", "SSA10197", "30P4L0014-163B")
        #expect(now.number == "4L0014-163B")
        #expect(try codes(now, history: [PartFixture.record("r1", before)]) == [])
        #expect(
            try codes(PartFixture.bare("SA10197"), history: [PartFixture.record("r1", before)])
                == [.otherPartNumber])
    }

    @Test func aSerialHasTheFormOfItsPartNumber() throws {
        #expect(try codes(PartFixture.bare("SB10197")).contains(.serialForm))
        #expect(
            try text(PartFixture.bare("SB10197"))
                == "SB10197 is no serial number of 4L0014-163B. It looks like one of 4L0015-163B. "
                + "Call quality."
        )
        // Nothing is known of this number but that the serial looks like another's.
        #expect(try codes(PartFixture.bare("SB10197", number: "X1")) == [.serialForm])
        #expect(try codes(PartFixture.bare("ZZ1", number: "X1")) == [])
    }

    @Test(arguments: ["reject", "scrap", "scrapped"])
    func aPartThatWasTakenOutOfUseDoesNotComeBack(word: String) throws {
        let part = PartFixture.bare("SA10197")
        let history = [PartFixture.record("r1", part), PartFixture.disposition(word, of: "r1")]
        #expect(try codes(part, history: history) == [.rejectedBefore])
        #expect(
            try text(part, history: history)
                == "SA10197 was taken out of use (\(word)). Set it aside and call quality.")
        // Another inspection does not bring it back to life.
        #expect(try codes(part, history: history + [PartFixture.record("r2", part)]) == [.rejectedBefore])
    }

    @Test func aLaterDecisionLiftsARejection() throws {
        let part = PartFixture.bare("SA10197")
        let rejected = [PartFixture.record("r1", part), PartFixture.disposition("reject", of: "r1")]
        #expect(try codes(part, history: rejected + [PartFixture.disposition("rework", of: "r1")]) == [])
        let again = [
            PartFixture.record("r2", part), PartFixture.disposition("accept", of: "r2"),
            PartFixture.disposition("reject", of: "r1"),
        ]
        #expect(try codes(part, history: rejected + again) == [.rejectedBefore])
    }

    /// A mark without UII may be the scrapped one's. Seen failing with the newest of them asked alone.
    @Test func aNamesakeInspectedLaterDoesNotHideARejection() throws {
        let scrapped = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        let namesake = try PartFixture.marked("17V1THK4", "1P4L0014-163B", "SSA10197")
        let history = [
            PartFixture.record("r1", scrapped), PartFixture.disposition("scrap", of: "r1"),
            PartFixture.record("r2", namesake),
        ]
        #expect(try codes(PartFixture.bare("SA10197"), history: history) == [.rejectedBefore])
    }

    @Test func aRejectionOfAnotherItemIsNotThisOnes() throws {
        let other = try PartFixture.marked("17V98897", "1P4L0015-163B", "SSA10197")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        let history = [PartFixture.record("r1", other), PartFixture.disposition("scrapped", of: "r1")]
        #expect(try codes(part, history: history) == [])
    }

    @Test func aSerialOutsideTheIssuedRangesIsHeld() throws {
        #expect(try codes(PartFixture.bare("SA11000")) == [.notIssued])
        let screening = PartScreening(PartFixture.bare("SA11000"), table: try PartFixture.table())
        #expect(screening.refusal == nil)
        #expect(screening.json["answer"] == "hold")
        #expect(
            try text(PartFixture.bare("SA11000"))
                == "SA11000 is not among the serial numbers issued for 4L0014-163B. Call quality.")
    }

    @Test(arguments: [("SA10666", "stolen on 3 March"), ("SA10704", "lot 7 was stolen")])
    func aListedSerialIsSuspectForItsOwnReasonOrItsLists(serial: String, reason: String) throws {
        #expect(try codes(PartFixture.bare(serial)) == [.onSuspectList])
        #expect(
            try text(PartFixture.bare(serial))
                == "\(serial) is on a suspect list: \(reason) (NCR-2211). Set it aside and call quality.")
    }

    @Test func aPartThatIsListedAsScrappedIsRefusedLikeOneThatWasRejectedHere() throws {
        #expect(try codes(PartFixture.bare("SA10500")) == [.rejectedBefore])
        #expect(
            try text(PartFixture.bare("SA10500"))
                == "SA10500 was taken out of use: burst at proof (SCR-77). Set it aside and call quality.")
        let screening = PartScreening(PartFixture.bare("SA10500"), table: try PartFixture.table())
        #expect(screening.refusal != nil)
    }

    @Test func aMarkOfAnUnlistedMakerIsSuspect() throws {
        let part = try PartFixture.marked("17V0CVA5", "1P4L0014-163B", "SSA10197")
        #expect(try codes(part) == [.unlistedMaker])
        #expect(
            try text(part)
                == "The mark names a maker that is not listed for 4L0014-163B: 17V 0CVA5. "
                + "Set it aside and call quality.")
        #expect(try codes(try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")) == [])
    }

    @Test func oneUIIInTwoSplitsIsTwoItemsOrANewMark() throws {
        let before = try PartFixture.marked("17V98897", "1P4L0014-163BS", "SA10197")
        let part = try PartFixture.marked("17V98897", "1P4L0014-163B", "SSA10197")
        #expect(before.uii == part.uii)
        let found = try codes(part, history: [PartFixture.record("r1", before)])
        #expect(found.contains(.reusedUII))
        #expect(try codes(part, history: [PartFixture.record("r1", part)]) == [])
    }

    @Test func theTableDecidesWhatAFindingDoes() throws {
        let held = try PartFixture.table(severities: [.onSuspectList: .hold, .notIssued: .refuse])
        #expect(PartScreening(PartFixture.bare("SA10666"), table: held).refusal == nil)
        #expect(PartScreening(PartFixture.bare("SA11000"), table: held).refusal?.code == .notIssued)
    }

    @Test func aScreeningIsReadBackAsItWasWritten() throws {
        let part = PartFixture.bare("SB10197")
        let screening = PartScreening(part, table: try PartFixture.table(), openAt: ["torque-2"])
        #expect(screening.findings.count == 3)
        #expect(PartScreening(json: screening.json) == screening)
        #expect(PartScreening(json: ["gate": "part_authenticity"]) == nil)
        #expect(PartScreening(json: ["gate": "other", "findings": []]) == nil)
        #expect(PartScreening(json: ["gate": "part_authenticity", "findings": [["code": "new"]]]) == nil)
    }

    @Test func aHistoryPassesOverWhatIsNoRecordAndNoDisposition() {
        let junk: [JSONValue] = [
            .null, "x", ["id": "r9"], ["id": "r8", "part": "x"], ["record": "r7", "disposition": "scrap"],
            ["record": 7],
        ]
        #expect(PartHistory(entries: junk) == .empty)
    }

    @Test func aPartWhoseHistoryIsNotWholeIsNotPassed() throws {
        let part = PartFixture.bare("SA10197")
        let screening = PartScreening(
            part, table: try PartFixture.table(), history: PartHistory(entries: [], isWhole: false))
        #expect(screening.findings.map(\.code) == [.historyCut])
        #expect(screening.json["answer"] == "hold")
    }
}
