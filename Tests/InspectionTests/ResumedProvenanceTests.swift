import Codecs
import Inspection
import Metrology
import Testing

@Suite struct ResumedProvenanceTests {
    /// A part scanned by a simulated scanner stays simulated, whatever the configuration says after a
    /// restart.
    @Test func aCycleThatWasOpenedWithSimulatedDevicesIsNeverRecordedAsLive() throws {
        var first = Dialogue(try Fixture.station(provenance: .simulated))
        _ = first.say(.badge(inspector: "1042"))
        let opening = first.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
        guard case .open(let body) = try #require(opening.first) else {
            Issue.record("not opened: \(opening)")
            return
        }
        let live = try Fixture.station()
        var second = Dialogue(live)
        let journal = [try JSONParser.parse(CanonicalJSON.bytes(body))]
        _ = second.say(.resume(try #require(OpenCycle(journal: journal, at: live))))
        guard case .commit(let record, _) = try #require(second.say(.abort).last) else {
            Issue.record("no record")
            return
        }
        #expect(record.provenance == .simulated)
        #expect(record.body["provenance"] == "simulated")
    }
}
