import Codecs
import Inspection
import Metrology
import Testing

/// What becomes of a result that is no PASS.
@Suite struct RetryTests {
    private static let twice = FailureRule(retries: 2, approvalSeconds: nil)
    private static let approved = FailureRule(retries: 0, approvalSeconds: 600)

    private func begin(_ rule: FailureRule, count: Int = 1, due: String? = "2027-02-01") throws
        -> ToolDialogue
    {
        try ToolDialogue(try ToolFixture.station([ToolFixture.step(count: count, rule)], due: due))
    }

    @Test func withoutARuleTheFirstResultDecides() throws {
        var tool = try begin(.close)
        try tool.tool("31.2")
        #expect(tool.results == ["1 31.2 FAIL"])
        #expect(tool.record?.body["steps"]?.elements.first?["tries"] == nil)
        #expect(tool.starts.count == 1)
    }

    @Test func aRepeatedScrewPassesByItsOwnGoodResultAndTheBadOneIsKept() throws {
        var tool = try begin(Self.twice)
        try tool.tool("31.2")
        #expect(tool.record == nil)
        #expect(tool.journal.last?["event"] == "cycle.result")
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
        #expect(tool.results == ["1 27.5 PASS"])
        #expect(tool.tries == ["1 1 FAIL 31.2", "1 2 PASS"])
        #expect(tool.record?.body["evidence"] == ["e1", "e2"])
        #expect(tool.acknowledged == ["1", "2"])
        // What was made in one try is not another's.
        #expect(Set(tool.starts).count == 2)
        #expect(tool.record?.body["steps"]?.elements.first?["bound_as"]?.text == tool.starts.last ?? nil)
    }

    @Test func theLastTryDecides() throws {
        var tool = try begin(Self.twice)
        for torque in ["31.2", "31.3", "31.4"] { try tool.tool(torque) }
        #expect(tool.record?.verdict == .fail)
        #expect(tool.results == ["1 31.4 FAIL"])
        #expect(tool.tries == ["1 1 FAIL 31.2", "1 2 FAIL 31.3", "1 3 FAIL"])
    }

    @Test(arguments: [CycleMachine.Input.abort, .tick])
    func aTryThatIsNotRepeatedInTimeLeavesTheBadOneAsTheResult(end: CycleMachine.Input) throws {
        var tool = try begin(Self.twice)
        try tool.tool("31.2")
        tool.say(end, after: 100)
        #expect(tool.record?.verdict == .fail)
        #expect(tool.results == ["1 31.2 FAIL"])
        #expect(tool.record?.body["steps"]?.elements.first?["ended_because"] != nil)
    }

    /// Tightened once more, the screw would suffer and nothing would be known better.
    @Test func whereTheGaugeIsInDoubtNothingIsRepeated() throws {
        var tool = try begin(Self.twice, due: "2026-11-20")
        try tool.tool("31.2")
        #expect(tool.record?.verdict == .indeterminate)
        #expect(tool.starts.count == 1)
    }

    @Test func aResultThatTheDeviceDisownsIsRepeatedAndNeverPasses() throws {
        var tool = try begin(Self.twice)
        try tool.tool("27.5", isValid: false)
        #expect(tool.record == nil)
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .pass)
        #expect(tool.tries == ["1 1 INDETERMINATE 27.5", "1 2 PASS"])
    }

    /// Its values alone would pass. Seen failing with the device's word left out of the verdict.
    @Test func aDisownedResultWithGoodValuesIsNoPass() throws {
        var tool = try begin(.close)
        try tool.tool("27.5", isValid: false)
        #expect(tool.record?.verdict == .indeterminate)
        #expect(tool.record?.reasons == ["device_invalid"])
    }

    /// A crash between two tries: neither is lost, and neither counts twice.
    @Test func triesAreTakenUpAgain() throws {
        var tool = try begin(Self.twice)
        try tool.tool("31.2")
        let token = tool.starts.last
        try tool.restart()
        #expect(tool.starts.last == token, "the second try is started again under its own token")
        try tool.tool("31.3")
        try tool.restart()
        try tool.tool("27.5")
        #expect(tool.tries == ["1 1 FAIL 31.2", "1 2 FAIL 31.3", "1 3 PASS"])
        #expect(tool.record?.verdict == .pass && tool.orphans.isEmpty)
    }

    @Test func aResultOfAnEarlierTryIsNoResultOfThisOne() throws {
        var tool = try begin(Self.twice)
        let first = tool.starts.last ?? nil
        try tool.tool("31.2")
        try tool.tool("27.5", echo: first)
        #expect(tool.record == nil && tool.orphans.count == 1)
    }

    /// The start of the try before is answered late. Seen failing with the answer taken whatever it was for.
    @Test func theAnswerToAnEarlierStartIsNotThisOnes() throws {
        var machine = CycleMachine(station: try ToolFixture.station([ToolFixture.step(Self.twice)]))
        for input in [
            CycleMachine.Input.device(role: "tool", isOnline: true), .badge(inspector: "1042"),
            .part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0), .opened,
        ] { _ = machine.handle(input, at: Fixture.moment(1)) }
        guard case .waiting(_, let progress) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        let group = try ToolFixture.group(1, "31.2", echo: progress.token, at: Fixture.moment(2))
        _ = machine.handle(.completed(role: "tool", group, evidence: "e1"), at: Fixture.moment(2))
        _ = machine.handle(.stored, at: Fixture.moment(3))
        _ = machine.handle(
            .started(cycle: Fixture.cycleID, step: 0, failure: nil, turn: 0), at: Fixture.moment(4))
        guard case .waiting(_, let second) = machine.phase else {
            Issue.record("\(machine.phase)")
            return
        }
        #expect(second.turn == 1 && !second.isStarted)
    }

    // MARK: Approval

    @Test func anApprovalLetsTheCycleGoOnAndChangesNoVerdict() throws {
        let steps =
            [ToolFixture.step(Self.approved)] + [
                PlanStep(id: "cap", title: "Cap", completes: "tool", setPoints: [], timeoutSeconds: 60)
            ]
        var tool = try ToolDialogue(try ToolFixture.station(steps))
        try tool.tool("31.2")
        guard case .approving = tool.phase else {
            Issue.record("\(tool.phase)")
            return
        }
        tool.say(.badge(inspector: "2001", scan: [1, 2]))
        #expect(tool.dialogue.machine.inspector == "1042", "whoever approves does not take over")
        try tool.tool("27.5")
        #expect(tool.record?.verdict == .fail)
        #expect(tool.results == ["1 31.2 FAIL", "1 27.5 PASS"])
        let approvals = tool.record?.body["steps"]?.elements.first?["approvals"]?.elements ?? []
        #expect(approvals.map { $0["by"] } == ["2001"] && approvals.first?["raw"] == "0102")
    }

    @Test(arguments: [("1042", "inspects this part"), ("1043", "may not approve")])
    func notEverybodyMayApprove(person: String, why: String) throws {
        var tool = try begin(Self.approved)
        try tool.tool("31.2")
        tool.say(.badge(inspector: person))
        #expect(tool.record == nil)
        #expect(tool.dialogue.machine.refusal?.code == .notAllowed)
        #expect(tool.dialogue.machine.refusal?.text.contains(why) == true)
        tool.say(.badge(inspector: "2001"))
        #expect(tool.record?.verdict == .fail)
    }

    @Test func aBadgeThatWasScannedBeforeTheFailureApprovesNothing() throws {
        var tool = try begin(Self.approved)
        let before = ScanTiming(
            readAtNanoseconds: tool.dialogue.now.stamp.monotonicNanoseconds, doubleScanNanoseconds: 0)
        try tool.tool("31.2")
        tool.say(.badge(inspector: "2001", scan: [], timing: before))
        #expect(tool.record == nil && tool.dialogue.machine.refusal?.code == .otherWindow)
    }

    @Test func anApprovalThatDoesNotComeEndsTheCycle() throws {
        var tool = try begin(Self.approved)
        try tool.tool("31.2")
        tool.say(.tick, after: 599)
        #expect(tool.record == nil)
        tool.say(.tick, after: 2)
        #expect(tool.record?.verdict == .fail && tool.results == ["1 31.2 FAIL"])
    }

    @Test func aCycleThatWaitsForAnApprovalIsTakenUpAgainAsSuch() throws {
        var tool = try begin(FailureRule(retries: 1, approvalSeconds: 600))
        try tool.tool("31.2")
        try tool.tool("31.3")
        let starts = tool.starts.count
        try tool.restart()
        guard case .approving = tool.phase else {
            Issue.record("\(tool.phase)")
            return
        }
        #expect(tool.starts.count == starts, "the tool stays locked")
        tool.say(.badge(inspector: "2001"))
        #expect(tool.record?.verdict == .fail)
        #expect(tool.tries == ["1 1 FAIL 31.2", "1 2 FAIL"])
    }

    @Test func aDisownedResultThatIsApprovedIsNoPass() throws {
        var tool = try begin(Self.approved)
        try tool.tool("27.5", isValid: false)
        tool.say(.badge(inspector: "2001"))
        #expect(tool.record?.verdict == .indeterminate)
    }
}
