import Codecs
import Inspection
import Metrology
import Testing

/// A device that is switched off and on in the middle of a step.
@Suite struct RestartTests {
    private func dialogue() throws -> Dialogue {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        return dialogue
    }

    private func restarted(_ dialogue: Dialogue, role: String = "bench", _ seconds: Int64)
        -> CycleMachine.Input
    {
        .restarted(role: role, atNanoseconds: (dialogue.second + seconds) * 1_000_000_000)
    }

    @Test func itsStepEndsAtOnceUndecidedAndIsNotStartedAgain() throws {
        var dialogue = try dialogue()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let actions = dialogue.say(restarted(dialogue, 1))
        guard case .stop(role: "bench") = actions.first, case .commit(let record, _) = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["device_restarted"])
        #expect(dialogue.say(.tick).isEmpty)
    }

    @Test func aRestartThatWasSeenBeforeTheStepBeganMeansNothingToIt() throws {
        var dialogue = try dialogue()
        let before = restarted(dialogue, -1)
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        #expect(dialogue.say(before).isEmpty)
        #expect(dialogue.token != nil)
    }

    @Test func aRestartThatIsSeenWhileTheStartIsOnItsWayEndsTheStepWhenItIsAnswered() throws {
        var dialogue = try dialogue()
        #expect(dialogue.say(restarted(dialogue, 1)).isEmpty)
        let actions = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        guard case .commit(let record, _) = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(record.reasons == ["device_restarted"])
    }

    @Test func aRestartOfAnotherDeviceDoesNotEndTheStep() throws {
        var dialogue = try dialogue()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        #expect(dialogue.say(restarted(dialogue, role: "meter", 1)).isEmpty)
    }

    @Test func aDeviceThatKeptOtherSetPointsEndsTheStepAndIsStopped() throws {
        var dialogue = try dialogue()
        let actions = dialogue.say(
            .started(cycle: Fixture.cycleID, step: 0, failure: "160 reads 150", mayTryAgain: false))
        guard case .commit(let record, _) = actions.last else {
            Issue.record("\(actions)")
            return
        }
        #expect(record.reasons == ["not_set"])
        #expect(dialogue.say(.tick).isEmpty)
    }

    /// Nothing but the moment says whose result it is: one that came before the start was taken is another's.
    @Test func aResultThatEndedBeforeTheStartWasTakenIsNotCreditedToAStepWithoutBinding() throws {
        let rule = BindRule(text: .cycle, capacity: 8, isEchoed: false)
        var dialogue = Dialogue(try Fixture.station(binding: rule))
        _ = dialogue.begin()
        let group = try Fixture.group(sequence: "5", echo: nil, at: dialogue.now)
        let actions = dialogue.say(.completed(role: "bench", group, evidence: "ee"))
        guard case .orphan = actions.first else {
            Issue.record("\(actions)")
            return
        }
    }

    /// It may wait behind others and come when the start was answered. Seen failing with the start's answer
    /// alone asked for (`CycleMachine.isExpected`).
    @Test func aResultThatWasReadBeforeTheStartIsNotCreditedToAStepWithoutBinding() throws {
        let rule = BindRule(text: .cycle, capacity: 8, isEchoed: false)
        var dialogue = Dialogue(try Fixture.station(binding: rule))
        _ = dialogue.begin()
        let start = dialogue.now
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let before = try Fixture.group(sequence: "5", echo: nil, at: start)
        guard case .orphan = dialogue.say(.completed(role: "bench", before, evidence: "e5")).first else {
            Issue.record("credited")
            return
        }
        let group = try Fixture.group(sequence: "6", echo: nil, at: dialogue.now)
        guard case .gauge = dialogue.say(.completed(role: "bench", group, evidence: "e6")).first else {
            Issue.record("not credited")
            return
        }
    }
}
