import Drivers
import Testing

@Suite struct OutcomeTallyTests {
    private func look(_ total: UInt64, _ pass: UInt64, _ fail: UInt64, _ salvage: UInt64 = 0)
        -> OutcomeTally.Look
    {
        OutcomeTally.Look(total: total, counts: ["pass": pass, "fail": fail, "salvage": salvage])
    }

    @Test func theCounterThatMovedNamesTheOutcome() {
        var tally = OutcomeTally(last: look(10, 7, 3))
        #expect(tally.judge(look(11, 7, 4)) == .outcomes(["fail"]))
        #expect(tally.judge(look(12, 8, 4)) == .outcomes(["pass"]))
        #expect(tally.judge(look(13, 8, 4, 1)) == .outcomes(["salvage"]))
    }

    @Test func severalResultsOfOneKindStillNameTheNewestAndOfTwoKindsDoNot() {
        var tally = OutcomeTally(last: look(10, 7, 3))
        #expect(tally.judge(look(13, 10, 3)) == .outcomes(["pass"]))
        #expect(tally.judge(look(15, 11, 4)) == .outcomes(["pass", "fail"]))
    }

    @Test func withoutAnEarlierLookNothingIsKnown() {
        var tally = OutcomeTally(last: nil)
        #expect(tally.judge(look(10, 7, 3)) == .outcomes([]))
        #expect(tally.judge(look(11, 8, 3)) == .outcomes(["pass"]))
    }

    @Test func countersThatAreBeingCountedUpAreLookedAtAgain() {
        var tally = OutcomeTally(last: look(10, 7, 3))
        #expect(tally.judge(look(11, 7, 3)) == .torn)
        #expect(tally.judge(look(11, 7, 4)) == .outcomes(["fail"]))
    }

    /// Looking again for ever would lose the result; naming an outcome would invent one.
    @Test func countersThatNeverAddUpNameNothing() {
        var tally = OutcomeTally(last: look(10, 7, 3))
        #expect(tally.judge(look(11, 8, 4)) == .torn)
        #expect(tally.judge(look(11, 8, 4)) == .outcomes([]))
        #expect(tally.judge(look(12, 9, 4)) == .outcomes(["pass"]))
    }

    @Test func countersThatBeganAnewCountFromZero() {
        var tally = OutcomeTally(last: look(10, 7, 3))
        #expect(tally.judge(look(1, 0, 1)) == .outcomes(["fail"]))
    }
}
