import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

/// A torque controller on a connection that exists in the test only: the test says what it answers, and when.
final class TorqueRig {
    var machine: TorqueMachine
    /// What was sent: MID and data, without what a header has besides.
    private(set) var sent: [String] = []
    private(set) var told: [String] = []
    private(set) var groups: [SampleGroup] = []
    private(set) var lateCurves: [LateCurve] = []
    /// Starts, and locks of the tool, that were entered.
    private(set) var writings: [DeviceWriting] = []
    private(set) var locks: [DeviceWriting] = []
    private(set) var hungUp: String?
    private(set) var notices: [DeviceNotice] = []
    private(set) var identities: [DeviceIdentity] = []
    private(set) var scans: [DeviceScan] = []
    /// Revisions of what was sent.
    private(set) var sentRevisions: [Int] = []
    /// Results and serial numbers of the tool, in the order in which they were told.
    private(set) var toldOrder: [String] = []
    /// What this controller refuses at once as unknown (error 99), unseen by the test: MID 0040, which says
    /// who the tool is, and MID 0080, which asks for the clock.
    var unknown: Set<String> = ["0040", "0080"]
    private let answers = LineRig.Answers()
    /// Milliseconds.
    private(set) var now: Int64 = 0

    var answered: [String] { answers.texts }

    /// The message of the reference (specification R2.16, table 98), of which tests change id and identifier.
    private static let result =
        "02310061001         010001020103INJ-NUT-CELL-2           04                         "
        + "0500060030700040800010911011111200600013007000140065001500648316000201700060180004019000372020"
        + "26-02-11:13:45:07212026-01-05:08:00:0022323"

    /// `zone` seconds is what the gateway's time is ahead of UTC; its clock counts as synchronized or not.
    init(
        _ more: String = "", taken: HandshakeMachine.Taken? = nil, zone: Int64 = 0,
        isSynchronized: Bool = true
    ) throws {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: open-protocol
            source: test
            \(more.isEmpty ? "session: {revision: 1}\nresults: {revision: 1}" : more)

            """
        let faults = FaultCollector()
        let profile = DeviceProfile.read(
            SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)?.torque
        machine = TorqueMachine(
            TorqueDeviceSetup(
                id: "TW-025", profile: try #require(profile, "\(faults.sorted)"), provenance: .live,
                taken: taken,
                civil: CivilClock(isSynchronized: { isSynchronized }, secondsEast: { _ in zone })))
    }

    /// MID 0002 revision 1 without its cell's numbers: the answer to the first message.
    static let greeting = "00570002            010001020103Airbag1                  "
    static let keepAlive = "00209999            "

    /// A controller that has no results and whose tool is locked, once the session has begun.
    static func ready(_ more: String = "") throws -> TorqueRig {
        let rig = try TorqueRig(more)
        rig.isReady()
        return rig
    }

    /// The same, with its tool unlocked for the part `token`.
    static func running(_ token: String = "SA10197", _ more: String = "") throws -> TorqueRig {
        let rig = try ready(more)
        rig.runs(token)
        return rig
    }

    /// A result with `id` of the part `identifier`: 64.83 N·m and 37 degrees, OK.
    static func result(
        _ id: Int, _ identifier: String = "", mid: Int = 61, torque: String = "006483"
    ) -> String {
        let name = identifier.padding(25)
        guard mid == 61 else { return old(id, name, torque) }
        return result.replacing("04" + String(repeating: " ", count: 25), with: "04" + name)
            .replacing("15006483", with: "15" + torque) + zeros(id, 10)
    }

    /// MID 0065 revision 1 of the same (table 112), laid out by hand.
    private static func old(_ id: Int, _ name: String, _ torque: String) -> String {
        "01180065001         01" + zeros(id, 10) + "02" + name + "03003" + "040001" + "051" + "061" + "071"
            + "08" + torque + "0900037" + "102026-02-11:13:45:07" + "112"
    }

    static func zeros(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: width - digits.count) + digits
    }

    func take(_ input: ByteLineInput<DeviceOrder>) {
        let output = machine.take(input, at: LineRig.stamp(now))
        hungUp = output.hangUp
        defer { note(output.send) }
        for event in output.events {
            switch event {
            case .answer(let answer): answer()
            case .journal(let writing) where writing.purpose == .stop: locks.append(writing)
            case .journal(let writing): writings.append(writing)
            case .tell(let event): note(event)
            }
        }
    }

    /// Each message that was sent: `0060`, or `0050 SA10197`.
    private func note(_ bytes: [UInt8]) {
        for message in bytes.split(separator: 0) {
            let text = String(decoding: message, as: UTF8.self)
            let data = text.dropFirst(20)
            if unknown.contains(String(text.dropFirst(4).prefix(4))) {
                refuses(Int(text.dropFirst(4).prefix(4)) ?? 0, "99")
                continue
            }
            sentRevisions.append(Int(text.dropFirst(8).prefix(3)) ?? 1)
            sent.append(text.dropFirst(4).prefix(4) + (data.isEmpty ? "" : " \(data)"))
        }
    }

    private func note(_ event: DeviceEvent) {
        switch event {
        case .reach(let isOnline, let detail): told.append("\(isOnline ? "online" : "offline"): \(detail)")
        case .result(let group):
            groups.append(group)
            toldOrder.append("result \(group.sequence)")
        case .curve(let late): lateCurves.append(late)
        case .irregular(let text): told.append(text)
        case .noticed(let notice):
            told.append("TW-025: \(notice.text)")
            notices.append(notice)
        case .identity(let identity):
            identities.append(identity)
            toldOrder.append("identity \(identity[.serial] ?? "")")
        case .scanned(let scan): scans.append(scan)
        case .samples, .restarted: break
        }
    }

    /// What was sent since this was asked last.
    func takeSent() -> [String] {
        defer { sent = [] }
        return sent
    }

    func wait(_ milliseconds: Int64) {
        now += milliseconds
        take(.wake)
    }

    /// The controller says these messages, a millisecond later and in one read.
    func says(_ texts: String...) {
        now += 1
        take(.bytes(texts.flatMap { Array($0.utf8) + [0] }))
    }

    /// The same for bytes, which a NUL does not end.
    func draws(_ messages: [UInt8]...) {
        now += 1
        take(.bytes(messages.flatMap(\.self)))
    }

    func accepts(_ mid: Int) { says("00240005            " + Self.zeros(mid, 4)) }
    func refuses(_ mid: Int, _ code: String) { says("00260004            " + Self.zeros(mid, 4) + code) }

    /// The beginning of a session up to the question for the latest result; what was sent.
    func begins() {
        take(.opened)
        says(Self.greeting)
        accepts(60)
        accepts(70)
    }

    /// The whole of it, at a controller that has no results and whose tool is locked.
    func isReady() {
        begins()
        refuses(64, "15")
        accepts(42)
    }

    func start(_ token: String?, _ setPoints: [SetPoint] = [], for author: WriteAuthor? = nil) {
        let answers = answers
        now += 1
        take(
            .order(
                .start(token: token, setPoints: setPoints, author: author) {
                    answers.texts.append($0?.text ?? "started")
                }))
    }

    /// The tool is started for this part, is told all that goes with it and is unlocked.
    func runs(_ token: String, _ setPoints: [SetPoint] = [], for author: WriteAuthor? = nil) {
        start(token, setPoints, for: author)
        accepts(50)
        if setPoints.contains(where: { $0.point == "parameter_set" }) { accepts(18) }
        accepts(43)
    }

    /// The connection breaks and is back, up to the question for the latest result.
    func reconnects() {
        take(.lost("reset"))
        begins()
    }

    func acknowledge(_ group: SampleGroup) {
        now += 1
        take(.order(.acknowledge(group)))
    }
}

extension String {
    fileprivate func padding(_ width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
