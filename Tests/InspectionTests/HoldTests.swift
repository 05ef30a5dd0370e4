import Codecs
import Inspection
import Metrology
import Testing

/// Another part is scanned while a tool in somebody's hands waits: it may be the one at the tool.
@Suite struct HoldTests {
    private func begin() throws -> ToolDialogue {
        try ToolDialogue(try ToolFixture.station([ToolFixture.step()]))
    }

    private func scan(_ part: PartIdentity, _ tool: inout ToolDialogue) {
        tool.say(.part(part, cycle: "other", priorAttempts: 0))
    }

    private let other = PartIdentity(
        serial: "SA10198", number: "4L0014-163B", uii: "D988974L0014-163BSA10198", lot: nil,
        rawMark: Array("SA10198".utf8), symbology: "]d1")

    /// Seen failing without the call of `hold`: the record of SA10197 had what SA10198 was tightened with.
    @Test func whatIsTightenedAfterAnotherPartWasScannedIsNobodys() throws {
        var tool = try begin()
        scan(other, &tool)
        #expect(tool.stops == 1)
        #expect(tool.dialogue.machine.refusal?.code == .cycleRunning)
        #expect(tool.journal.contains { $0["event"] == "cycle.held" })
        try tool.tool("27.5")
        #expect(tool.record == nil)
        #expect(tool.orphans.first?["because"] == "another part was scanned before it came")
        #expect(tool.starts.count == 1, "a held tool is not started, however long it waits")
        tool.say(.tick)
        tool.say(.device(role: "tool", isOnline: true))
        #expect(tool.starts.count == 1)
    }

    @Test func theRightPartsNextScanGoesOnUnderANewTokenAndThePartPasses() throws {
        var tool = try begin()
        scan(other, &tool)
        scan(Fixture.part, &tool)
        #expect(tool.starts.count == 2 && Set(tool.starts).count == 2)
        #expect(tool.dialogue.machine.refusal == nil)
        // Made while the tool was out of reach, and told late.
        try tool.tool("26.5", echo: tool.starts[0])
        #expect(tool.record == nil && tool.orphans.count == 1)
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
        #expect(tool.results == ["1 27.5 PASS"])
        let holds = tool.record?.body["steps"]?.elements.first?["holds"]?.elements
        #expect(holds?.first?["other"]?["serial"] == "SA10198")
    }

    /// It had come before the other part was scanned, and waited to be looked at.
    @Test func aResultFromBeforeTheOtherScanCounts() throws {
        var tool = try begin()
        let before = tool.dialogue.now
        scan(other, &tool)
        let group = try ToolFixture.group(1, "27.5", echo: tool.starts[0], at: before)
        tool.say(.completed(role: "tool", group, evidence: "e1"))
        #expect(tool.record?.verdict == .pass)
    }

    @Test func aHeldStepStaysHeldOverACrash() throws {
        var tool = try begin()
        scan(other, &tool)
        try tool.restart()
        #expect(tool.starts.count == 1)
        try tool.tool("27.5")
        #expect(tool.record == nil && tool.orphans.count == 1)
        scan(Fixture.part, &tool)
        #expect(tool.starts.count == 2 && Set(tool.starts).count == 2)
        try tool.restart()
        #expect(tool.starts.last == tool.starts[1], "what it was bound as last is still its")
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
    }

    @Test func theSamePartTwiceAndABenchHoldNothing() throws {
        var tool = try begin()
        scan(Fixture.part, &tool)
        #expect(tool.stops == 0 && tool.dialogue.machine.refusal?.isCalm == true)
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
        var bench = Dialogue(try Fixture.station())
        _ = bench.begin()
        let actions = bench.say(.part(other, cycle: "other", priorAttempts: 0))
        #expect(!actions.contains { if case .stop = $0 { true } else { false } })
    }

    @Test(arguments: [(CycleMachine.Input.abort, "aborted"), (.tick, "timeout")])
    func aHeldStepEndsAsAnyOther(end: CycleMachine.Input, reason: String) throws {
        var tool = try begin()
        scan(other, &tool)
        tool.say(end, after: 100)
        #expect(tool.record?.verdict == .indeterminate)
        #expect(tool.record?.body["results"]?.elements.first?["reason"]?.text == reason)
    }
}
