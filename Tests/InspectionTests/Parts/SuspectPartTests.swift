import Codecs
import Inspection
import Metrology
import Testing

/// What a finding does to a cycle and to its record.
struct SuspectPartTests {
    private static let suspect = PartFixture.bare("SA10666")
    /// Outside the issued ranges.
    private static let unissued = PartFixture.bare("SA11000")

    /// A station where someone has signed in and the devices are in reach.
    private func dialogue() throws -> Dialogue {
        var dialogue = Dialogue(try Fixture.station())
        _ = dialogue.say(.device(role: "meter", isOnline: true))
        _ = dialogue.say(.device(role: "bench", isOnline: true))
        _ = dialogue.say(.badge(inspector: "1042"))
        return dialogue
    }

    private func scan(_ part: PartIdentity, _ dialogue: inout Dialogue) throws -> [CycleMachine.Action] {
        let screening = PartScreening(part, table: try PartFixture.table())
        return dialogue.say(
            .part(part, cycle: Fixture.cycleID, priorAttempts: 0, screening: screening))
    }

    @Test func aSuspectPartArmsNothingAndIsAnAlert() throws {
        var dialogue = try dialogue()
        let actions = try scan(Self.suspect, &dialogue)
        let bodies = actions.compactMap { action -> JSONValue? in
            guard case .audit(let body) = action else { return nil }
            return body
        }
        #expect(actions.count == 2)
        #expect(bodies.map { $0["event"]?.text } == ["part.alert", "scan.refused"])
        #expect(bodies.first?["finding"] == "on_suspect_list")
        #expect(bodies.first?["severity"] == "refuse")
        #expect(bodies.first?["part"] == Self.suspect.json)
        #expect(bodies.last?["code"] == "suspect_part")
        #expect(dialogue.machine.phase == .ready)
        #expect(
            dialogue.machine.refusal?.text
                == "SA10666 is on a suspect list: stolen on 3 March (NCR-2211). "
                + "Set it aside and call quality."
        )
    }

    @Test func aPartInDoubtIsMeasuredAndNeverPasses() throws {
        var dialogue = try dialogue()
        let opening = try scan(Self.unissued, &dialogue)
        guard case .audit(let alert) = opening.first, case .open(let opened) = opening.last else {
            Issue.record("\(opening)")
            return
        }
        #expect(alert["finding"] == "not_issued")
        #expect(opened["gates"]?.elements.first?["answer"] == "hold")
        _ = dialogue.say(.opened)
        let record = try finish(&dialogue)
        #expect(record.verdict == .indeterminate)
        #expect(record.reasons == ["not_issued"])
        #expect(record.body["company"] == "acme")
        #expect(record.body["gates"] == opened["gates"])
        #expect(record.body["results"]?.elements.allSatisfy { $0["result"] == "PASS" } == true)
    }

    @Test func whatFailsFailsInDoubtToo() throws {
        var dialogue = try dialogue()
        _ = try scan(Self.unissued, &dialogue)
        _ = dialogue.say(.opened)
        let record = try finish(&dialogue, delivery: "140.0")
        #expect(record.verdict == .fail)
        #expect(record.reasons == ["not_issued", "out_of_tolerance"])
    }

    @Test func aPartWithoutFindingsPassesWithItsGate() throws {
        var dialogue = try dialogue()
        _ = try scan(PartFixture.bare("SA10197"), &dialogue)
        _ = dialogue.say(.opened)
        let record = try finish(&dialogue)
        #expect(record.verdict == .pass)
        #expect(record.reasons == [])
        #expect(record.body["gates"]?.elements.first?["answer"] == "pass")
    }

    @Test func doubtOutlivesACrash() throws {
        let station = try Fixture.station()
        var first = try dialogue()
        guard case .open(let opened) = try scan(Self.unissued, &first).last else {
            Issue.record("no cycle was opened")
            return
        }
        let cycle = try #require(OpenCycle(journal: [opened], at: station))
        var second = Dialogue(station)
        _ = second.say(.device(role: "meter", isOnline: true))
        _ = second.say(.device(role: "bench", isOnline: true))
        _ = second.say(.resume(cycle))
        #expect(try finish(&second).reasons == ["not_issued"])
    }

    @Test func aCycleWhoseGateCannotBeReadIsNotTakenUp() throws {
        let station = try Fixture.station()
        var first = try dialogue()
        guard case .open(.object(var opened)) = try scan(Self.unissued, &first).last else {
            Issue.record("no cycle was opened")
            return
        }
        opened["gates"] = [["gate": "part_authenticity", "findings": [["code": "of_tomorrow"]]]]
        #expect(OpenCycle(journal: [.object(opened)], at: station) == nil)
        opened["gates"] = nil
        #expect(OpenCycle(journal: [.object(opened)], at: station) != nil)
    }

    /// Both steps of the plan done; the record that is made of them.
    private func finish(_ dialogue: inout Dialogue, delivery: String = "126.8") throws -> InspectionRecord {
        var actions: [CycleMachine.Action] = []
        for step in 0...1 {
            _ = dialogue.say(.started(cycle: Fixture.cycleID, step: step, failure: nil))
            let group = try Fixture.group(
                sequence: "\(step + 1)", echo: dialogue.token, delivery: delivery,
                at: Fixture.moment(dialogue.second + 1))
            actions = dialogue.say(.completed(role: "bench", group, evidence: "e\(step)"))
            if step == 0 {
                let rate = try Fixture.sample(
                    "rate_a", "30.0", "mL/min", device: "FM-001", at: Fixture.moment(dialogue.second + 1))
                _ = dialogue.say(.gauged([Fixture.leakOff: rate]))
                _ = dialogue.say(.stored)
            }
        }
        guard case .commit(let record, _) = actions.last else { throw Fixture.Missing() }
        return record
    }
}
