import Codecs
import Inspection
import Metrology
import Testing

/// Steps that need several results: four screws of one cap.
@Suite struct SampleTests {
    private func begin(_ count: Int, _ rule: FailureRule = .close) throws -> ToolDialogue {
        try ToolDialogue(try ToolFixture.station([ToolFixture.step(count: count, rule)]))
    }

    @Test func eachScrewIsAResultOfItsOwnAndTheToolIsUnlockedForEach() throws {
        var tool = try begin(4)
        for torque in ["27.1", "27.2", "27.3", "27.4"] { try tool.tool(torque) }
        #expect(tool.record?.verdict == .pass)
        #expect(tool.results == ["1 27.1 PASS", "2 27.2 PASS", "3 27.3 PASS", "4 27.4 PASS"])
        #expect(Set(tool.starts).count == 4)
        #expect(
            tool.journal.map { $0["event"] } == ["cycle.opened"]
                + [JSONValue?](repeating: "cycle.result", count: 3))
        #expect(tool.record?.body["steps"]?.elements.first?["samples"] == 4)
        #expect(tool.record?.body["evidence"] == ["e1", "e2", "e3", "e4"])
    }

    @Test func oneBadScrewOfFourFailsThePart() throws {
        var tool = try begin(4)
        for torque in ["27.1", "31.2", "27.3", "27.4"] { try tool.tool(torque) }
        #expect(tool.record?.verdict == .fail)
        #expect(tool.results[1] == "2 31.2 FAIL")
    }

    @Test func eachScrewHasItsOwnTries() throws {
        var tool = try begin(2, FailureRule(retries: 1, approvalSeconds: nil))
        for torque in ["31.1", "27.1", "31.2", "27.2"] { try tool.tool(torque) }
        #expect(tool.record?.verdict == .pass)
        #expect(tool.tries == ["1 1 FAIL 31.1", "1 2 PASS", "2 1 FAIL 31.2", "2 2 PASS"])
    }

    @Test func whatIsMissingIsNotDecided() throws {
        var tool = try begin(3)
        try tool.tool("27.1")
        tool.say(.tick, after: 100)
        #expect(tool.record?.verdict == .indeterminate && tool.record?.reasons == ["timeout"])
        #expect(tool.results == ["1 27.1 PASS", "2 – INDETERMINATE", "3 – INDETERMINATE"])
    }

    /// The time of a step holds for each of its screws.
    @Test func eachScrewHasItsTime() throws {
        var tool = try begin(3)
        for _ in 1...3 {
            tool.say(.tick, after: 50)
            try tool.tool("27.1")
        }
        #expect(tool.record?.verdict == .pass)
    }

    @Test func screwsAreTakenUpAgain() throws {
        var tool = try begin(3)
        try tool.tool("27.1")
        try tool.restart()
        try tool.tool("27.2")
        try tool.restart()
        try tool.tool("27.3")
        #expect(tool.results == ["1 27.1 PASS", "2 27.2 PASS", "3 27.3 PASS"])
        #expect(tool.orphans.isEmpty)
    }

    @Test func aSettingByPartNumberIsThatOfThePart() throws {
        let values: [String: ExactDecimal] = ["4L0014-163B": 3, "4L0014-170A": 4]
        let step = PlanStep(
            id: "nut", title: "Nut", completes: "tool",
            settings: [StepSetting(point: "parameter_set", value: .byPartNumber(values))], timeoutSeconds: 60)
        #expect(step.setPoints(for: "4L0014-170A") == [SetPoint(point: "parameter_set", value: 4)])
        #expect(step.setPoints(for: "OTHER") == nil)
        var tool = try ToolDialogue(try ToolFixture.station([step]))
        try tool.tool("27.5")
        #expect(tool.record?.body["steps"]?.elements.first?["set"] == ["parameter_set": "3"])
    }

    @Test func withoutASettingForThePartTheToolIsNotUnlocked() throws {
        let step = PlanStep(
            id: "nut", title: "Nut", completes: "tool",
            settings: [StepSetting(point: "parameter_set", value: .byPartNumber([:]))], timeoutSeconds: 60)
        let tool = try ToolDialogue(try ToolFixture.station([step]))
        #expect(tool.starts.isEmpty && tool.record?.reasons == ["not_set"])
    }
}
