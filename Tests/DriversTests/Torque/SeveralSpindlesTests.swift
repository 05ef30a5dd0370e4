import Codecs
import Inspection
import Metrology
import Testing
import Transports

@testable import Drivers

/// Controllers that tell several spindles together (MID 0101). The message is that of
/// OpenProtocolInterpreter's public tests, of which tests change id, part and spindles.
@Suite("Several spindles that tighten at once")
struct SeveralSpindlesTests {
    private static let first =
        "01920101001         010102BM3GA02111900601         030304003050001060001071080006800900092010000800"
        + "110000012000151300000142019-11-14:14:08:05152019-11-25:11:22:41160091317118010111000809100000"

    /// 8.09 N·m, 0°: OK.
    private static let good = "010111000809100000"

    private static func result(
        _ id: Int, _ part: String = "BM3GA02111900601", _ spindles: [String] = [good], isOK: Bool = true
    ) -> String {
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: width - text.count) + text
        }
        let name = part + String(repeating: " ", count: 25 - part.count)
        var text = first.replacing("BM3GA02111900601         ", with: name)
            .replacing("1600913171", with: "16\(digits(id, 5))17\(isOK ? 1 : 0)")
        text =
            digits(174 + 18 * spindles.count, 4) + text.dropFirst(4).prefix(18)
            + digits(spindles.count, 2) + text.dropFirst(24)
        return text.dropLast(18) + spindles.joined()
    }

    /// A session up to the locked tool, with a controller of so many spindles.
    private func ready(_ spindles: Int = 1, taken: HandshakeMachine.Taken? = nil) throws -> TorqueRig {
        let rig = try TorqueRig(
            "session: {revision: 1}\nresults: {spindles: \(spindles), revision: 1}\nalarms: false",
            taken: taken)
        rig.take(.opened)
        rig.says(TorqueRig.greeting)
        rig.accepts(100)
        rig.accepts(42)
        return rig
    }

    @Test(
        "The published message is read as it is, credited by its part, and acknowledged by 0102 once durable")
    func golden() throws {
        let rig = try ready()
        #expect(rig.takeSent() == ["0001", "0100", "0042"])
        #expect(rig.told.last?.hasPrefix("online") == true)
        rig.says(Self.first)
        let group = try #require(rig.groups.first)
        #expect(group.sequence == "913" && group.echo == "BM3GA02111900601" && group.doubt == nil)
        let told = group.samples.mapValues(LineRig.text)
        #expect(told["spindle_1.torque"] == "8.09 N.m" && told["spindle_1.angle"] == "0 deg")
        #expect(told["spindle_1.verdict"] == "OK" && told["verdict"] == "OK")
        #expect(told["spindle_1.torque_status"] == "OK" && told["spindle_1.angle_status"] == "OK")
        #expect(told["torque_min"] == "6.80 N.m" && told["torque_max"] == "9.20 N.m")
        #expect(told["sync_id"] == "913 1" && told["parameter_set"] == "3 1")
        // The bytes of the value, not of the message.
        #expect(group.samples["spindle_1.torque"]?.raw == Array("000809".utf8))
        #expect(rig.takeSent().isEmpty)
        rig.acknowledge(group)
        #expect(rig.takeSent() == ["0102"])
    }

    @Test("One bad spindle is a bad result, with the values of each")
    func oneIsBad() throws {
        let rig = try ready(2)
        rig.says(Self.result(1, "A", [Self.good, "020202000920100005"], isOK: false))
        let told = try #require(rig.groups.first).samples.mapValues(LineRig.text)
        #expect(told["verdict"] == "NOK" && told["spindle_2.verdict"] == "NOK")
        #expect(told["spindle_2.torque"] == "9.20 N.m" && told["spindle_2.torque_status"] == "high")
        #expect(told["spindle_1.verdict"] == "OK")
    }

    /// Seen failing with the message's own word taken for the verdict, and spindles by their order.
    @Test(
        "Other spindles than the profile has can be judged by nothing",
        arguments: [
            [good], [good, good], [good, "030111000809100000"],
            [good, "02  11000809100000", "030111000809100000"],
            [good, "  0111000809100000"],
        ])
    func otherSpindles(spindles: [String]) throws {
        let rig = try ready(2)
        rig.says(Self.result(1, "A", spindles))
        let told = try #require(rig.groups.first).samples.mapValues(LineRig.text)
        for point in ["verdict", "spindle_1.torque", "spindle_2.torque", "spindle_2.verdict", "torque_min"] {
            #expect(told[point] == "malformed", "\(point)")
        }
    }

    @Test("Spindles that come in another order are known by their numbers")
    func order() throws {
        let rig = try ready(2)
        rig.says(Self.result(1, "A", ["020111000700100000", Self.good]))
        let told = try #require(rig.groups.first).samples.mapValues(LineRig.text)
        #expect(told["spindle_1.torque"] == "8.09 N.m" && told["spindle_2.torque"] == "7.00 N.m")
        #expect(rig.groups.first?.samples["spindle_2.torque"]?.raw == Array("000700".utf8))
    }

    @Test("The message says OK and a spindle does not: never a pass")
    func contradiction() throws {
        let rig = try ready(2)
        rig.says(Self.result(1, "A", [Self.good, "020101000809100000"]))
        #expect(rig.groups.first?.samples["verdict"].map(LineRig.text) == "NOK")
    }

    @Test("A press tells kilonewtons: nothing of it is judged")
    func press() throws {
        let rig = try ready()
        rig.says("01970101004" + Self.first.dropFirst(11) + "19002")
        let told = try #require(rig.groups.first).samples.mapValues(LineRig.text)
        #expect(told["spindle_1.torque"] == "malformed" && told["verdict"] == "malformed")
    }

    @Test("A result told twice counts once, and what cannot be read is kept and acknowledged")
    func twice() throws {
        let rig = try ready()
        rig.says(Self.result(7, "A"), Self.result(7, "A"))
        #expect(rig.groups.count == 1)
        rig.acknowledge(rig.groups[0])
        _ = rig.takeSent()
        rig.says(Self.result(7, "A"))
        #expect(rig.groups.count == 1 && rig.takeSent() == ["0102"])
        rig.says(Self.result(8, "A").replacing("18010111", with: "19010111"))
        let group = try #require(rig.groups.last)
        #expect(group.doubt?.contains("cannot be read") == true)
        #expect(group.samples["spindle_1.torque"].map(LineRig.text) == "malformed")
        rig.acknowledge(group)
        #expect(rig.takeSent() == ["0102"])
    }

    @Test("Results that a gap in the ids shows are told to be lost: nothing can be asked for again")
    func gap() throws {
        let rig = try ready()
        rig.says(Self.result(7), Self.result(10))
        #expect(rig.groups.map(\.sequence) == ["7", "10"])
        #expect(rig.told.last?.contains("results 8 to 9 never reached this gateway") == true, "\(rig.told)")
        rig.says(Self.result(3))
        #expect(rig.told.last?.contains("ids went back from 10 to 3") == true, "\(rig.told)")
        #expect(rig.takeSent().contains { $0.hasPrefix("0064") } == false)
    }

    @Test("Ids that go from 65535 to 0 go on", arguments: [65_534, 65_535])
    func around(last: Int) throws {
        let before = Self.result(last)
        let rig = try ready(taken: .init(sequence: UInt64(last), raw: Array(before.utf8)))
        let said = rig.told.count
        rig.says(before)
        #expect(rig.groups.isEmpty, "it was durable before this run")
        if last == 65_534 { rig.says(Self.result(65_535)) }
        rig.says(Self.result(0), Self.result(1))
        #expect(rig.groups.map(\.sequence).suffix(2) == ["0", "1"] && rig.told.count == said, "\(rig.told)")
    }

    @Test("Revisions are asked for lower, and never the one that begins with the oldest result")
    func revisions() throws {
        let rig = try TorqueRig("session: {revision: 1}\nresults: {spindles: 2}\nalarms: false")
        rig.take(.opened)
        rig.says(TorqueRig.greeting)
        for _ in 0..<3 { rig.refuses(100, "97") }
        // From revision 3: rewind to nothing, new results alone.
        #expect(rig.takeSent() == ["0001"] + [String](repeating: "0100 00000000001", count: 3) + ["0100"])
        #expect(rig.hungUp == nil)
    }

    @Test("A result locks the tool, and one of another part does not")
    func lock() throws {
        let rig = try ready()
        rig.runs("SA10197")
        _ = rig.takeSent()
        rig.says(Self.result(1, "SA10198"))
        #expect(rig.takeSent().isEmpty)
        rig.says(Self.result(2, "SA10197"))
        #expect(rig.takeSent() == ["0042"])
    }
}
