import Metrology
import Testing
import Transports

@testable import Drivers

/// A serial device server keeps what a device says while nobody is connected, and sends it when the link is
/// back: a round trip after the connection is up, with nothing that tells it from a line of now.
@Suite("A line that was opened again") struct ReopenedLineTests {
    private static let plain = "results: {repeat: 500 ms}"
    private static let ask = #"ask: {command: "?\r", every: 1 s, timeout: 300 ms}"#

    /// Seen failing with reach told, and so a start answered, as soon as the line was open.
    @Test("A result that was kept comes before any step can begin")
    func keptResult() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        rig.at(1_000, .lost("ECONNRESET"))
        rig.at(60_000, .opened)
        rig.start(60_001)
        #expect(rig.answered == ["TT-001 is out of reach: the line is gone: ECONNRESET"])
        rig.hears(60_002, "1.0 Nm\r\n")
        #expect(rig.groups.count == 1)
        #expect(rig.machine.shown.status.state == .offline)
        #expect(rig.machine.shown.status.detail == "its line has not been quiet yet")
        rig.at(60_502, .wake)
        #expect(rig.told.last == "online: its line is open; it speaks at the end of a cycle")
        rig.start(60_503)
        #expect(rig.answered.last == "started")
    }

    /// Seen failing with a quiet that bytes did not begin anew (`holdBack`).
    @Test("However much was kept, the line is quiet only half a second after its last byte")
    func backlog() throws {
        let rig = try LineRig(Self.plain)
        rig.at(0, .opened)
        for turn in 1...4 { rig.hears(Int64(turn) * 400, "\(turn).0 Nm\r\n") }
        #expect(rig.groups.count == 4 && rig.told.isEmpty)
        #expect(rig.wakesAt == 2_100)
        // The thread came late, and there was more to read: that was old, too.
        rig.hears(2_200, "5.0 Nm\r\n")
        #expect(rig.told.isEmpty && rig.wakesAt == 2_700)
        rig.at(2_700, .wake)
        #expect(rig.told.count == 1 && rig.wakesAt == nil)
    }

    /// Seen failing with a question as soon as the line was open.
    @Test("An answer that was kept is no answer to the first question")
    func keptAnswer() throws {
        let rig = try LineRig(Self.ask)
        rig.at(0, .opened)
        rig.gauge(1, ["torque"])
        rig.hears(2, "9.9 Nm\r\n")
        #expect(rig.answered.isEmpty && rig.shown("torque") == "nothing" && rig.sent.isEmpty)
        rig.at(502, .wake)
        #expect(rig.sent == ["502 ?\r"])
        rig.hears(540, "1.0 Nm\r\n")
        #expect(rig.answered == ["1.0 N.m"])
    }

    /// Seen failing with lines of a stream that counted at once.
    @Test("Values of a stream that were kept are none of now")
    func keptStream() throws {
        let rig = try LineRig("stream: {silence: 300 ms}")
        rig.at(0, .opened)
        rig.hears(2, "9.9 Nm\r\n")
        rig.hears(400, "8.8 Nm\r\n")
        #expect(rig.shown("torque") == "nothing")
        rig.at(500, .wake)
        #expect(rig.wakesAt == 800, "its silence counts from here")
        rig.hears(600, "1.0 Nm\r\n")
        #expect(rig.shown("torque") == "1.0 N.m")
    }
}
