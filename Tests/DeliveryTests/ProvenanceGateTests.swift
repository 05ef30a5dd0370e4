import Codecs
import Delivery
import Testing

struct ProvenanceGateTests {
    private let store = SinkDescription(name: "qms", acceptsTestData: false)
    private let rehearsal = SinkDescription(name: "rehearsal", acceptsTestData: true)

    @Test(arguments: ["simulated", "replayed", "Live", ""])
    func onlyLiveRecordsGoToASinkThatDidNotAskForTestData(provenance: String) {
        let record: JSONValue = ["provenance": .string(provenance)]
        #expect(ProvenanceGate.sinks(for: record, among: [store, rehearsal]) == ["rehearsal"])
        #expect(ProvenanceGate.refusal(of: record, for: store)?.contains("qms") == true)
    }

    @Test func liveRecordsGoEverywhere() {
        #expect(
            ProvenanceGate.sinks(for: ["provenance": "live"], among: [store, rehearsal]) == [
                "qms", "rehearsal",
            ])
    }

    @Test func aRecordThatDoesNotSayWhereItComesFromIsNotLive() {
        #expect(ProvenanceGate.sinks(for: [:], among: [store]) == [])
        #expect(ProvenanceGate.sinks(for: ["provenance": true], among: [store]) == [])
    }
}
