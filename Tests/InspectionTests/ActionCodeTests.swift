import Codecs
import Inspection
import Metrology
import Testing

/// What the printed codes do in each state of a station.
@Suite struct ActionCodeTests {
    private static func code(_ action: ActionCode, readAt second: Int64) -> ActionScan {
        ActionScan(
            action, bytes: Array(action.rawValue.utf8),
            timing: ScanTiming(
                readAtNanoseconds: second * 1_000_000_000, doubleScanNanoseconds: 3_000_000_000),
            codeSetSHA256: "c0de")
    }

    /// A station that can be told to scan codes: each is read at the second in which it is taken.
    private struct Station {
        var dialogue: Dialogue

        mutating func scan(
            _ action: ActionCode, attempts: Int = 1, agedSeconds: Int64 = 0
        ) -> [CycleMachine.Action] {
            let code = ActionCodeTests.code(action, readAt: dialogue.second + 1 - agedSeconds)
            return dialogue.say(.code(code, cycle: "next", priorAttempts: attempts))
        }
    }

    private func running() throws -> Station {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.started(cycle: Fixture.cycleID, step: 0, failure: nil))
        return Station(dialogue: dialogue)
    }

    /// A station whose last part is NOT DECIDED.
    private func undecided() throws -> Station {
        var station = try running()
        _ = station.dialogue.say(.abort)
        _ = station.dialogue.say(.committed)
        return station
    }

    private func taken(_ actions: [CycleMachine.Action]) -> JSONValue? {
        guard case .audit(let body)? = actions.first,
            body["event"]?.text == AuditEvent.codeTaken.rawValue
        else { return nil }
        return body
    }

    private func refused(_ actions: [CycleMachine.Action]) -> (code: String?, text: String?)? {
        guard case .audit(let body)? = actions.first, actions.count == 1,
            body["event"]?.text == AuditEvent.scanRefused.rawValue
        else { return nil }
        return (body["code"]?.text, body["text"]?.text)
    }

    @Test func abortStopsTheDeviceAndEndsTheCycleUndecided() throws {
        var station = try running()
        let actions = station.scan(.abort)
        let body = try #require(taken(actions))
        #expect(body["action"] == "ABORT")
        #expect(body["operator"] == "1042")
        #expect(body["cycle"]?.text == Fixture.cycleID)
        #expect(body["code_set_sha256"] == "c0de")
        #expect(actions.dropFirst().first == .stop(role: "bench"))
        guard case .commit(let record, nil)? = actions.last else {
            Issue.record("no record: \(actions)")
            return
        }
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["aborted"])
    }

    @Test func abortWithoutAPartMeansNothing() throws {
        var station = try undecided()
        let refusal = try #require(refused(station.scan(.abort)))
        #expect(refusal.code == "meaningless_code")
        #expect(refusal.text == "No part is being inspected: there is nothing to stop.")
    }

    @Test func abortScannedForThePartBeforeDoesNotStopTheNextOne() throws {
        var station = try undecided()
        let ended = station.dialogue.second
        let part = PartIdentity(
            serial: "SA10198", number: "4L0014-163B", uii: nil, lot: nil, rawMark: [], symbology: nil)
        let timing = ScanTiming(
            readAtNanoseconds: (ended + 4) * 1_000_000_000, doubleScanNanoseconds: 0)
        _ = station.dialogue.say(.part(part, cycle: "b", priorAttempts: 0, timing: timing), after: 5)
        _ = station.dialogue.say(.opened)
        let before = station.dialogue.machine.phase
        #expect(refused(station.scan(.abort, agedSeconds: 4))?.code == "other_window")
        #expect(station.dialogue.machine.phase == before)
        #expect(taken(station.scan(.abort)) != nil)
    }

    @Test func abortWhileAResultIsBeingSavedAsksToWait() throws {
        var station = try running()
        let leak = try Fixture.group(
            sequence: "7", echo: station.dialogue.token, at: station.dialogue.now)
        _ = station.dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        let before = station.dialogue.machine.phase
        #expect(
            refused(station.scan(.abort))?.text
                == "A result of SA10197 is just being saved. Wait, then scan ABORT again.")
        #expect(station.dialogue.machine.phase == before)
    }

    @Test func retestOpensAnotherAttemptOfTheLastPartAtOnce() throws {
        var station = try undecided()
        let actions = station.scan(.retest)
        #expect(taken(actions)?["serial"] == "SA10197")
        guard case .open(let body)? = actions.last, actions.count == 2 else {
            Issue.record("not opened: \(actions)")
            return
        }
        #expect(body["attempt"] == 2)
        #expect(body["part"] == Fixture.part.json)
        #expect(body["cycle"] == "next")
    }

    @Test func retestKeepsToThePlansLimitAndSaysWhatWasScanned() throws {
        var station = try undecided()
        let actions = station.scan(.retest, attempts: 2)
        let refusal = try #require(refused(actions))
        #expect(refusal.code == "retest_limit")
        guard case .audit(let body)? = actions.first else { return }
        #expect(body["raw"]?.text == Hex.text(Array("RETEST".utf8)))
        #expect(station.dialogue.machine.phase == .ready)
    }

    @Test func retestWithoutALastPartOrDuringOneMeansNothing() throws {
        var fresh = Station(dialogue: Dialogue(try Fixture.station()))
        _ = fresh.dialogue.say(.badge(inspector: "1042"))
        #expect(refused(fresh.scan(.retest))?.code == "meaningless_code")
        var busy = try running()
        #expect(refused(busy.scan(.retest))?.text == "SA10197 is being inspected. Carry on.")
    }

    @Test func acknowledgingTakesTheVerdictAwayOnce() throws {
        var station = try undecided()
        #expect(station.dialogue.machine.verdictStands)
        let body = try #require(taken(station.scan(.acknowledge)))
        #expect(body["cycle"]?.text == Fixture.cycleID)
        #expect(!station.dialogue.machine.verdictStands)
        #expect(
            refused(station.scan(.acknowledge))?.text == "No FAIL waits to be seen. ACK means nothing now.")
        var busy = try running()
        #expect(refused(busy.scan(.acknowledge))?.text == "There is no verdict yet. ACK means nothing now.")
    }

    @Test func startMeansNothingWherePlansBeginWithTheScan() throws {
        var station = try undecided()
        #expect(
            refused(station.scan(.start))?.text
                == "Nothing needs START here: scan the part, and its inspection begins.")
        var busy = try running()
        #expect(
            refused(busy.scan(.start))?.text == "SA10197 is being inspected already. Nothing needs START.")
    }

    @Test(arguments: ActionCode.allCases) func nobodySignedInMeansNoCodeIsObeyed(action: ActionCode) throws {
        var station = Station(dialogue: Dialogue(try Fixture.station()))
        let refusal = try #require(refused(station.scan(action)))
        #expect(refusal.code == "no_badge")
        #expect(refusal.text == "Scan your badge first, then \(action.rawValue).")
    }
}
