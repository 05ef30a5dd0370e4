import Codecs
import Inspection
import Metrology
import Testing
import Transports

@testable import Drivers

@Suite("A torque controller by Open Protocol")
struct TorqueMachineTests {
    @Test("A session begins with results, alarms, the latest result and a locked tool; then it is in reach")
    func session() throws {
        let rig = try TorqueRig()
        rig.take(.opened)
        #expect(rig.takeSent() == ["0001"])
        rig.says(TorqueRig.greeting)
        #expect(rig.takeSent() == ["0060"])
        rig.accepts(60)
        #expect(rig.takeSent() == ["0070"])
        rig.accepts(70)
        #expect(rig.takeSent() == ["0064 0000000000"])
        rig.refuses(64, "15")
        #expect(rig.takeSent() == ["0042"])
        #expect(rig.told.isEmpty)
        rig.accepts(42)
        #expect(rig.told == ["online: answering: Airbag1"])
    }

    @Test("Revisions that a controller does not have are asked for lower, one by one")
    func revisions() throws {
        let rig = try TorqueRig("session: {revision: 3}\nresults: {revision: 2}")
        rig.take(.opened)
        rig.refuses(1, "97")
        rig.refuses(1, "97")
        rig.says(TorqueRig.greeting)
        rig.refuses(60, "74")
        #expect(rig.takeSent() == ["0001", "0001", "0001", "0060", "0060"])
        rig.accepts(60)
        #expect(rig.hungUp == nil && rig.takeSent() == ["0070"])
    }

    @Test("Another client has the controller: it is let go with a reason, and tried again")
    func otherClient() throws {
        let rig = try TorqueRig()
        rig.take(.opened)
        rig.refuses(1, "96")
        #expect(rig.hungUp?.contains("refused with error 96") == true)
    }

    @Test("A part is told, what the step sets is set, and only then the tool may run")
    func start() throws {
        let rig = try TorqueRig.ready()
        _ = rig.takeSent()
        rig.start("SA10197", [SetPoint(point: "job", value: 2), SetPoint(point: "parameter_set", value: 3)])
        #expect(rig.takeSent() == ["0050 SA10197"])
        rig.accepts(50)
        #expect(rig.takeSent() == ["0038 02"])
        rig.accepts(38)
        #expect(rig.takeSent() == ["0018 003"])
        rig.accepts(18)
        #expect(rig.takeSent() == ["0043"] && rig.answered.isEmpty)
        rig.accepts(43)
        #expect(rig.answered == ["started"])
        let values = rig.writings.map { $0.values.map { "\($0.point) \($0.value)" } }
        #expect(values == [["identifier SA10197", "job 2", "parameter_set 3", "tool enabled"]])
        #expect(rig.writings.map(\.outcome) == [.written])
    }

    @Test("A parameter set that is not there ends the start, and the tool stays locked")
    func refusedStart() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197", [SetPoint(point: "parameter_set", value: 9)])
        rig.accepts(50)
        _ = rig.takeSent()
        rig.refuses(18, "02")
        #expect(rig.answered.count == 1 && rig.answered[0].contains("MID 0018 refused with error 02"))
        #expect(rig.takeSent() == ["0042"], "0043 was never sent")
        #expect(rig.writings.map(\.outcome) == [.refused])
    }

    /// The tool is locked before anything is durable, and 0062 is sent only once the result is.
    @Test("A result locks the tool at once and is acknowledged once it is durable")
    func result() throws {
        let rig = try TorqueRig.running()
        _ = rig.takeSent()
        rig.says(TorqueRig.result(104_512, "SA10197"))
        #expect(rig.takeSent() == ["0042"])
        let group = try #require(rig.groups.first)
        #expect(group.sequence == "104512" && group.echo == "SA10197" && group.doubt == nil)
        #expect(group.samples["torque"].map(LineRig.text) == "64.83 N.m")
        #expect(group.samples["angle"].map(LineRig.text) == "37 deg")
        #expect(group.samples["verdict"].map(LineRig.text) == "OK")
        #expect(group.samples["torque_min"].map(LineRig.text) == "60.00 N.m")
        #expect(group.samples["rundown_angle"].map(LineRig.text) == "sentinel", "revision 1 has none")
        #expect(rig.machine.shown.latest.isEmpty)
        rig.accepts(42)
        #expect(rig.takeSent().isEmpty)
        rig.acknowledge(group)
        #expect(rig.takeSent() == ["0062"])
        #expect(rig.machine.shown.status.results == 1)
    }

    @Test("A result that is told twice counts once; once durable it is acknowledged each time")
    func twice() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(7, "A"))
        #expect(rig.groups.count == 1)
        rig.acknowledge(try #require(rig.groups.first))
        _ = rig.takeSent()
        rig.says(TorqueRig.result(7, "A"))
        #expect(rig.groups.count == 1 && rig.takeSent() == ["0062"])
    }

    @Test("Where the connection is lost in mid-step, the part is told again and the tool unlocked again")
    func lostInMidStep() throws {
        let rig = try TorqueRig.running()
        rig.reconnects()
        _ = rig.takeSent()
        rig.refuses(64, "15")
        rig.accepts(50)
        #expect(rig.takeSent() == ["0050 SA10197", "0043"], "\(rig.told)")
        rig.accepts(43)
        #expect(rig.told.last?.hasPrefix("online") == true && rig.answered == ["started"])
    }

    @Test("A start whose answers are lost with the connection has failed")
    func lostInMidStart() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197")
        rig.accepts(50)
        rig.take(.lost("reset"))
        #expect(rig.answered.count == 1 && rig.answered[0].contains("out of reach"))
        #expect(rig.writings.map(\.outcome) == [.unanswered])
    }

    @Test("A session that is idle is kept alive before the controller drops it, by the profile's pace")
    func keepAlive() throws {
        let rig = try TorqueRig.ready("session: {revision: 1, keep_alive: 12 s}\nresults: {revision: 1}")
        _ = rig.takeSent()
        rig.wait(11_998)
        #expect(rig.takeSent().isEmpty)
        rig.wait(1)
        #expect(rig.takeSent() == ["9999"])
        rig.says(TorqueRig.keepAlive)
        rig.wait(11_998)
        #expect(rig.takeSent().isEmpty)
        rig.wait(1)
        #expect(rig.takeSent() == ["9999"])
    }

    @Test("A controller that does not answer is asked three times and then dialled anew")
    func silence() throws {
        let rig = try TorqueRig()
        rig.take(.opened)
        rig.wait(3_000)
        rig.wait(3_000)
        #expect(rig.takeSent() == ["0001", "0001", "0001"] && rig.hungUp == nil)
        rig.wait(3_000)
        #expect(rig.hungUp == "does not answer MID 0001")
    }

    @Test("A broken stream is let go: nothing behind the fault is read")
    func brokenStream() throws {
        let rig = try TorqueRig.ready()
        rig.says("0O240005            0060", TorqueRig.result(7, "A"))
        #expect(rig.hungUp != nil && rig.groups.isEmpty)
    }

    @Test("A result that cannot be read is kept as it came, credited to nothing, and acknowledged")
    func unreadable() throws {
        let rig = try TorqueRig.ready()
        let wrong = TorqueRig.result(7, "A").replacing("15006483", with: "16006483")
        rig.says(wrong)
        let group = try #require(rig.groups.first)
        #expect(group.doubt?.contains("expected parameter 15") == true && group.raw == Array(wrong.utf8))
        #expect(group.samples["torque"].map(LineRig.text) == "malformed")
        _ = rig.takeSent()
        rig.acknowledge(group)
        #expect(rig.takeSent() == ["0062"])
    }

    @Test("A tool that was not to be locked is never locked; a start only tells the part")
    func withoutLock() throws {
        let rig = try TorqueRig(
            "session: {revision: 1}\nresults: {revision: 1, old: none}\ntool: {lock: false}\nalarms: false")
        rig.take(.opened)
        rig.says(TorqueRig.greeting)
        rig.accepts(60)
        #expect(rig.told == ["online: answering: Airbag1"])
        #expect(rig.takeSent() == ["0001", "0060"])
    }

    @Test("The end of a step without a result locks the tool")
    func stop() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197")
        rig.accepts(50)
        _ = rig.takeSent()
        rig.take(.order(.stop))
        #expect(rig.answered.count == 1)
        rig.accepts(43)
        #expect(rig.takeSent() == ["0042"])
    }

    @Test("A controller that tells results without waiting for any is let go before they fill the memory")
    func flood() throws {
        let rig = try TorqueRig.ready()
        for id in 1...64 { rig.says(TorqueRig.result(id, "A")) }
        #expect(rig.groups.count == 64 && rig.hungUp == nil)
        rig.says(TorqueRig.result(65, "A"))
        #expect(rig.groups.count == 64)
        #expect(rig.hungUp == "tells results faster than they are stored")
    }
}
