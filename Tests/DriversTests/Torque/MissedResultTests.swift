import Codecs
import Inspection
import Metrology
import Testing
import Transports

@testable import Drivers

@Suite("Results of a torque controller that have to be asked for")
struct MissedResultTests {
    @Test("Results that are missing are asked for by their ids, and told before the one that showed the gap")
    func gap() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"))
        _ = rig.takeSent()
        rig.says(TorqueRig.result(10, "D"))
        #expect(rig.takeSent() == ["0064 0000000008"] && rig.groups.count == 1)
        rig.says(TorqueRig.result(8, "B", mid: 65))
        rig.refuses(64, "15")
        #expect(rig.takeSent() == ["0064 0000000009"])
        #expect(rig.groups.map(\.sequence) == ["7", "8", "10"])
        #expect(rig.groups.map(\.echo) == ["A", "B", "D"])
        #expect(rig.told.last?.contains("result 9 never reached this gateway") == true, "\(rig.told)")
        // What was asked for is not waited for.
        rig.acknowledge(rig.groups[1])
        #expect(rig.takeSent().isEmpty)
    }

    @Test("What was made while nobody listened is asked for at the next session")
    func whileAway() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"))
        rig.acknowledge(try #require(rig.groups.first))
        rig.reconnects()
        _ = rig.takeSent()
        rig.says(TorqueRig.result(9, "C", mid: 65))
        #expect(rig.takeSent() == ["0064 0000000008"])
        rig.says(TorqueRig.result(8, "B", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["7", "8", "9"])
        #expect(rig.takeSent() == ["0042"])
        rig.accepts(42)
        #expect(rig.told.last?.hasPrefix("online") == true)
    }

    /// Seen failing with the start said again before the old results: the tool ran for a part that was done.
    @Test("A part that had its result while nobody listened is not told again, and its tool stays locked")
    func doneWhileAway() throws {
        let rig = try TorqueRig.running()
        rig.reconnects()
        _ = rig.takeSent()
        rig.says(TorqueRig.result(7, "SA10197", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["7"] && rig.takeSent() == ["0042"])
        rig.accepts(42)
        #expect(rig.told.last?.hasPrefix("online") == true && rig.takeSent().isEmpty)
    }

    /// Seen failing with what is missing forgotten at each connection: 8 and 9 never came, 10 was never told.
    @Test("What is missing stays so over a lost connection, and is told before what showed it")
    func lostInBackfill() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(10, "D"))
        rig.reconnects()
        _ = rig.takeSent()
        rig.says(TorqueRig.result(10, "D", mid: 65))
        #expect(rig.takeSent() == ["0064 0000000008"])
        rig.says(TorqueRig.result(8, "B", mid: 65))
        rig.says(TorqueRig.result(9, "C", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["7", "8", "9", "10"])
        rig.accepts(42)
        #expect(rig.told.last?.hasPrefix("online") == true)
    }

    /// Seen failing with the session waiting for an answer that had been a refusal.
    @Test("The last missing result is gone: it is told, and the controller is in reach all the same")
    func lastMissingRefused() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"))
        rig.reconnects()
        rig.says(TorqueRig.result(9, "C", mid: 65))
        rig.refuses(64, "15")
        rig.accepts(42)
        #expect(rig.groups.map(\.sequence) == ["7", "9"])
        #expect(rig.told.last?.hasPrefix("online") == true)
    }

    @Test("An old result that is answered twice is not taken for the next one")
    func answeredTwice() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(10, "D"))
        rig.says(TorqueRig.result(8, "B", mid: 65), TorqueRig.result(8, "B", mid: 65))
        rig.says(TorqueRig.result(9, "C", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["7", "8", "9", "10"])
    }

    @Test("A result of those missing that is told meanwhile is not one of a new count")
    func toldMeanwhile() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(10, "D"))
        _ = rig.takeSent()
        rig.says(TorqueRig.result(9, "C"))
        rig.says(TorqueRig.result(8, "B", mid: 65))
        #expect(rig.groups.map(\.sequence).sorted() == ["10", "7", "8", "9"])
        #expect(!rig.told.contains { $0.contains("went back") })
    }

    @Test("An acknowledgement is sent as soon as there is a connection, be the session settled or not")
    func acknowledgedEarly() throws {
        let rig = try TorqueRig.ready()
        rig.reconnects()
        rig.says(TorqueRig.result(1, "A"))
        _ = rig.takeSent()
        rig.acknowledge(try #require(rig.groups.first))
        #expect(rig.takeSent() == ["0062"])
    }

    @Test("A start that is refused for now is not asked for at each tick")
    func startRefusedForNow() throws {
        let rig = try TorqueRig.ready()
        rig.start("SA10197")
        rig.refuses(50, "35")
        rig.accepts(42)
        _ = rig.takeSent()
        rig.start("SA10197")
        #expect(rig.takeSent().isEmpty && rig.answered.count == 2)
        rig.wait(2_000)
        rig.start("SA10197")
        #expect(rig.takeSent() == ["0050 SA10197"])
    }

    @Test("At a first meeting the controller's last result is of others: kept, and credited to nothing")
    func firstMeeting() throws {
        let rig = try TorqueRig()
        rig.begins()
        rig.says(TorqueRig.result(700, "X", mid: 65))
        rig.accepts(42)
        #expect(rig.groups.map(\.doubt) == ["it was made before this gateway met the controller"])
        rig.says(TorqueRig.result(701, "A"))
        #expect(rig.groups.map(\.sequence) == ["700", "701"] && rig.groups.last?.doubt == nil)
    }

    /// Seen failing in a shop: the first result of a new controller, lost on its way, counted as an old one.
    @Test("The first result of a controller that had none is taken, also where it has to be asked for")
    func firstResultLost() throws {
        let rig = try TorqueRig.ready()
        rig.reconnects()
        rig.says(TorqueRig.result(1, "A", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["1"] && rig.groups.first?.doubt == nil)
    }

    @Test("A durable result of an earlier run is known again, whichever message tells it")
    func afterRestart() throws {
        let taken = HandshakeMachine.Taken(sequence: 7, raw: Array(TorqueRig.result(7, "A").utf8))
        let rig = try TorqueRig(taken: taken)
        rig.begins()
        rig.says(TorqueRig.result(7, "A", mid: 65))
        rig.accepts(42)
        _ = rig.takeSent()
        #expect(rig.groups.isEmpty)
        rig.says(TorqueRig.result(7, "A"))
        #expect(rig.groups.isEmpty && rig.takeSent() == ["0062"])
    }

    /// Seen failing with the id of MID 0065 taken as it is told: the ids went back at each connection.
    @Test("Where results are found again by other ids than they are told with, they are the same results")
    func shiftedIDs() throws {
        let rig = try TorqueRig.ready("session: {revision: 1}\nresults: {revision: 1, old: -1}")
        rig.says(TorqueRig.result(8, "A"))
        rig.acknowledge(try #require(rig.groups.first))
        rig.reconnects()
        rig.says(TorqueRig.result(7, "A", mid: 65))
        rig.accepts(42)
        #expect(rig.groups.count == 1)
        _ = rig.takeSent()
        rig.says(TorqueRig.result(10, "C"))
        #expect(rig.takeSent() == ["0064 0000000008"])
        rig.says(TorqueRig.result(8, "B", mid: 65))
        #expect(rig.groups.map(\.sequence) == ["8", "9", "10"])
        #expect(rig.groups.map(\.echo) == ["A", "B", "C"])
    }

    @Test("Ids that begin anew are told, and their results taken")
    func idsGoBack() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(700, "A"))
        rig.says(TorqueRig.result(1, "B", torque: "006400"))
        #expect(rig.groups.map(\.sequence) == ["700", "1"])
        #expect(rig.told.last == "TW-025: result ids went back from 700 to 1")
    }

    /// Seen failing with results struck off without a word, or asked for where the profile says not to.
    @Test("What can never come is told, not passed over; nothing is asked of a controller that keeps none")
    func neverComes() throws {
        let rig = try TorqueRig("session: {revision: 1}\nresults: {revision: 1, old: none}")
        rig.take(.opened)
        rig.says(TorqueRig.greeting)
        rig.accepts(60)
        rig.accepts(70)
        rig.accepts(42)
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(10, "D"))
        #expect(!rig.takeSent().contains { $0.hasPrefix("0064") })
        #expect(rig.groups.map(\.sequence) == ["7", "10"])
        let lost = "TW-025: results 8 to 9 never reached this gateway: the controller keeps none"
        #expect(rig.told.last == lost)

        let shifted = try TorqueRig("session: {revision: 1}\nresults: {revision: 1, old: -1}")
        shifted.isReady()
        shifted.says(TorqueRig.result(700, "A"), TorqueRig.result(2, "B"))
        #expect(shifted.groups.map(\.sequence) == ["700", "2"])
        #expect(shifted.told.last?.contains("result 1 never reached this gateway") == true)
    }
}
