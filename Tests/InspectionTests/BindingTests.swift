import Inspection
import Testing

/// Devices that are told what they work for, and say it again or not.
@Suite struct BindingTests {
    @Test func aDeviceThatEchoesNothingIsToldAndItsResultCountsOnceItWasStarted() throws {
        let rule = BindRule(text: .serial, capacity: 16, isEchoed: false)
        var dialogue = Dialogue(try Fixture.station(binding: rule))
        guard case .start(_, 0, "SA10197", _) = try #require(dialogue.begin().last) else {
            Issue.record("the device was not told the serial")
            return
        }
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let result = try Fixture.group(sequence: "7", echo: nil, at: dialogue.now)
        guard
            case .gauge = try #require(
                dialogue.say(.completed(role: "bench", result, evidence: "e7")).first)
        else {
            Issue.record("the result was not credited")
            return
        }
    }

    @Test func aSerialThatDoesNotFitIsReplacedByTheTokenAndNeverCutOff() {
        let rule = BindRule(text: .serial, capacity: 8)
        #expect(rule.token(cycle: Fixture.cycleID, turn: 0, serial: "SA10197") == "SA10197")
        #expect(rule.token(cycle: Fixture.cycleID, turn: 1, serial: "SA1019700") == "B56789ab")
    }

    /// A plan allows a hundred screws with a hundred tries each. Seen failing: tokens began anew after 62.
    @Test(arguments: [(BindRule.Text.serialAndCycle, 25), (.serialAndCycle, 16), (.serial, 5)])
    func noTwoResultsOfACycleHaveTheSameToken(text: BindRule.Text, capacity: Int) {
        let rule = BindRule(text: text, capacity: capacity)
        let tokens = (0..<20_000).map { rule.token(cycle: Fixture.cycleID, turn: $0, serial: "SA10197") }
        #expect(Set(tokens).count == tokens.count && tokens.allSatisfy { $0.count <= capacity })
    }

    @Test func aRefusedScanDoesNotCoverTheVerdict() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.part(Fixture.part, cycle: "again", priorAttempts: 0))
        #expect(dialogue.machine.refusal?.code == .cycleRunning)
        _ = dialogue.say(.abort)
        _ = dialogue.say(.committed)
        #expect(dialogue.machine.lastRecord != nil)
        #expect(dialogue.machine.refusal == nil)
    }
}
