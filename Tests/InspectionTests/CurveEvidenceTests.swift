import Codecs
import Inspection
import Metrology
import Testing

@Suite("Curves are evidence of the step that they belong to")
struct CurveEvidenceTests {
    private static let curves = [
        ResultCurve(
            kind: .angle, unit: "deg", sampleCount: 3, format: "open-protocol-0900", raw: [1, 2, 3]),
        ResultCurve(
            kind: .torque, unit: "N.m", sampleCount: 3, format: "open-protocol-0900", raw: [4, 5, 6]),
    ]
    private static let named: JSONValue = [
        ["kind": "angle", "unit": "deg", "samples": 3, "format": "open-protocol-0900", "sha256": "ca"],
        ["kind": "torque", "unit": "N.m", "samples": 3, "format": "open-protocol-0900", "sha256": "cb"],
    ]

    /// The first step has curves, the second none; `journal` is what a restart would find.
    private func work(_ dialogue: inout Dialogue) throws -> (journal: [JSONValue], record: JSONValue) {
        _ = dialogue.begin()
        let leak = try Fixture.group(sequence: "7", echo: dialogue.token, at: dialogue.now)
            .drawn(as: Self.curves)
        _ = dialogue.say(.completed(role: "bench", leak, evidence: "e7", curves: ["ca", "cb"]))
        let reading = try Fixture.sample("rate_a", "31.4", "mL/min", device: "FM-001", at: dialogue.now)
        let storing = dialogue.say(.gauged([Fixture.leakOff: reading]))
        guard case .store(let step, let consumed) = try #require(storing.first) else {
            throw Fixture.Missing()
        }
        #expect(consumed?.curves == Self.curves)
        _ = dialogue.say(.stored)
        let full = try Fixture.group(sequence: "8", echo: dialogue.token, at: dialogue.now)
        let committing = dialogue.say(.completed(role: "bench", full, evidence: "e8"))
        guard case .commit(let record, _) = try #require(committing.first) else { throw Fixture.Missing() }
        return ([step], record.body)
    }

    @Test("The step's entry and the record name each curve and its hash, and hold them as evidence")
    func inTheRecord() throws {
        var dialogue = Dialogue(try Fixture.station())
        let (journal, record) = try work(&dialogue)
        #expect(journal[0]["step"]?["curves"] == Self.named)
        #expect(journal[0]["evidence"] == ["e7", "ca", "cb"])
        #expect(record["steps"]?.elements.map { $0["curves"] } == [Self.named, nil])
        #expect(record["evidence"] == ["e7", "ca", "cb", "e8"])
    }

    @Test("An orphan names its curves too")
    func ofAnOrphan() throws {
        var dialogue = Dialogue(try Fixture.station())
        let stray = try Fixture.group(sequence: "3", echo: "", at: dialogue.now).drawn(as: Self.curves)
        let actions = dialogue.say(.completed(role: "bench", stray, evidence: "e", curves: ["ca", "cb"]))
        guard case .orphan(let body, let consumed) = try #require(actions.first) else {
            throw Fixture.Missing()
        }
        #expect(body["curves"] == Self.named && body["evidence"] == ["e", "ca", "cb"])
        #expect(consumed.curves == Self.curves)
    }

    @Test("A result that the ledger has with its curves keeps them over a restart")
    func afterARestart() throws {
        var first = Dialogue(try Fixture.station())
        guard
            case .open(let opened) = try #require(
                {
                    _ = first.say(.device(role: "meter", isOnline: true))
                    _ = first.say(.device(role: "bench", isOnline: true))
                    _ = first.say(.badge(inspector: "1042"))
                    return first.say(.part(Fixture.part, cycle: Fixture.cycleID, priorAttempts: 0))
                }().first)
        else { throw Fixture.Missing() }
        var other = Dialogue(try Fixture.station())
        let (journal, _) = try work(&other)
        let cycle = try #require(OpenCycle(journal: [opened] + journal, at: try Fixture.station()))
        var second = Dialogue(try Fixture.station())
        _ = second.say(.resume(cycle))
        _ = second.say(.device(role: "meter", isOnline: true))
        _ = second.say(.device(role: "bench", isOnline: true))
        let full = try Fixture.group(sequence: "8", echo: second.token, at: second.now)
        let committing = second.say(.completed(role: "bench", full, evidence: "e8"))
        guard case .commit(let record, _) = try #require(committing.first) else { throw Fixture.Missing() }
        #expect(record.body["evidence"] == ["e7", "ca", "cb", "e8"])
        #expect(record.body["steps"]?.elements.first?["curves"] == Self.named)
    }
}
