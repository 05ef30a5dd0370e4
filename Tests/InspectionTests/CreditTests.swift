import Codecs
import Inspection
import Metrology
import Testing

/// A result counts for one step of one cycle, and once.
@Suite struct CreditTests {
    /// A reconnection between a result and its acknowledgement makes the device report it a second time; that
    /// report may wait behind the commit and come when the station has gone on.
    @Test(arguments: [BindRule.Text.cycle, .serial])
    func aResultReportedAgainAfterItsStepIsStoredCountsOnce(text: BindRule.Text) throws {
        var dialogue = Dialogue(try Fixture.station(binding: BindRule(text: text, capacity: 8)))
        let leak = try storeFirstStep(&dialogue)
        let before = dialogue.machine.phase
        let again = dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        #expect(again == [.acknowledge(leak)])
        #expect(dialogue.machine.phase == before)
    }

    @Test func aResultReportedAgainAfterItsRecordIsNoOrphan() throws {
        var dialogue = Dialogue(try Fixture.station())
        _ = try storeFirstStep(&dialogue)
        let full = try Fixture.group(sequence: "8", echo: dialogue.token, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", full, evidence: "e8"))
        _ = dialogue.say(.committed)
        let again = dialogue.say(.completed(role: "bench", full, evidence: "e8"))
        #expect(again == [.acknowledge(full)])
        let next = try Fixture.group(sequence: "9", echo: nil, at: dialogue.now)
        #expect(dialogue.say(.completed(role: "bench", next, evidence: "e9")).count == 1)
        #expect(dialogue.say(.completed(role: "bench", next, evidence: "e9")) == [.acknowledge(next)])
    }

    /// A device that serves two roles reports everything once in each of them, in no particular order.
    @Test func aDeviceInTwoRolesHasItsResultCreditedWhicheverRoleReportsItFirst() throws {
        var dialogue = Dialogue(try Fixture.station(meter: "FTS-001"))
        _ = dialogue.begin()
        let leak = try Fixture.group(sequence: "7", echo: dialogue.token, at: dialogue.now)
        let gauging = dialogue.say(.completed(role: "meter", leak, evidence: "e7"))
        #expect(gauging == [.gauge([Fixture.leakOff], after: leak.stamp)])
        #expect(dialogue.say(.completed(role: "bench", leak, evidence: "e7")) == [])
    }

    /// Bench and meter on line, the first step measured and durable; returns its result.
    private func storeFirstStep(_ dialogue: inout Dialogue) throws -> SampleGroup {
        _ = dialogue.begin()
        _ = dialogue.say(.started(step: 0, failure: nil))
        let leak = try Fixture.group(sequence: "7", echo: dialogue.token, at: dialogue.now)
        _ = dialogue.say(.completed(role: "bench", leak, evidence: "e7"))
        _ = dialogue.say(.gauged([:]))
        _ = dialogue.say(.stored)
        return leak
    }
}
