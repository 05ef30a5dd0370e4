import Codecs
import Inspection
import Metrology
import Testing

/// Nothing can be recorded for a while: nothing begins, nothing that happened is lost, and it goes on.
@Suite struct SuspensionTests {
    private static let reason = "The gateway's disk is full."

    private func begin() throws -> ToolDialogue {
        try ToolDialogue(try ToolFixture.station([ToolFixture.step()]))
    }

    @Test func aToolInSomebodysHandsIsStoppedAndNotStartedAgain() throws {
        var tool = try begin()
        tool.say(.suspended(Self.reason))
        #expect(tool.stops == 1 && tool.starts.count == 1)
        tool.say(.tick)
        tool.say(.device(role: "tool", isOnline: true))
        tool.say(.suspended(Self.reason))
        #expect(tool.stops == 1 && tool.starts.count == 1)
        tool.say(.suspended(nil))
        #expect(tool.starts.count == 2)
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
    }

    /// It was tightened before the tool heard that it is stopped: that is this part's, and there is room.
    @Test func aResultThatComesAllTheSameCounts() throws {
        var tool = try begin()
        tool.say(.suspended(Self.reason))
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass && tool.orphans.isEmpty)
    }

    @Test func noStepRunsOutOfTimeMeanwhile() throws {
        var tool = try begin()
        tool.say(.suspended(Self.reason))
        tool.say(.tick, after: 3_600)
        #expect(tool.record == nil)
        tool.say(.suspended(nil))
        tool.say(.tick, after: 50)
        #expect(tool.record == nil)
        tool.say(.tick, after: 20)
        #expect(tool.record?.verdict == .indeterminate)
    }

    /// There is no room for an entry about each of them.
    @Test func scansAreRefusedWithoutAnEntry() throws {
        var machine = CycleMachine(station: try ToolFixture.station([ToolFixture.step()]))
        _ = machine.handle(.badge(inspector: "1042"), at: Fixture.moment(0))
        _ = machine.handle(.suspended(Self.reason), at: Fixture.moment(1))
        let scan = CycleMachine.Input.part(Fixture.part, cycle: "c", priorAttempts: 0)
        #expect(machine.handle(scan, at: Fixture.moment(2)) == [])
        #expect(machine.refusal?.code == .notRecording && machine.refusal?.text == Self.reason)
        #expect(machine.refusedScans == 1 && machine.cycle == nil)
        #expect(machine.handle(.badge(inspector: "2001"), at: Fixture.moment(3)) == [])
        #expect(machine.inspector == "1042")
        _ = machine.handle(.suspended(nil), at: Fixture.moment(4))
        #expect(machine.refusal == nil)
        #expect(!machine.handle(scan, at: Fixture.moment(5)).isEmpty && machine.cycle != nil)
    }
}
