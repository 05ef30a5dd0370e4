import Codecs
import Inspection
import Metrology
import Testing

/// A plan that waits for START: the part's scan opens the cycle and starts nothing.
@Suite struct StartCodeTests {
    /// A station whose part was scanned and whose devices are in reach.
    private func scanned() throws -> Dialogue {
        var dialogue = Dialogue(try Fixture.station(start: .code))
        _ = dialogue.begin()
        return dialogue
    }

    private func scan(
        _ action: ActionCode, _ dialogue: inout Dialogue, agedSeconds: Int64 = 0
    ) -> [CycleMachine.Action] {
        let timing = ScanTiming(
            readAtNanoseconds: (dialogue.second + 1 - agedSeconds) * 1_000_000_000,
            doubleScanNanoseconds: 0)
        let code = ActionScan(
            action, bytes: Array(action.rawValue.utf8), timing: timing, codeSetSHA256: "c0de")
        return dialogue.say(.code(code, cycle: "next", priorAttempts: 1))
    }

    private func events(_ actions: [CycleMachine.Action]) -> [String] {
        actions.compactMap { if case .audit(let body) = $0 { body["event"]?.text } else { nil } }
    }

    private func starts(_ actions: [CycleMachine.Action]) -> Bool {
        actions.contains { if case .start = $0 { true } else { false } }
    }

    private func record(_ actions: [CycleMachine.Action]) throws -> InspectionRecord {
        guard case .commit(let record, nil)? = actions.last else {
            throw Fixture.Missing()
        }
        return record
    }

    private func waits(_ machine: CycleMachine) -> Bool {
        guard case .waiting(_, let progress) = machine.phase else { return false }
        return progress.awaitsStart
    }

    /// Seen failing with a station that starts at once.
    @Test func nothingIsStartedBeforeSTARTAndThenTheFirstStepIs() throws {
        var dialogue = Dialogue(try Fixture.station(start: .code))
        #expect(dialogue.begin().isEmpty)
        #expect(dialogue.say(.tick).isEmpty)
        #expect(dialogue.say(.device(role: "bench", isOnline: false)).isEmpty)
        #expect(dialogue.say(.device(role: "bench", isOnline: true)).isEmpty)
        #expect(waits(dialogue.machine))
        let actions = scan(.start, &dialogue)
        #expect(events(actions) == ["code.taken", "cycle.begun"])
        guard case .audit(let taken) = actions.first, case .start(let role, 0, let token?, _) = actions.last
        else {
            Issue.record("not started: \(actions)")
            return
        }
        #expect(taken["action"] == "START")
        #expect(taken["cycle"]?.text == Fixture.cycleID)
        #expect(taken["operator"] == "1042")
        #expect(taken["code_set_sha256"] == "c0de")
        #expect((role, token) == ("bench", dialogue.token))
        #expect(dialogue.machine.refusal == nil)
    }

    @Test func theStepsAfterTheFirstWaitForNothing() throws {
        var dialogue = try scanned()
        _ = scan(.start, &dialogue)
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let leak = try Fixture.group(sequence: "7", echo: dialogue.token, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        let rate = try Fixture.sample("rate_a", "40", "mL/min", device: "FM-001", at: dialogue.now)
        _ = dialogue.say(.gauged([Fixture.leakOff: rate]))
        #expect(starts(dialogue.say(.stored)))
    }

    @Test func aSecondSTARTAndOneWithoutAPartAreRefusedAndSayWhy() throws {
        var dialogue = Dialogue(try Fixture.station(start: .code))
        _ = dialogue.say(.badge(inspector: "1042"))
        _ = scan(.start, &dialogue)
        #expect(dialogue.machine.refusal?.code == .meaninglessCode)
        #expect(dialogue.machine.refusal?.text == "Scan the part first, then START.")
        dialogue = try scanned()
        #expect(starts(scan(.start, &dialogue)))
        #expect(events(scan(.start, &dialogue)) == ["scan.refused"])
        #expect(
            dialogue.machine.refusal?.text == "SA10197 is being inspected already. Nothing needs START.")
    }

    /// Scanned for the part before, and taken only when the next one was there.
    @Test func aSTARTFromBeforeThePartsScanBeginsNothing() throws {
        var dialogue = try scanned()
        #expect(events(scan(.start, &dialogue, agedSeconds: 60)) == ["scan.refused"])
        #expect(dialogue.machine.refusal?.code == .otherWindow)
        #expect(waits(dialogue.machine))
    }

    @Test func aPartThatIsNeverBegunEndsWithTheTimeOfItsFirstStep() throws {
        var dialogue = try scanned()
        #expect(dialogue.say(.tick, after: 59).isEmpty)
        let actions = dialogue.say(.tick)
        #expect(actions.count == 1, "no device was started, so none is stopped")
        let record = try record(actions)
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["not_begun"])
    }

    @Test func withSTARTTheFirstStepHasAllItsTime() throws {
        var dialogue = try scanned()
        _ = dialogue.say(.tick, after: 50)
        _ = scan(.start, &dialogue)
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        #expect(dialogue.say(.tick, after: 50).isEmpty)
        let actions = dialogue.say(.tick, after: 9)
        #expect(try record(actions).reasons == ["timeout"])
        #expect(actions.first == .stop(role: "bench"))
    }

    @Test func abortEndsAPartThatWaitsAndStopsNoDevice() throws {
        var dialogue = try scanned()
        let actions = scan(.abort, &dialogue)
        #expect(actions.count == 2)
        #expect(events(actions) == ["code.taken"])
        #expect(try record(actions).reasons == ["aborted"])
    }

    /// START is taken while a device is away, as a part's scan is: the step starts when it is back.
    @Test func withADeviceOutOfReachTheStepStartsWhenItIsBack() throws {
        var dialogue = try scanned()
        _ = dialogue.say(.device(role: "meter", isOnline: false))
        let actions = scan(.start, &dialogue)
        #expect(events(actions) == ["code.taken", "cycle.begun"])
        #expect(!starts(actions))
        #expect(starts(dialogue.say(.device(role: "meter", isOnline: true))))
    }

    /// Nothing was started, so no result can be that of the part, whatever it carries. Seen failing with a
    /// result that is credited to a part that waits.
    @Test func aResultThatComesBeforeSTARTIsNobodys() throws {
        var dialogue = try scanned()
        let early = try Fixture.group(sequence: "7", echo: dialogue.token, at: dialogue.now)
        guard case .orphan? = dialogue.say(.completed(role: "bench", early, evidence: "e7")).first else {
            Issue.record("it was credited")
            return
        }
        #expect(waits(dialogue.machine))
    }

    // MARK: restart of the gateway

    /// The cycle that the entries of an earlier run tell of, taken up by another.
    private func resume(_ entries: [JSONValue], _ dialogue: inout Dialogue) throws -> [CycleMachine.Action] {
        dialogue = Dialogue(try Fixture.station(start: .code))
        let cycle = try #require(OpenCycle(journal: entries, at: dialogue.machine.station))
        _ = dialogue.say(.device(role: "meter", isOnline: true))
        _ = dialogue.say(.device(role: "bench", isOnline: true))
        return dialogue.say(.resume(cycle))
    }

    private func opening() throws -> JSONValue {
        var dialogue = Dialogue(try Fixture.station(start: .code))
        _ = dialogue.say(.badge(inspector: "1042"))
        guard
            case .open(let body)? = dialogue.say(
                .part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0)
            ).last
        else { throw Fixture.Missing() }
        return body
    }

    @Test func afterARestartAPartThatWasNotBegunWaitsForSTARTAgain() throws {
        var dialogue = try scanned()
        #expect(!starts(try resume([try opening()], &dialogue)))
        #expect(waits(dialogue.machine))
        #expect(starts(scan(.start, &dialogue)))
    }

    /// Its device may have been started: the step is started again, and a result of it that waits counts.
    @Test func afterARestartAPartThatWasBegunGoesOn() throws {
        var first = try scanned()
        let begun = scan(.start, &first).compactMap { action -> JSONValue? in
            guard case .audit(let body) = action, body["event"] == "cycle.begun" else { return nil }
            return body
        }
        #expect(begun.first?["cycle"]?.text == Fixture.cycleID)
        #expect(starts(try resume([try opening()] + begun, &first)))
        #expect(!waits(first.machine))
    }
}
