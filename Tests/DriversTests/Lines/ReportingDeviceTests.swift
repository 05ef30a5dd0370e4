import Inspection
import Metrology
import Testing
import Transports

@testable import Drivers

@Suite("A tool that says a line for each of its cycles")
struct ReportingDeviceTests {
    private static let numbered = "results: {number: count}"
    private static let plain = "results: {repeat: 500 ms}"

    /// A tool that counts its cycles, after its line was opened and it said `text`.
    private func heard(_ milliseconds: Int64, _ text: String) throws -> LineRig {
        let rig = try LineRig(Self.numbered)
        rig.opens()
        rig.hears(milliseconds, text)
        return rig
    }

    @Test("Its line is one result, whole, with its bytes; nothing shows it before it is durable")
    func result() throws {
        let rig = try heard(1_000, "17;4.285 Nm;OK\r\n")
        let group = try #require(rig.groups.first)
        #expect(group.sequence == "17" && group.isValid && group.echo == nil)
        #expect(group.raw == Array("17;4.285 Nm;OK".utf8))
        #expect(group.samples["torque"].map(LineRig.text) == "4.285 N.m")
        #expect(group.samples["verdict"].map(LineRig.text) == "ok")
        #expect(rig.machine.shown.latest.isEmpty)
        #expect(rig.machine.shown.status.results == 0 && rig.machine.shown.status.lastGood == nil)
        rig.at(1_010, .order(.acknowledge(group)))
        #expect(rig.machine.shown.status.results == 1 && rig.machine.shown.status.lastGood == group.stamp)
    }

    @Test("It is in reach while its line is open, however silent it is")
    func reach() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        #expect(rig.machine.shown.status.state == .online)
        rig.at(3_600_000, .wake)
        #expect(rig.machine.shown.status.state == .online)
        #expect(rig.wakesAt == nil, "nothing is to be done")
    }

    @Test("A counted line that comes again is the same result, whenever it comes")
    func countedAgain() throws {
        let rig = try heard(0, "17;1.0 Nm;OK\r\n17;1.0 Nm;OK\r\n")
        rig.hears(60_000, "17;1.0 Nm;OK\r\n")
        #expect(rig.groups.count == 1)
        #expect(rig.told.last == "TT-001: result 17 came once more; it counts once")
    }

    /// Seen failing with the last line alone remembered.
    @Test("A counted line is known again behind other lines, also behind one that cannot be read")
    func countedAgainLater() throws {
        let rig = try heard(0, "17;1.0 Nm;OK\r\n17;1.? Nm;OK\r\n")
        rig.hears(1_000, "17;1.0 Nm;OK\r\n")
        #expect(rig.groups.count == 2, "the second has no values")
        rig.hears(2_000, "18;1.1 Nm;OK\r\n")
        rig.hears(3_000, "17;1.0 Nm;OK\r\n")
        #expect(rig.groups.count == 3)
        #expect(rig.told.last == "TT-001: result 17 came once more; it counts once")
        rig.hears(4_000, "17;1.9 Nm;OK\r\n")
        #expect(rig.groups.last?.doubt == "result number 17 came again with other values")
        rig.hears(5_000, "19;1.0 Nm;OK\r\n")
        #expect(rig.groups.last?.doubt == nil)
        #expect(!rig.told.contains { $0.contains("never reached") })
    }

    @Test("The last durable line is known after a restart of the gateway")
    func afterRestart() throws {
        let taken = HandshakeMachine.Taken(sequence: 17, raw: Array("17;1.0 Nm;OK".utf8))
        let rig = try LineRig(Self.numbered, taken: taken)
        rig.opens()
        rig.hears(10, "17;1.0 Nm;OK\r\n")
        #expect(rig.groups.isEmpty)
        rig.hears(20, "18;1.0 Nm;OK\r\n")
        #expect(rig.groups.map(\.sequence) == ["18"])
    }

    @Test(
        "A number that is left out, goes back or comes with other values is said, and the result counts",
        arguments: [
            ("19;1.0 Nm;OK", "TT-001: 1 result(s) before number 19 never reached this gateway"),
            ("3;1.0 Nm;OK", "TT-001: result number went back from 17 to 3"),
            ("17;2.0 Nm;OK", "TT-001: result number 17 came again with other values"),
        ])
    func numbers(_ line: String, _ said: String) throws {
        let rig = try heard(0, "17;1.0 Nm;OK\r\n")
        rig.hears(10, line + "\r\n")
        #expect(rig.groups.count == 2)
        #expect(rig.told.last == said)
    }

    @Test("Without a number the same line within the profile's time is one result, later it is another")
    func uncounted() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        rig.hears(0, "1.0 Nm\r\n")
        rig.hears(499, "1.0 Nm\r\n")
        #expect(rig.groups.map(\.sequence) == ["1"])
        // Each repetition begins the time anew: a bounce goes on for as long as it likes.
        rig.hears(998, "1.0 Nm\r\n")
        #expect(rig.groups.map(\.sequence) == ["1"])
        rig.hears(1_498, "1.0 Nm\r\n")
        rig.hears(1_500, "1.1 Nm\r\n")
        #expect(rig.groups.map(\.sequence) == ["1", "2", "3"])
    }

    /// Seen failing with one memory for lines that can be read and those that cannot.
    @Test("A damaged repetition does not hide that the next one is a repetition, too")
    func damagedRepetition() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        for (turn, line) in ["1.0 Nm", "1.? Nm", "1.0 Nm", "1.? Nm", "1.1 Nm"].enumerated() {
            rig.hears(Int64(turn) * 40, line + "\r\n")
        }
        #expect(rig.groups.map(\.sequence) == ["1", "2", "3"])
        let torques = rig.groups.map { $0.samples["torque"].map(LineRig.text) }
        #expect(torques == ["1.0 N.m", "malformed", "1.1 N.m"])
    }

    @Test("Numbers that the gateway gives go on after its restart")
    func numbering() throws {
        let rig = try LineRig(Self.plain, taken: .init(sequence: 41, raw: Array("1.0 Nm".utf8)))
        rig.opens()
        rig.hears(10, "1.0 Nm\r\n")
        #expect(rig.groups.map(\.sequence) == ["42"], "it may be a new one, so it counts")
    }

    @Test("A line that cannot be read is a result without values, kept with its bytes")
    func unreadable() throws {
        let rig = try heard(0, "17;1.0 Nm;OK\r\n")
        rig.hears(10, "18;1.? Nm;OK\r\n")
        let group = try #require(rig.groups.last)
        #expect(group.samples["torque"].map(LineRig.text) == "malformed")
        #expect(group.raw == Array("18;1.? Nm;OK".utf8))
        #expect(rig.told.contains("TT-001: a line cannot be read: it has none of the forms of its profile"))
    }

    @Test("What the tool itself disowns is no valid result")
    func disowned() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        rig.hears(0, "OVER\r\n# a remark\r\n")
        #expect(rig.groups.map(\.isValid) == [false])
        #expect(rig.groups.first?.samples["torque"].map(LineRig.text) == "flagged")
    }

    @Test("A start is answered when a line that began before it has ended")
    func startAfterLine() throws {
        let rig = try LineRig(Self.plain)
        rig.start(0)
        #expect(rig.answered == ["TT-001 is out of reach: not answered yet"])
        rig.opens(10)
        rig.hears(20, "1.0 N")
        rig.start(30)
        #expect(rig.answered.count == 1)
        rig.hears(40, "m\r\n")
        #expect(rig.groups.count == 1 && rig.answered.last == "started")
        rig.hears(50, "2.0")
        rig.start(60)
        rig.at(250, .wake)
        #expect(rig.answered.count == 3 && rig.groups.count == 1, "it was broken off")
    }

    @Test("It takes no set points")
    func setPoints() throws {
        let rig = try LineRig(Self.plain)
        rig.opens()
        rig.start(10, setPoints: [SetPoint(point: "program", value: 3)])
        #expect(rig.answered == ["TT-001 takes no set points"])
    }
}
