import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

/// A device on a line that exists in the test only: what is told and sent, at times that the test says.
final class LineRig {
    var machine: LineDeviceMachine
    private(set) var sent: [String] = []
    private(set) var told: [String] = []
    private(set) var groups: [SampleGroup] = []
    private(set) var samples: [Sample] = []
    private let answers = Answers()

    /// What was answered to orders, in order.
    final class Answers: @unchecked Sendable {
        // Safety: a test uses it on one thread only.
        var texts: [String] = []
    }

    var answered: [String] { answers.texts }

    static func profile(_ speaking: String) throws -> LineProfile {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: lines
            source: test
            framing: {suffix: "\\r\\n", longest: 40, idle_gap: 200 ms, ignore: "\\x13"}
            \(speaking)
            points:
              - {id: torque, type: number, unit_from: unit, kind: torque}
              - {id: unit, type: words, words: {Nm: N.m}}
              - {id: count, type: number, unit: "1"}
              - {id: verdict, type: words, words: {OK: ok, NOK: nok}}
            lines:
              - {form: "{torque} {unit}"}
              - {form: "{count};{torque} {unit};{verdict}"}
              - {form: "*10", bad: refused, says: "unknown command"}
              - {form: "OVER", bad: flagged, says: "overload"}
              - {form: "#{*}", ignore: true}

            """
        let faults = FaultCollector()
        let file = SourceFile(path: "p.yaml", bytes: Array(text.utf8))
        let lines = DeviceProfile.read(file, faults: faults)?.lines
        return try #require(lines, "\(faults.sorted)")
    }

    convenience init(_ speaking: String, taken: HandshakeMachine.Taken? = nil) throws {
        try self.init(profile: try Self.profile(speaking), taken: taken)
    }

    init(profile lines: LineProfile, taken: HandshakeMachine.Taken? = nil) throws {
        machine = LineDeviceMachine(
            LineDeviceSetup(id: "TT-001", lines: lines, provenance: .live, taken: taken),
            framing: try LineFraming(lines.framing))
    }

    static func stamp(_ milliseconds: Int64) -> Stamp {
        Stamp(
            utc: Timestamp(nanoseconds: 1_795_252_800_000_000_000 + milliseconds * 1_000_000),
            monotonicNanoseconds: milliseconds * 1_000_000)
    }

    /// When the machine wants to be woken, in milliseconds.
    var wakesAt: Int64? { machine.wakeAt.map { $0 / 1_000_000 } }

    func at(_ milliseconds: Int64, _ input: ByteLineInput<DeviceOrder>) {
        let output = machine.take(input, at: Self.stamp(milliseconds))
        if !output.send.isEmpty {
            sent.append("\(milliseconds) \(String(decoding: output.send, as: UTF8.self))")
        }
        for event in output.events {
            switch event {
            case .answer(let answer): answer()
            case .tell(let event): note(event)
            }
        }
    }

    /// The line was opened half a second ago, and has been quiet until `milliseconds`.
    func opens(_ milliseconds: Int64 = 0) {
        at(milliseconds - 500, .opened)
        at(milliseconds, .wake)
    }

    func hears(_ milliseconds: Int64, _ text: String) { at(milliseconds, .bytes(Array(text.utf8))) }

    private func note(_ event: DeviceEvent) {
        switch event {
        case .reach(let isOnline, let detail): told.append("\(isOnline ? "online" : "offline"): \(detail)")
        case .samples(let new): samples = new
        case .result(let group): groups.append(group)
        case .irregular(let text): told.append(text)
        case .restarted, .identity, .curve, .noticed, .scanned: told.append("\(event)")
        }
    }

    func start(_ milliseconds: Int64, setPoints: [SetPoint] = []) {
        let answers = answers
        at(
            milliseconds,
            .order(
                .start(token: nil, setPoints: setPoints) {
                    answers.texts.append($0?.text ?? "started")
                }))
    }

    func gauge(_ milliseconds: Int64, _ points: [String]) {
        let answers = answers
        at(
            milliseconds,
            .order(
                .gauge(points: points, patience: .seconds(2)) { samples in
                    answers.texts.append(
                        points.map { samples[$0].map(Self.text) ?? "nothing" }.joined(separator: " "))
                }))
    }

    /// `4.285 N.m`, or why it is bad.
    static func text(_ sample: Sample) -> String {
        guard case .bad(let defect) = sample.quality else {
            return "\(sample.value?.description ?? "")" + (sample.unit.map { " \($0.code)" } ?? "")
        }
        return defect.rawValue
    }

    /// The newest value of `point`.
    func shown(_ point: String) -> String { machine.shown.latest[point].map(Self.text) ?? "nothing" }
}
