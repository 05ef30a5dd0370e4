import Drivers
import Testing

@Suite struct HandshakeMachineTests {
    private func look(_ sequence: UInt64, guardNumber: UInt64? = nil, raw: [UInt8] = [1])
        -> HandshakeMachine.Look
    {
        HandshakeMachine.Look(sequence: sequence, guardNumber: guardNumber ?? sequence, raw: raw)
    }

    @Test func aResultIsNewOnceHoweverOftenItIsPolled() {
        var machine = HandshakeMachine(taken: .init(sequence: 6, raw: [9]), wrapsAfter: 65_535)
        #expect(machine.judge(look(7)) == .new(irregularity: nil))
        #expect(machine.judge(look(7)) == .nothing)
        machine.took(.init(sequence: 7, raw: [1]))
        #expect(machine.judge(look(7)) == .nothing)
        #expect(machine.judge(look(8)) == .new(irregularity: nil))
    }

    @Test func aBlockThatIsBeingWrittenIsNotTaken() {
        var machine = HandshakeMachine(taken: nil, wrapsAfter: 65_535)
        #expect(machine.judge(look(7, guardNumber: 6)) == .torn)
        #expect(machine.judge(look(7)) == .new(irregularity: nil))
    }

    @Test func numberZeroIsNoResult() {
        var machine = HandshakeMachine(taken: nil, wrapsAfter: 65_535)
        #expect(machine.judge(look(0)) == .nothing)
        #expect(machine.judge(look(1)) == .new(irregularity: nil))
    }

    @Test func aDurableResultSeenAgainAfterAReconnectIsOnlyAcknowledgedAgain() {
        var machine = HandshakeMachine(taken: .init(sequence: 7, raw: [1]), wrapsAfter: 65_535)
        #expect(machine.judge(look(7)) == .takenBefore)
        #expect(machine.judge(look(7)) == .nothing)
        machine.disconnected()
        #expect(machine.judge(look(7)) == .takenBefore)
    }

    @Test func aRestartedDeviceThatComesToTheSameNumberHasANewResult() {
        var machine = HandshakeMachine(taken: .init(sequence: 1, raw: [1]), wrapsAfter: 65_535)
        #expect(machine.judge(look(1, raw: [2])) == .new(irregularity: .repeated))
    }

    @Test func aSequenceThatGoesBackOrLeavesNumbersOutIsTakenAndToldOf() {
        var machine = HandshakeMachine(taken: .init(sequence: 57, raw: [1]), wrapsAfter: 65_535)
        #expect(machine.judge(look(1)) == .new(irregularity: .wentBack))
        machine.took(.init(sequence: 1, raw: [1]))
        #expect(machine.judge(look(4)) == .new(irregularity: .skipped(2)))
    }

    @Test func aDeviceThatHadResultsAndHasNoneAnyMoreWasRestartedWhichIsToldOnce() {
        var machine = HandshakeMachine(taken: .init(sequence: 57, raw: [1]), wrapsAfter: 65_535)
        #expect(machine.judge(look(0)) == .restarted)
        #expect(machine.judge(look(0)) == .nothing)
        // A loss of reach later it is the same restart: a step that was begun since is not lost by it.
        machine.disconnected()
        #expect(machine.judge(look(0)) == .nothing)
        #expect(machine.judge(look(1)) == .new(irregularity: .wentBack))
        machine.took(.init(sequence: 1, raw: [1]))
        #expect(machine.judge(look(0)) == .restarted)
    }

    @Test func theCountBeginsAgainAtOneAfterItsEnd() {
        var machine = HandshakeMachine(taken: .init(sequence: 65_535, raw: [1]), wrapsAfter: 65_535)
        #expect(machine.judge(look(1)) == .new(irregularity: nil))
    }
}
