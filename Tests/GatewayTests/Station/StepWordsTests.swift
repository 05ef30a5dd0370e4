import Codecs
import Inspection
import Metrology
import Testing

@testable import Gateway

/// What the page says of steps with several results, tries and approvals.
struct StepWordsTests {
    private static let cycle = "019ac3f2-0000-7000-8000-0123456789ab"

    private func machine(count: Int = 1, _ rule: FailureRule = .close) throws -> CycleMachine {
        var machine = CycleMachine(station: try StationFixture.station(count: count, onFailure: rule))
        for role in ["bench", "meter"] { handle(.device(role: role, isOnline: true), &machine) }
        handle(.badge(inspector: "1042"), &machine)
        handle(.part(StationFixture.part, cycle: Self.cycle, priorAttempts: 0), &machine)
        handle(.opened, &machine)
        handle(.started(cycle: Self.cycle, step: 0, failure: nil), &machine)
        return machine
    }

    private func handle(_ input: CycleMachine.Input, _ machine: inout CycleMachine) {
        _ = machine.handle(input, at: StationFixture.moment(0))
    }

    /// The bench is done, and nothing could be read.
    private func measure(_ sequence: Int, _ machine: inout CycleMachine) {
        guard case .waiting(_, let progress) = machine.phase else { return }
        let group = SampleGroup(
            device: "FTS-001", sequence: String(sequence), echo: progress.token, isValid: false,
            samples: [:], raw: [UInt8(sequence)], stamp: StationFixture.stamp(0))
        handle(.completed(role: "bench", group, evidence: "e"), &machine)
        handle(.gauged([:]), &machine)
        handle(.stored, &machine)
    }

    private func shown(_ machine: CycleMachine) -> JSONValue {
        StationView(
            machine: machine, devices: [], live: [], past: [], queue: 0, quarantined: 0, showsVerdict: false,
            at: StationFixture.stamp(0)
        ).json
    }

    @Test func whichOfSeveralIsSaid() throws {
        let shown = shown(try machine(count: 4))
        #expect(shown["instruction"] == "Leak-off at 160 MPa: 1 of 4")
        #expect(shown["step"]?["sample"] == 1 && shown["step"]?["samples"] == 4)
        #expect(self.shown(try machine())["instruction"] == "Leak-off at 160 MPa")
    }

    @Test(arguments: [(2, "try 2 of 3"), (FailureRule.mostRetries, "try 2")])
    func whatWasWrongIsSaidWithWhatToDo(retries: Int, count: String) throws {
        var machine = try machine(FailureRule(retries: retries, approvalSeconds: nil))
        measure(1, &machine)
        let words = "A value could not be read. Once more, \(count): Leak-off at 160 MPa"
        #expect(shown(machine)["instruction"] == .string(words))
        #expect(shown(machine)["step"]?["try"] == 2)
        #expect(
            shown(machine)["results"]?.elements.map { $0["result"] } == ["INDETERMINATE", "INDETERMINATE"])
    }

    @Test func whoeverMayApproveIsCalled() throws {
        var machine = try machine(FailureRule(retries: 0, approvalSeconds: 600))
        measure(1, &machine)
        let shown = shown(machine)
        #expect(shown["state"] == "blocked")
        #expect(shown["reasons"]?.elements.first == "A value could not be read.")
        #expect(shown["instruction"]?.text?.contains("their badge lets it go on") == true)
    }

    @Test func resultsOfSeveralAreToldApart() throws {
        var machine = try machine(count: 2, FailureRule(retries: 1, approvalSeconds: nil))
        measure(1, &machine)
        let titles = shown(machine)["results"]?.elements.map { $0["title"] }
        #expect(titles == ["leak_flow 1", "leak_return 1"])
    }
}
