import Codecs
import Inspection
import Metrology
import Testing

@Suite struct CycleMachineTests {
    @Test func aWholeCycleEndsInOneRecordAndEachStepIsDurableBeforeItIsAcknowledged() throws {
        var dialogue = Dialogue(try Fixture.station())
        guard case .start(let role, 0, let token, let setPoints) = try #require(dialogue.begin().last) else {
            Issue.record("the first step was not started")
            return
        }
        #expect(role == "bench")
        #expect(token?.utf8.count == 8)
        #expect(setPoints == [SetPoint(point: "set_rail_pressure", value: 160)])
        #expect(dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil)) == [])

        let next = try measureAndGauge(&dialogue, token: token)
        guard case .start(_, 1, let second, _) = try #require(next.last) else {
            Issue.record("the second step was not started: \(next)")
            return
        }
        #expect(second != token)

        let full = try Fixture.group(sequence: "8", echo: second, at: dialogue.now)
        let committing = dialogue.say(.completed(role: "bench", full, evidence: "e8"))
        guard case .commit(let record, let last) = try #require(committing.first), committing.count == 1
        else {
            Issue.record("no record alone: \(committing)")
            return
        }
        #expect(last == full)
        #expect(record.verdict == .pass)
        #expect(record.body["results"]?.elements.map { $0["value"] } == ["31.4", "126.8"])
        #expect(dialogue.say(.committed) == [.acknowledge(full)])
        #expect(dialogue.machine.phase == .ready)
    }

    /// Has the bench complete the first step and the gauge read its leak-off; returns what follows once that
    /// is durable.
    private func measureAndGauge(
        _ dialogue: inout Dialogue, token: String?
    ) throws -> [CycleMachine.Action] {
        let leak = try Fixture.group(sequence: "7", echo: token, at: dialogue.now)
        let gauging = dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        #expect(gauging == [.gauge([Fixture.leakOff], after: leak.stamp)])
        let reading = try Fixture.sample("rate_a", "31.4", "mL/min", device: "FM-001", at: dialogue.now)
        let storing = dialogue.say(.gauged([Fixture.leakOff: reading]))
        guard case .store(let body, let consumed) = try #require(storing.first), storing.count == 1 else {
            Issue.record("the step was not made durable alone: \(storing)")
            return []
        }
        #expect(consumed == leak)
        #expect(body["event"] == "cycle.step")
        let next = dialogue.say(.stored)
        #expect(next.first == .acknowledge(leak))
        return next
    }

    @Test func aScanWithoutABadgeArmsNothing() throws {
        var dialogue = Dialogue(try Fixture.station())
        let actions = dialogue.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
        guard case .audit(let body) = try #require(actions.first), actions.count == 1 else {
            Issue.record("\(actions)")
            return
        }
        #expect(body["code"] == "no_badge")
        #expect(dialogue.machine.phase == .ready)
        #expect(dialogue.machine.refusal?.text == "Scan your badge first, then the part.")
    }

    @Test func aScanDuringACycleNeverRebindsIt() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        let before = dialogue.machine.phase
        let other = PartIdentity(
            serial: "SA10198", number: "4L0014-163B", uii: nil, lot: nil, rawMark: [], symbology: nil)
        _ = dialogue.say(.part(other, cycle: "other", priorAttempts: 0))
        #expect(dialogue.machine.phase == before)
        #expect(dialogue.machine.refusal?.code == .cycleRunning)
    }

    @Test func anUnknownPartNumberIsRefused() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.say(.badge(inspector: "1042"))
        let foreign = PartIdentity(
            serial: "SA1", number: "OTHER", uii: nil, lot: nil, rawMark: [], symbology: nil)
        _ = dialogue.say(.part(foreign, cycle: "c", priorAttempts: 0))
        #expect(dialogue.machine.refusal?.code == .unknownPart)
        #expect(dialogue.machine.cycle == nil)
    }

    @Test(arguments: [nil, "", "Zzzzzzzz"]) func aResultWithAnotherTokenIsAnOrphan(echo: String?) throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        let foreign = try Fixture.group(sequence: "7", echo: echo, at: dialogue.now)
        let actions = dialogue.say(.completed(role: "bench", foreign, evidence: "e7"))
        guard case .orphan(let body, let consumed) = try #require(actions.first), actions.count == 1 else {
            Issue.record("credited: \(actions)")
            return
        }
        #expect(consumed == foreign)
        #expect(body["evidence"] == ["e7"])
        #expect(body["values"]?["delivery"] == "126.8")
    }

    @Test func aResultWithoutACycleIsAnOrphan() throws {
        var dialogue = Dialogue(try Fixture.station())
        let stray = try Fixture.group(sequence: "3", echo: "", at: dialogue.now)
        guard case .orphan = try #require(dialogue.say(.completed(role: "bench", stray, evidence: "e")).first)
        else {
            Issue.record("not kept as an orphan")
            return
        }
    }

    @Test func theSameResultSeenAgainWhileItIsStoredIsNotDoubled() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        let token = dialogue.token
        let leak = try Fixture.group(sequence: "7", echo: token, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        #expect(dialogue.say(.completed(role: "bench", leak, evidence: "e7")) == [])
        _ = dialogue.say(.gauged([:]))
        #expect(dialogue.say(.completed(role: "bench", leak, evidence: "e7")) == [])
    }

    @Test func aStepThatTakesTooLongEndsInAnIndeterminateRecord() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        #expect(dialogue.say(.tick, after: 50) == [])
        let actions = dialogue.say(.tick, after: 20)
        #expect(actions.first == .stop(role: "bench"))
        guard case .commit(let record, nil) = try #require(actions.last) else {
            Issue.record("no record: \(actions)")
            return
        }
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["timeout"])
        #expect(record.body["results"]?.elements.count == 2)
    }

    @Test func aDeviceOutOfReachIsStartedWhenItReturnsAndElseNamedAsTheReason() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.say(.device(role: "meter", isOnline: true))
        _ = dialogue.say(.badge(inspector: "1042"))
        _ = dialogue.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
        #expect(dialogue.say(.opened) == [])
        #expect(dialogue.say(.device(role: "meter", isOnline: true)) == [])
        var late = dialogue
        guard case .start = try #require(late.say(.device(role: "bench", isOnline: true)).last) else {
            Issue.record("not started when the bench came back")
            return
        }
        guard case .commit(let record, nil) = try #require(dialogue.say(.tick, after: 100).last) else {
            Issue.record("no record")
            return
        }
        #expect(record.reasons == ["offline"])
    }

    @Test func aStepIsNotStartedWhileAGaugeThatItReadsIsOutOfReach() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.say(.device(role: "bench", isOnline: true))
        _ = dialogue.say(.badge(inspector: "1042"))
        _ = dialogue.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
        #expect(dialogue.say(.opened) == [])
        #expect(dialogue.say(.tick) == [])
        guard case .start = try #require(dialogue.say(.device(role: "meter", isOnline: true)).last) else {
            Issue.record("not started when the meter came back")
            return
        }
    }

    @Test func aBadgeDuringACycleIsKeptAsItWasScanned() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        let actions = dialogue.say(.badge(inspector: "1043", scan: Array("OP:77".utf8)))
        guard case .audit(let body) = try #require(actions.first) else {
            Issue.record("nothing kept: \(actions)")
            return
        }
        #expect(body["raw"] == "4f503a3737")
        #expect(dialogue.machine.inspector == "1042")
    }

    @Test func aStartThatFailedIsTriedAgain() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        #expect(dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: "no reply in 500 ms")) == [])
        guard case .start(_, 0, _, _) = try #require(dialogue.say(.tick).last) else {
            Issue.record("not tried again")
            return
        }
    }

    @Test func aResultThatTheDeviceCallsInvalidEndsTheCycleUndecided() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        let aborted = try Fixture.group(sequence: "7", echo: dialogue.token, isValid: false, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", aborted, evidence: "e7"))
        guard case .commit(let record, aborted) = try #require(dialogue.say(.gauged([:])).last) else {
            Issue.record("no record")
            return
        }
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["bad_value", "device_invalid"])
    }

    @Test(arguments: [nil, "2026-11-20"]) func aGaugeWithoutCurrentCalibrationDecidesNothing(due: String?)
        throws
    {
        var dialogue = Dialogue(try Fixture.station(benchDue: due))
        _ = dialogue.begin()
        _ = dialogue.say(
            .completed(
                role: "bench", try Fixture.group(sequence: "1", echo: dialogue.token, at: dialogue.now),
                evidence: "e1"))
        let reading = try Fixture.sample("rate_a", "31.4", "mL/min", device: "FM-001", at: dialogue.now)
        _ = dialogue.say(.gauged([Fixture.leakOff: reading]))
        _ = dialogue.say(.stored)
        let full = try Fixture.group(sequence: "2", echo: dialogue.token, at: dialogue.now)
        guard
            case .commit(let record, _) = try #require(
                dialogue.say(.completed(role: "bench", full, evidence: "e2")).last)
        else {
            Issue.record("no record")
            return
        }
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["calibration"])
        #expect(record.body["results"]?.elements.last?["value"] == "126.8")
    }

    @Test func aCycleIsTakenUpAgainFromItsJournal() throws {
        let station = try Fixture.station()
        var first = Dialogue(station)
        var journal: [JSONValue] = []
        _ = first.say(.device(role: "meter", isOnline: true))
        _ = first.say(.device(role: "bench", isOnline: true))
        _ = first.say(.badge(inspector: "1042"))
        if case .open(let body) = try #require(
            first.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0)).first)
        {
            journal.append(body)
        }
        _ = first.say(.opened)
        let leak = try Fixture.group(sequence: "7", echo: first.token, at: first.now)
        _ = first.say(.completed(role: "bench", leak, evidence: "e7"))
        let reading = try Fixture.sample("rate_a", "31.4", "mL/min", device: "FM-001", at: first.now)
        if case .store(let body, _) = try #require(first.say(.gauged([Fixture.leakOff: reading])).first) {
            journal.append(body)
        }
        _ = first.say(.stored)
        let token = try #require(first.token)

        let reread = try journal.map { try JSONParser.parse(CanonicalJSON.bytes($0)) }
        var second = Dialogue(station)
        let cycle = try #require(OpenCycle(journal: reread, at: station))
        #expect(second.say(.resume(cycle)) == [])
        #expect(second.token == token)
        let full = try Fixture.group(sequence: "8", echo: token, at: second.now)
        guard
            case .commit(let record, _) = try #require(
                second.say(.completed(role: "bench", full, evidence: "e8")).last)
        else {
            Issue.record("the pending result was not credited")
            return
        }
        #expect(record.id == Fixture.cycleID)
        #expect(record.verdict == .pass)
        #expect(record.body["results"]?.elements.map { $0["value"] } == ["31.4", "126.8"])
    }

    @Test func retestsEndWhereThePlanSaysSo() throws {
        var dialogue = Dialogue(try Fixture.station(retests: 1))
        _ = dialogue.say(.badge(inspector: "1042"))
        var allowed = dialogue
        guard
            case .open(let body) = try #require(
                allowed.say(.part(Fixture.part, cycle: "c", priorAttempts: 1)).first)
        else {
            Issue.record("the retest was refused")
            return
        }
        #expect(body["attempt"] == 2)
        _ = dialogue.say(.part(Fixture.part, cycle: "c", priorAttempts: 2))
        #expect(dialogue.machine.refusal?.code == .retestLimit)
    }

    @Test func aRecordTakesTheLeastLiveProvenance() throws {
        var dialogue = Dialogue(try Fixture.station(provenance: .simulated))
        _ = dialogue.begin()
        guard case .commit(let record, _) = try #require(dialogue.say(.abort).last) else {
            Issue.record("no record")
            return
        }
        #expect(record.provenance == .simulated)
        #expect(record.reasons == ["aborted"])
    }
}
