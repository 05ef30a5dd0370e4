import Inspection
import Metrology
import Testing
import Transports

@testable import Drivers

@Suite("A gauge that is asked for lines, or says them by itself")
struct LineDeviceMachineTests {
    private static let ask = #"ask: {command: "?\r", every: 1 s, timeout: 300 ms}"#

    @Test("It is asked as soon as its line is open, and then every period")
    func asks() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.hears(40, "4.285 Nm\r\n")
        #expect(rig.sent == ["0 ?\r"])
        #expect(rig.told == ["online: answering"])
        #expect(rig.shown("torque") == "4.285 N.m")
        #expect(rig.machine.shown.latest["torque"]?.raw == Array("4.285 Nm".utf8))
        #expect(rig.wakesAt == 1_000)
        rig.at(1_000, .wake)
        #expect(rig.sent == ["0 ?\r", "1000 ?\r"])
        #expect(rig.wakesAt == 1_300)
    }

    @Test("A line comes in any pieces and is one value, stamped with its last byte")
    func pieces() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        for (offset, byte) in Array("-18.5 Nm\r\n".utf8).enumerated() {
            rig.at(Int64(offset), .bytes([byte]))
        }
        #expect(rig.shown("torque") == "-18.5 N.m")
        #expect(rig.machine.shown.latest["torque"]?.stamp == LineRig.stamp(9))
    }

    @Test("One missing answer makes the values bad at once, a second puts the gauge out of reach")
    func silence() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.hears(10, "1.0 Nm\r\n")
        rig.at(1_000, .wake)
        rig.at(1_300, .wake)
        #expect(rig.shown("torque") == "timeout")
        #expect(rig.machine.shown.status.state == .online)
        rig.at(2_000, .wake)
        rig.at(2_300, .wake)
        #expect(rig.machine.shown.status.state == .offline)
        #expect(rig.told.last == "offline: does not answer")
        rig.at(3_000, .wake)
        rig.hears(3_010, "1.0 Nm\r\n")
        #expect(rig.told.last == "online: answering")
    }

    @Test("An answer that comes too late is no answer to the next question")
    func lateAnswer() throws {
        let rig = try LineRig(#"ask: {command: "?\r", every: 100 ms, timeout: 300 ms}"#)
        rig.opens()
        rig.at(300, .wake)
        #expect(rig.wakesAt == 600, "it is quiet as long again")
        rig.hears(400, "9.9 Nm\r\n")
        #expect(rig.shown("torque") == "timeout")
        rig.at(600, .wake)
        rig.hears(610, "1.0 Nm\r\n")
        #expect(rig.shown("torque") == "1.0 N.m")
        #expect(rig.sent == ["0 ?\r", "600 ?\r"])
    }

    @Test("A complaint is an answer with bad values, and nonsense makes them bad too")
    func complaints() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.hears(10, "*10\r\n")
        #expect(rig.shown("torque") == "refused")
        #expect(rig.told == ["online: answering: unknown command"])
        rig.at(1_000, .wake)
        rig.hears(1_010, "4.2\u{7} Nm\r\n")
        #expect(rig.shown("torque") == "malformed")
        #expect(rig.machine.shown.status.state == .online)
    }

    @Test("Nonsense alone does not make a device one that is in reach")
    func nonsense() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.hears(10, "login: \r\n")
        #expect(rig.machine.shown.status.state == .connecting)
        #expect(rig.machine.shown.status.detail == "speaks, but it has none of the forms of its profile")
    }

    @Test("A value that somebody waits for was asked for after the wish")
    func gauging() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.gauge(10, ["torque"])
        rig.hears(40, "1.0 Nm\r\n")
        #expect(rig.answered.isEmpty, "this answers a question from before the wish")
        #expect(rig.sent == ["0 ?\r", "40 ?\r"])
        rig.hears(80, "2.0 Nm\r\n")
        #expect(rig.answered == ["2.0 N.m"])
    }

    @Test("Where no good value comes in time the wish is answered with what came")
    func gaugingInVain() throws {
        let rig = try LineRig(Self.ask)
        rig.opens()
        rig.hears(10, "1.0 Nm\r\n")
        rig.gauge(20, ["torque", "count"])
        rig.hears(30, "1.0\r\n")
        rig.at(2_020, .wake)
        #expect(rig.answered == ["malformed malformed"])
        rig.at(2_030, .lost("gone"))
        rig.gauge(2_040, ["torque"])
        rig.at(4_040, .wake)
        #expect(rig.answered.last == "nothing")
    }

    @Test("Of values that come in one burst only the newest is told, and silence puts a stream out of reach")
    func stream() throws {
        let rig = try LineRig("stream: {silence: 500 ms}")
        rig.opens()
        rig.hears(100, "1.0 Nm\r\n2.0 Nm\r\n3.0 Nm\r\n4.")
        #expect(rig.samples.first.map(LineRig.text) == "3.0 N.m")
        #expect(rig.machine.shown.status.reads == 1)
        rig.hears(150, "0 Nm\r\n")
        #expect(rig.shown("torque") == "4.0 N.m")
        #expect(rig.wakesAt == 650)
        rig.at(650, .wake)
        #expect(rig.shown("torque") == "timeout")
        #expect(rig.told == ["online: answering", "offline: says nothing"])
    }

    @Test("A lost link makes everything bad at once and is said once for each reason")
    func lost() throws {
        let rig = try LineRig("stream: {silence: 500 ms}")
        rig.opens()
        rig.hears(100, "1.0 Nm\r\n2.0")
        rig.at(110, .lost("EIO"))
        #expect(rig.shown("torque") == "offline")
        #expect(
            rig.told == [
                "online: answering", "TT-001: a line was cut off when its link was lost",
                "offline: the line is gone: EIO",
            ])
        rig.at(300, .failed(.init("serial:///dev/x", "is not there", remedy: "plug it in")))
        rig.at(600, .failed(.init("serial:///dev/x", "is not there", remedy: "plug it in")))
        #expect(rig.told.count == 4)
        rig.at(700, .opened)
        rig.at(1_200, .wake)
        rig.hears(1_210, "5.0 Nm\r\n")
        #expect(rig.shown("torque") == "5.0 N.m", "what was cut off does not lengthen the next line")
    }

    @Test("Bytes of flow control mean nothing, and an endless line is refused")
    func bytes() throws {
        let rig = try LineRig("stream: {silence: 500 ms}")
        rig.opens()
        rig.hears(10, "1.\u{13}5 \u{13}Nm\r\n")
        #expect(rig.shown("torque") == "1.5 N.m")
        rig.hears(20, String(repeating: "9", count: 5_000) + "\r\n")
        #expect(rig.told.last == "TT-001: the line is longer than its framing allows (5000 bytes)")
        #expect(rig.shown("torque") == "1.5 N.m")
    }
}
