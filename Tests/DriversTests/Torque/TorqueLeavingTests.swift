import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("The end of a session with a torque controller, and locks of its tool in the ledger")
struct TorqueLeavingTests {
    @Test("When the gateway stops, the tool is left locked and the session ended; then nothing is waited for")
    func stop() throws {
        let rig = try TorqueRig.running()
        _ = rig.takeSent()
        rig.take(.closing)
        #expect(rig.takeSent() == ["0042"] && rig.hungUp == nil)
        rig.accepts(42)
        #expect(rig.takeSent() == ["0003"] && rig.hungUp == nil)
        rig.accepts(3)
        #expect(rig.hungUp == "the gateway stops")
        #expect(rig.locks.map(\.outcome) == [.written, .written])
    }

    /// Nothing else may be said before what is under way is answered: the controller answers by MID alone.
    @Test("A start that is under way is answered at once, and the tool is locked behind it")
    func stopInMidStart() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197", [SetPoint(point: "parameter_set", value: 3)])
        rig.accepts(50)
        _ = rig.takeSent()
        rig.take(.closing)
        #expect(rig.answered == ["TW-025: the gateway stops"] && rig.takeSent().isEmpty)
        #expect(rig.writings.map(\.outcome) == [.unanswered])
        rig.accepts(18)
        #expect(rig.takeSent() == ["0042"], "0043 is never said")
        rig.start("SA10198")
        #expect(rig.answered.last == "TW-025: the gateway stops")
        rig.accepts(42)
        rig.accepts(3)
        #expect(rig.takeSent() == ["0003"] && rig.hungUp == "the gateway stops")
    }

    @Test("A controller that hangs is told all the same, once, and holds up the stop for a second at most")
    func stopOfAHangingController() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197")
        _ = rig.takeSent()
        rig.take(.closing)
        rig.wait(999)
        #expect(rig.takeSent().isEmpty && rig.hungUp == nil)
        rig.wait(1)
        #expect(rig.takeSent() == ["0042", "0003"] && rig.hungUp == "the gateway stops")
        #expect(rig.locks.map(\.outcome) == [.written, .unanswered])
    }

    @Test("Without a session there is nothing to say, and nobody waits")
    func stopWithoutSession() throws {
        let rig = try TorqueRig()
        rig.take(.closing)
        #expect(rig.hungUp == "the gateway stops" && rig.takeSent().isEmpty)
    }

    /// Its tool may be unlocked since the connection before.
    @Test("A session that is being opened is waited for, and used for the lock alone")
    func stopInOpening() throws {
        let rig = try TorqueRig()
        rig.take(.opened)
        rig.take(.closing)
        #expect(rig.takeSent() == ["0001"] && rig.hungUp == nil)
        rig.says(TorqueRig.greeting)
        #expect(rig.takeSent() == ["0042"])
        rig.accepts(42)
        rig.accepts(3)
        #expect(rig.takeSent() == ["0003"] && rig.hungUp == "the gateway stops")
    }

    @Test("A result that comes while the gateway stops is told, and the tool is not locked twice")
    func resultWhileStopping() throws {
        let rig = try TorqueRig.running()
        _ = rig.takeSent()
        rig.take(.closing)
        rig.says(TorqueRig.result(7, "SA10197"))
        #expect(rig.groups.map(\.sequence) == ["7"])
        rig.accepts(42)
        #expect(rig.takeSent() == ["0042", "0003"])
    }

    @Test("What is said again after a lost connection is entered again, as is each lock with what came of it")
    func enteredAgain() throws {
        let rig = try TorqueRig.running()
        rig.reconnects()
        rig.refuses(64, "15")
        rig.accepts(50)
        rig.accepts(43)
        #expect(rig.writings.map(\.outcome) == [.written, .written])
        #expect(rig.locks.map(\.outcome) == [.written])
        rig.says(TorqueRig.result(7, "SA10197"))
        rig.refuses(42, "59")
        rig.wait(2_000)
        rig.take(.lost("reset"))
        #expect(rig.locks.map(\.outcome) == [.written, .refused, .unanswered])
        #expect(rig.locks.allSatisfy { $0.values.map(\.value) == ["disabled"] && $0.device == "TW-025" })
    }

    @Test("A start that is refused when it is said again is entered as refused")
    func refusedAgain() throws {
        let rig = try TorqueRig.running()
        rig.reconnects()
        rig.refuses(64, "15")
        rig.accepts(50)
        rig.refuses(43, "59")
        #expect(rig.writings.map(\.outcome) == [.written, .refused])
    }

    /// Seen failing with an entry every two seconds for as long as the tool is in use.
    @Test("A lock that is refused is asked for again after a pause, and is one entry until it is taken")
    func refusedOverAndOver() throws {
        let rig = try TorqueRig()
        rig.begins()
        rig.refuses(64, "15")
        rig.refuses(42, "59")
        _ = rig.takeSent()
        // A millisecond was for the refusal of the clock.
        rig.wait(1_998)
        #expect(rig.takeSent().isEmpty)
        rig.wait(1)
        #expect(rig.takeSent() == ["0042"])
        for _ in 0..<4 {
            rig.refuses(42, "59")
            rig.wait(2_000)
        }
        #expect(rig.locks.map(\.outcome) == [.refused] && rig.notices.count == 1)
        rig.refuses(42, "27")
        rig.wait(2_000)
        rig.accepts(42)
        #expect(rig.locks.map(\.outcome) == [.refused, .refused, .written])
    }
}
