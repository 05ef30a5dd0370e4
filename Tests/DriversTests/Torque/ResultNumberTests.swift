import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("Numbers of results that do not follow each other, as events")
struct ResultNumberTests {
    private func kinds(_ rig: TorqueRig) -> [String] {
        rig.notices.filter { $0.event == .resultIrregular }
            .map { "\($0.members["kind"]?.text ?? "") \($0.members["result"]?.integer ?? -1)" }
    }

    @Test("A gap, what came of it, ids that go back, and one that comes again are told by kind and number")
    func kinds() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(10, "D"))
        rig.says(TorqueRig.result(8, "B", mid: 65))
        rig.refuses(64, "15")
        #expect(kinds(rig) == ["gap 10", "late 8", "never_came 9"])
        #expect(rig.notices.first?.text == "results 8 to 9 are missing")
        rig.says(TorqueRig.result(10, "D", torque: "006400"))
        rig.says(TorqueRig.result(1, "E"))
        #expect(kinds(rig).suffix(2) == ["repeat 10", "back 1"])
        #expect(rig.groups.map(\.sequence) == ["7", "8", "10", "10", "1"])
    }

    @Test("A jump that is too long to be asked for says what is not")
    func jump() throws {
        let rig = try TorqueRig.ready()
        rig.says(TorqueRig.result(7, "A"), TorqueRig.result(5_000, "D"))
        #expect(kinds(rig) == ["jump 5000"])
        #expect(rig.notices.first?.text == "results 8 to 3999 never came and are not asked for")
    }

    @Test("A lock that is refused, and a start that is when it is said again, are refusals for the ledger")
    func refusals() throws {
        let rig = try TorqueRig()
        rig.begins()
        rig.refuses(64, "15")
        rig.refuses(42, "99")
        rig.runs("SA10197")
        rig.reconnects()
        rig.refuses(64, "15")
        rig.refuses(50, "42")
        let refused = rig.notices.filter { $0.event == .deviceRefused }
        #expect(refused.compactMap { $0.members["mid"]?.text } == ["0042", "0050"])
        #expect(refused.compactMap { $0.members["code"]?.integer } == [99, 42])
    }
}
