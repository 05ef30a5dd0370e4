import Codecs
import Inspection
import Metrology
import Testing

/// A scan belongs to the moment of its last byte, whenever the station comes to look at it.
@Suite struct ScanWindowTests {
    private static let second: Int64 = 1_000_000_000

    private static func timing(_ seconds: Int64, doubleScan: Int64 = 0) -> ScanTiming {
        ScanTiming(readAtNanoseconds: seconds * second, doubleScanNanoseconds: doubleScan * second)
    }

    private static func part(_ serial: String) -> PartIdentity {
        PartIdentity(
            serial: serial, number: "4L0014-163B", uii: nil, lot: nil, rawMark: Array(serial.utf8),
            symbology: nil)
    }

    /// A station where SA10197 was begun at second 4 and aborted; its record is durable at second `end`.
    private func finished() throws -> (dialogue: Dialogue, end: Int64) {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.abort, after: 10)
        _ = dialogue.say(.committed)
        #expect(dialogue.machine.phase == .ready)
        return (dialogue, dialogue.second)
    }

    private func refusal(_ actions: [CycleMachine.Action]) -> (code: String?, raw: String?)? {
        guard case .audit(let body)? = actions.first, actions.count == 1,
            body["event"]?.text == AuditEvent.scanRefused.rawValue
        else { return nil }
        return (body["code"]?.text, body["raw"]?.text)
    }

    @Test func thePartThatWasJustInspectedIsScannedTwiceAndNotBegunAgain() throws {
        var (dialogue, end) = try finished()
        let actions = dialogue.say(
            .part(
                Fixture.part, cycle: "again", priorAttempts: 1, timing: Self.timing(end + 2, doubleScan: 3)),
            after: 2)
        #expect(refusal(actions)?.code == "double_scan")
        #expect(dialogue.machine.refusal?.isCalm == true)
        #expect(
            dialogue.machine.refusal?.text
                == "SA10197 was inspected a moment ago: INDETERMINATE. Carry on.")
        #expect(dialogue.machine.phase == .ready)
        #expect(dialogue.machine.verdictStands)
    }

    /// Serials are unique within a part number only. Seen failing with serials compared alone.
    @Test func aNamesakeOfAnotherPartNumberIsNotThePartThatWasInspected() throws {
        let namesake = PartIdentity(
            serial: Fixture.part.serial, number: "4L0014-999X", uii: nil, lot: nil, rawMark: [0x41],
            symbology: nil)
        var (dialogue, end) = try finished()
        let after = dialogue.say(
            .part(namesake, cycle: "x", priorAttempts: 0, timing: Self.timing(end + 2, doubleScan: 3)),
            after: 2)
        #expect(refusal(after)?.code == "unknown_part")
        #expect(dialogue.machine.refusal?.isCalm == false)

        dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        _ = dialogue.say(.part(namesake, cycle: "x", priorAttempts: 0), after: 1)
        #expect(dialogue.machine.refusal?.isCalm == false)
        let text = dialogue.machine.refusal?.text
        #expect(text?.hasSuffix("SA10197 of part number 4L0014-999X was not taken.") == true)
    }

    @Test func afterItsDoubleScanTimeThePartMayBeInspectedAgain() throws {
        var (dialogue, end) = try finished()
        let actions = dialogue.say(
            .part(
                Fixture.part, cycle: "again", priorAttempts: 1, timing: Self.timing(end + 3, doubleScan: 3)),
            after: 3)
        guard case .open? = actions.first else {
            Issue.record("not opened: \(actions)")
            return
        }
    }

    @Test func anotherPartMayBeScannedAtOnceAfterTheVerdict() throws {
        var (dialogue, end) = try finished()
        let actions = dialogue.say(
            .part(
                Self.part("SA10198"), cycle: "next", priorAttempts: 0, timing: Self.timing(end, doubleScan: 3)
            ),
            after: 0)
        guard case .open? = actions.first else {
            Issue.record("not opened: \(actions)")
            return
        }
    }

    @Test func aPartScannedWhileTheOneBeforeStillRanArmsNothingWhenItIsLookedAtAfterwards() throws {
        var (dialogue, end) = try finished()
        let actions = dialogue.say(
            .part(Self.part("SA10198"), cycle: "next", priorAttempts: 0, timing: Self.timing(end - 1)))
        let refused = try #require(refusal(actions))
        #expect(refused.code == "other_window")
        #expect(refused.raw == Hex.text(Array("SA10198".utf8)))
        #expect(dialogue.machine.phase == .ready)
        #expect(dialogue.machine.refusedScans == 1)
    }

    @Test func aBadgeScannedWhileAPartStillRanSignsNobodyInAfterwards() throws {
        var (dialogue, end) = try finished()
        let late = ScanTiming(readAtNanoseconds: (end - 1) * Self.second, doubleScanNanoseconds: 0)
        let actions = dialogue.say(.badge(inspector: "1043", scan: [0x31], timing: late))
        #expect(refusal(actions)?.code == "other_window")
        #expect(dialogue.machine.inspector == "1042")
    }

    @Test func theSamePartScannedDuringItsCycleIsToldCalmlyAndAnotherPartIsNot() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.begin()
        let before = dialogue.machine.phase
        _ = dialogue.say(.part(Fixture.part, cycle: "c", priorAttempts: 0, timing: Self.timing(6)))
        #expect(dialogue.machine.refusal?.code == .cycleRunning)
        #expect(dialogue.machine.refusal?.isCalm == true)
        _ = dialogue.say(.part(Self.part("SA10198"), cycle: "c", priorAttempts: 0, timing: Self.timing(7)))
        #expect(dialogue.machine.refusal?.isCalm == false)
        #expect(dialogue.machine.phase == before)
        #expect(dialogue.machine.refusedScans == 2)
    }

    @Test func aScanFromBeforeARestartIsNotBoundToTheCycleThatIsTakenUpNorToTheOneAfter() throws {
        var (dialogue, _) = try finished()
        let opened = try #require(try Self.reopened())
        _ = dialogue.say(.resume(opened))
        let resumed = dialogue.second
        _ = dialogue.say(.abort)
        _ = dialogue.say(.committed)
        let actions = dialogue.say(
            .part(Self.part("SA10198"), cycle: "n", priorAttempts: 0, timing: Self.timing(resumed - 1)))
        #expect(refusal(actions)?.code == "other_window")
    }

    /// An open cycle as a journal tells of it.
    private static func reopened() throws -> OpenCycle? {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.say(.badge(inspector: "1042"))
        let actions = dialogue.say(.part(part("SA10100"), cycle: Fixture.cycleID, priorAttempts: 0))
        guard case .open(let body)? = actions.first else { return nil }
        return OpenCycle(journal: [body], at: try Fixture.station())
    }
}
