import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("Alarms of a torque controller, as a state")
struct AlarmTests {
    private static let e404 = "00530071            01E404021031042008-06-02:10:14:26"
    private static let e405 = "00530071            01E405021031042008-06-02:10:14:26"
    /// MID 0076 (specification R2.16, table 138): none is on.
    private static let none = "00560076            01002    030041052008-06-02:10:14:26"
    private static let isOn = "00560076            01102E404030041052008-06-02:10:14:26"

    private func rig() throws -> TorqueRig {
        let rig = try TorqueRig.ready()
        _ = rig.takeSent()
        return rig
    }

    private func shown(_ rig: TorqueRig) -> [String] { rig.machine.shown.status.alarms.map(\.code) }
    private func events(_ rig: TorqueRig) -> [String] {
        rig.notices.map { "\($0.event.rawValue) \($0.members["code"]?.text ?? "")" }
    }

    @Test("An alarm is shown until it is acknowledged at the controller, and told once each time")
    func raisedAndAcknowledged() throws {
        let rig = try rig()
        rig.says(Self.e404)
        rig.says(Self.e404)
        rig.says(Self.e405)
        #expect(shown(rig) == ["E404", "E405"] && rig.takeSent() == ["0072", "0072", "0072"])
        #expect(rig.machine.shown.status.summary == "alarm E404; alarm E405")
        #expect(rig.notices.first?.members["controller_time"] == "2008-06-02:10:14:26")
        #expect(rig.notices.first?.members["tool_ready"] == true)
        rig.says("00240074            E404")
        #expect(shown(rig) == ["E405"] && rig.takeSent() == ["0075"])
        rig.says("00240074            E999")
        #expect(events(rig) == ["alarm.raised E404", "alarm.raised E405", "alarm.cleared E404"])
        #expect(!rig.told.contains { $0.contains("E999") })
    }

    @Test("A status without an alarm ends all; one with an alarm ends all others")
    func status() throws {
        let rig = try rig()
        rig.says(Self.e404, Self.e405)
        rig.says(Self.isOn)
        #expect(shown(rig) == ["E404"])
        rig.says(Self.none)
        #expect(shown(rig).isEmpty && rig.machine.shown.status.summary.hasPrefix("answering"))
        #expect(
            events(rig).suffix(2) == ["alarm.cleared E405", "alarm.cleared E404"])
        // Neither 0 nor 1: nothing is known of it.
        rig.says(Self.e404, Self.none.replacing("01002", with: "01702"))
        #expect(shown(rig) == ["E404"])
    }

    /// Seen failing with alarms told anew at each connection.
    @Test("An alarm that lasts over a lost connection is one; one that is over by then is told")
    func overReconnection() throws {
        let rig = try rig()
        rig.says(Self.e404)
        rig.take(.lost("reset"))
        #expect(shown(rig).isEmpty, "out of reach nothing is known of it")
        rig.begins()
        rig.says(Self.isOn)
        rig.refuses(64, "15")
        rig.accepts(42)
        #expect(shown(rig) == ["E404"] && events(rig) == ["alarm.raised E404"])
        rig.reconnects()
        rig.refuses(64, "15")
        rig.accepts(42)
        #expect(
            shown(rig).isEmpty && events(rig).last == "alarm.cleared E404", "it is not spoken of any more")
    }

    @Test("Alarms without end are kept sixteen at a time")
    func most() throws {
        let rig = try rig()
        for number in 100..<200 { rig.says(Self.e404.replacing("E404", with: "E\(number)")) }
        #expect(shown(rig).count == AlarmBook.most && shown(rig).last == "E199")
        #expect(rig.hungUp == nil)
    }

    @Test("Alarms that the controller does not have are a refusal for the ledger, and nothing waits for them")
    func refused() throws {
        let rig = try TorqueRig()
        rig.take(.opened)
        rig.says(TorqueRig.greeting)
        rig.accepts(60)
        rig.refuses(70, "99")
        #expect(rig.notices.map(\.event) == [.deviceRefused])
        #expect(rig.notices.first?.members["mid"] == "0070")
        #expect(rig.takeSent().last == "0064 0000000000")
    }
}
