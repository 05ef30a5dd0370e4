import Codecs
import Testing

@testable import Drivers

/// Acknowledgement at link level (specification R2.16, section 3.2): numbers from 01 to 99 and 01 again,
/// MID 9997 with the number after that received, MID 9998 code 0003 with the number expected.
struct TorqueLinkTests {
    @Test func messagesAreNumberedFromWhereTheControllerOffersIt() throws {
        var rig = LinkRig()
        try rig.says(.start(revision: 7))
        #expect(rig.sent() == ["00230001007         010"])
        #expect(rig.hears(LinkRig.greeting()) == [LinkRig.greeting()])
        #expect(rig.link.isNumbered)
        try rig.says(.subscribeResults())
        #expect(rig.sent() == [LinkRig.message("0060", "01")])
    }

    @Test(arguments: [(false, true), (true, false)])
    func withoutOfferOrLeaveNothingIsNumbered(_ mayNumber: Bool, _ offers: Bool) throws {
        var rig = LinkRig(mayNumber: mayNumber)
        _ = rig.hears(LinkRig.greeting(offers: offers))
        #expect(!rig.link.isNumbered)
        try rig.says(.subscribeResults())
        try rig.says(.acknowledgeResult)
        #expect(rig.sent() == [LinkRig.message("0060", "  "), LinkRig.message("0062", "  ")])
        #expect(rig.hears(LinkRig.message("0061", "07")) == [LinkRig.message("0061", "07")])
        #expect(rig.sent() == [])
    }

    @Test func oneMessageIsUnderWayUntilItsNumberIsAcknowledged() throws {
        var rig = LinkRig()
        rig.begins()
        try rig.says(.subscribeResults())
        try rig.says(.disableTool)
        try rig.says(.keepAlive)
        // The keep-alive has no number and waits for nothing.
        #expect(rig.sent() == [LinkRig.message("0060", "01"), LinkRig.message("9999", "  ")])
        #expect(rig.hears(LinkRig.message("9997", "01", "0060")) == [])
        #expect(rig.sent() == [], "an acknowledgement of what was sent before")
        #expect(rig.hears(LinkRig.message("9997", "02", "0060")) == [])
        #expect(rig.sent() == [LinkRig.message("0042", "02")])
        let wrong = rig.hears(LinkRig.message("9997", "07", "0042"))
        #expect(wrong == ["broken: acknowledged message number 7, where 3 was due"])
    }

    @Test func after99ComesOne() throws {
        var rig = LinkRig()
        rig.begins()
        for number in (1...99).map({ $0 < 10 ? "0\($0)" : "\($0)" }) + ["01"] {
            try rig.says(.disableTool)
            #expect(rig.sent() == [LinkRig.message("0042", number)])
            let next = number == "99" ? 1 : (Int(number) ?? 0) + 1
            _ = rig.hears(LinkRig.message("9997", next < 10 ? "0\(next)" : "\(next)", "0042"))
            let answer = rig.hears(LinkRig.message("0005", number, "0042"))
            #expect(answer == [LinkRig.message("0005", number, "0042")])
            let expected = next < 10 ? "0\(next)" : "\(next)"
            #expect(rig.sent().map { String($0.prefix(18).suffix(2)) } == [expected])
        }
    }

    @Test func whatIsNotAcknowledgedIsSentThreeTimesWithItsNumber() throws {
        var rig = LinkRig()
        rig.begins()
        try rig.says(.disableTool)
        let message = LinkRig.message("0042", "01")
        #expect(rig.sent() == [message])
        for _ in 2...3 {
            #expect(rig.waits(2_999) == [])
            #expect(rig.sent() == [])
            #expect(rig.waits(1) == [])
            #expect(rig.sent() == [message])
        }
        #expect(
            rig.waits(3_000) == ["broken: does not acknowledge MID 0042, sent 3 times with its number"])
        #expect(rig.sent() == [])
    }

    @Test func aRepeatedMessageIsAcknowledgedAgainAndNotActedOn() throws {
        var rig = LinkRig()
        rig.begins()
        let alarm = LinkRig.message("0071", "01", "01E404021031042008-06-02:10:14:26")
        #expect(rig.hears(alarm) == [alarm])
        #expect(rig.sent() == [LinkRig.message("9997", "02", "0071")])
        // MID 9997 took the place of MID 0072.
        try rig.says(.acknowledge(.alarm))
        #expect(rig.sent() == [])
        #expect(rig.hears(alarm) == [])
        #expect(rig.sent() == [LinkRig.message("9997", "02", "0071")])
    }

    @Test func aWrongNumberIsRefusedWithTheOneExpected() throws {
        var rig = LinkRig()
        rig.begins()
        #expect(
            rig.hears(LinkRig.message("0071", "03"))
                == ["broken: sent message number 3, where 1 was next"])
        #expect(rig.sent() == [LinkRig.message("9998", "01", "00710003")])
    }

    // MARK: Results

    @Test func aResultIsAcknowledgedOnceItIsDurableAndNotBefore() throws {
        var rig = LinkRig()
        rig.begins()
        let result = LinkRig.message("0061", "01", "…")
        #expect(rig.hears(result) == [result])
        #expect(rig.sent() == [])
        // The controller's time has run out; a second result must not overtake the first.
        #expect(rig.hears(result) == [])
        #expect(rig.hears(LinkRig.message("0061", "02")) == [])
        #expect(rig.sent() == [])
        try rig.says(.acknowledgeResult)
        #expect(rig.sent() == [LinkRig.message("9997", "02", "0061")])
        // That was lost: it says it once more.
        #expect(rig.hears(result) == [])
        #expect(rig.sent() == [LinkRig.message("9997", "02", "0061")])
        #expect(rig.hears(LinkRig.message("0061", "02")) == [LinkRig.message("0061", "02")])
        #expect(rig.sent() == [])
    }

    @Test func aQuestionForAnOldResultIsNotHeldUpByOneThatWaitsForIt() throws {
        var rig = LinkRig()
        rig.begins()
        _ = rig.hears(LinkRig.message("0061", "01"))
        try rig.says(.oldResult(7))
        #expect(
            rig.sent() == [
                LinkRig.message("9997", "02", "0061"), LinkRig.message("0064", "01", "0000000007"),
            ])
        // It was acknowledged already.
        try rig.says(.acknowledgeResult)
        #expect(rig.sent() == [])
    }

    @Test func aResultWithoutANumberIsAcknowledgedByItsOwnMessage() throws {
        var rig = LinkRig()
        rig.begins()
        _ = rig.hears(LinkRig.message("0061", "  "))
        try rig.says(.acknowledgeResult)
        #expect(rig.sent() == [LinkRig.message("0062", "01")])
    }

    // MARK: Refusals

    @Test func aRevisionRefusedAtLinkLevelIsARefusalLikeAnyOther() throws {
        var rig = LinkRig()
        rig.begins()
        try rig.says(.subscribeResults(revision: 7))
        #expect(rig.sent() == ["00200060007     01  "])
        let refusal = rig.hears(LinkRig.message("9998", "01", "00600002"))
        #expect(refusal == [LinkRig.message("0004", "  ", "006097")])
        try rig.says(.subscribeResults(revision: 6))
        #expect(rig.sent() == ["00200060006     01  "])
    }

    @Test func aNumberThatTheControllerHasAlreadyIsNotSentAgain() throws {
        var rig = LinkRig()
        rig.begins()
        try rig.says(.disableTool)
        try rig.says(.enableTool)
        _ = rig.sent()
        #expect(rig.hears(LinkRig.message("9998", "01", "00420003")) == [])
        #expect(rig.sent() == [LinkRig.message("0042", "01")])
        #expect(rig.hears(LinkRig.message("9998", "02", "00420003")) == [])
        #expect(rig.sent() == [LinkRig.message("0043", "02")])
        #expect(
            rig.hears(LinkRig.message("9998", "02", "00430001"))
                == ["broken: refused MID 0043 at link level with code 1, number 2"])
    }

    @Test func aNewConnectionCountsAnew() throws {
        var rig = LinkRig()
        rig.begins()
        try rig.says(.disableTool)
        _ = rig.hears(LinkRig.message("0061", "01"))
        rig.opens()
        #expect(!rig.link.isNumbered)
        rig.begins()
        try rig.says(.enableTool)
        #expect(rig.sent() == [LinkRig.message("0043", "01")])
        #expect(rig.hears(LinkRig.message("0061", "01")) == [LinkRig.message("0061", "01")])
    }
}
