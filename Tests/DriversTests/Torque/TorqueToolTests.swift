import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("The tool of a torque controller: who it is, and since when")
struct TorqueToolTests {
    private static let controller = TorqueRig.greeting
    /// The specification's own (R2.16, MID 0041 revision 1).
    private static let tool =
        "00810041            01C341212       02548796    032001-05-07:13:24:5404670919    "
    /// Revision 2 of the public tests of OpenProtocolInterpreter.
    private static let tool2 =
        "01560041002         01ABCDEFG-123456024294967295032017-12-01:20:12:4504GFEDCBA-1005002000062"
        + "018-06-04:10:12:45074284967295081009551011111Version 1.0.0      "

    private func rig(_ more: String = "") throws -> TorqueRig {
        let rig = try TorqueRig(more.isEmpty ? "session: {revision: 1}\nresults: {revision: 2}" : more)
        rig.unknown = ["0080"]
        return rig
    }

    /// The parameters of a message in their order, each behind its number.
    private static func message(_ mid: String, _ values: [String]) -> String {
        let data = values.enumerated().map { TorqueRig.zeros($0 + 1, 2) + $1 }.joined()
        return TorqueRig.zeros(data.count + 20, 4) + mid + "002         " + data
    }

    /// MID 0061 revision 2 (table 99) of the tool with this serial number; MID 0065 (table 113) of the same.
    private static func result(_ id: Int, tool serial: String, isOld: Bool = false) -> String {
        let number = TorqueRig.zeros(id, 10)
        let name = serial + String(repeating: " ", count: 14 - serial.count)
        let identifier = "A" + String(repeating: " ", count: 24)
        let work =
            ["0000", "003", "02", "00001", "0000", "0000", "1", "2"] + [String](repeating: "1", count: 7)
        guard !isOld else {
            let values = [
                "0".padded(10), "002750", "00045", "00720", "042", "000000", "000000", "00000", "00000",
            ]
            return message("0065", [number, identifier] + work + values + [name, "2026-02-11:13:45:07"])
        }
        let limits = ["002500", "003000", "002750", "002750", "00030", "00060", "00045", "00045"]
        let watched =
            ["00000", "09999", "00720", "000", "100", "042"] + [String](repeating: "000000", count: 6)
        let head = ["0001", "01", "Airbag1" + String(repeating: " ", count: 18), identifier]
        let tail = [number, "00000", "00000", name, "2026-02-11:13:45:07", "2026-01-05:08:00:00"]
        return message("0061", head + work + ["0".padded(10)] + limits + watched + tail)
    }

    @Test("The tool is asked for before results are, by ever lower revisions, and the session goes on")
    func negotiated() throws {
        let rig = try rig()
        rig.take(.opened)
        rig.says(Self.controller)
        for _ in 0..<5 { rig.refuses(40, "97") }
        #expect(rig.takeSent() == ["0001", "0040 010001", "0040 010001", "0040", "0040", "0040", "0040"])
        #expect(rig.machine.tool.revision == 2 && rig.identities.isEmpty)
        rig.says(Self.tool2)
        let identity = try #require(rig.identities.last)
        #expect(identity.parts == [.serial: "ABCDEFG-123456"])
        #expect(
            identity.facts == [
                .tightenings: "4294967295", .lastCalibration: "2017-12-01:20:12:45",
                .calibrationValue: "2000", .lastService: "2018-06-04:10:12:45",
                .tighteningsSinceService: "4284967295",
            ])
        #expect(rig.takeSent() == ["0060"])
        // The next connection begins where this one came to.
        rig.take(.lost("reset"))
        rig.take(.opened)
        rig.says(Self.controller)
        #expect(rig.machine.tool.revision == 2 && rig.takeSent() == ["0001", "0040"])
        #expect(rig.identities.last == .unknown, "who is there now is not known yet")
    }

    @Test("A controller without 0040 is in reach all the same, and says no serial number")
    func refused() throws {
        let rig = try rig()
        rig.take(.opened)
        rig.says(Self.controller)
        rig.refuses(40, "99")
        #expect(rig.identities == [DeviceIdentity([:])])
        #expect(rig.takeSent() == ["0001", "0040 010001", "0060"])
    }

    @Test("One that never answers 0040 is asked no more, and nothing waits longer than one time-out for it")
    func silent() throws {
        let rig = try rig()
        rig.take(.opened)
        rig.says(Self.controller)
        _ = rig.takeSent()
        rig.wait(2_999)
        #expect(rig.takeSent().isEmpty)
        rig.wait(1)
        #expect(rig.takeSent() == ["0060"] && rig.hungUp == nil && rig.identities.count == 1)
        for _ in 0..<2 {
            rig.accepts(60)
            rig.take(.lost("reset"))
            rig.take(.opened)
            rig.says(Self.controller)
            rig.wait(3_000)
            #expect(rig.takeSent() == ["0070", "0001", "0040 010001", "0060"])
        }
        rig.accepts(60)
        rig.take(.lost("reset"))
        rig.take(.opened)
        rig.says(Self.controller)
        #expect(rig.takeSent() == ["0070", "0001", "0060"], "it answers, and not that")
    }

    /// A link that is dead says nothing about what the controller knows.
    @Test("Silence that ends with the connection is no refusal: 0040 is asked for again")
    func lostWhileSilent() throws {
        let rig = try rig()
        rig.take(.opened)
        rig.says(Self.controller)
        rig.wait(3_000)
        rig.take(.lost("reset"))
        _ = rig.takeSent()
        rig.take(.opened)
        rig.says(Self.controller)
        #expect(rig.takeSent() == ["0001", "0040 010001"])
    }

    @Test("Where the profile says so, the tool is never asked for")
    func unasked() throws {
        let rig = try rig("session: {revision: 1}\nresults: {revision: 1}\ntool: {identity: false}")
        rig.take(.opened)
        rig.says(Self.controller)
        #expect(rig.takeSent() == ["0001", "0060"] && rig.identities == [DeviceIdentity([:])])
        rig.accepts(60)
        rig.accepts(70)
        rig.refuses(64, "15")
        rig.accepts(42)
        rig.says("00530071            01E404021031042008-06-02:10:14:26")
        #expect(!rig.takeSent().contains { $0.hasPrefix("0040") })
        let wakes = try #require(rig.machine.wakeAt)
        #expect(wakes > rig.now * 1_000_000, "it does not wait for what it never asks")
    }

    private func ready() throws -> TorqueRig {
        let rig = try rig()
        rig.take(.opened)
        rig.says(Self.controller)
        rig.says(Self.tool)
        rig.accepts(60)
        rig.accepts(70)
        rig.refuses(64, "15")
        rig.accepts(42)
        _ = rig.takeSent()
        return rig
    }

    @Test("After an alarm the tool is asked for again, at most once in ten seconds")
    func afterAlarms() throws {
        let rig = try ready()
        rig.wait(5_000)
        rig.says("00530071            01E404021031042008-06-02:10:14:26")
        #expect(rig.takeSent() == ["0072"], "it was asked for a moment ago")
        rig.wait(5_000)
        #expect(rig.takeSent() == ["0040 010001"])
        rig.refuses(40, "97")
        _ = rig.takeSent()
        rig.says(Self.tool.replacing("C341212", with: "C341213"))
        #expect(rig.identities.last?[.serial] == "C341213")
        rig.says("00240074            E404")
        rig.says("00530071            01E405021031042008-06-02:10:14:26")
        #expect(rig.takeSent() == ["0075", "0072"])
    }

    @Test("It is looked at every five minutes: revision 1 of a result does not say which tool made it")
    func everyFiveMinutes() throws {
        let rig = try ready()
        var asked: [Int64] = []
        for _ in 0..<310 where asked.isEmpty {
            rig.wait(1_000)
            for sent in rig.takeSent() {
                if sent == "9999" { rig.says(TorqueRig.keepAlive) }
                if sent.hasPrefix("0040") { asked.append(rig.now / 1_000) }
            }
        }
        #expect(asked.allSatisfy { (299...302).contains($0) } && asked.count == 1, "\(asked)")
        rig.says(Self.tool.replacing("C341212", with: "C341213"))
        #expect(rig.identities.last?[.serial] == "C341213")
    }

    /// Seen failing with the result told before whose it is: the record named the tool of before.
    @Test("A result of another tool says so before it counts, and the tool is asked for again")
    func otherTool() throws {
        let rig = try ready()
        rig.wait(11_000)
        _ = rig.takeSent()
        rig.says(TorqueRig.keepAlive)
        rig.says(Self.result(7, tool: "C341299"))
        #expect(rig.groups.map(\.sequence) == ["7"])
        #expect(rig.groups.first?.samples["tool_serial"].map(LineRig.text) == "C341299")
        #expect(rig.toldOrder.suffix(2) == ["identity C341299", "result 7"])
        #expect(rig.identities.last?.facts.isEmpty == true, "what was told is of the other tool")
        #expect(rig.takeSent() == ["0040 010001"])
        // A controller with two tools tells of the first each time: the results know better.
        rig.says(Self.tool)
        #expect(rig.identities.last?[.serial] == "C341299")
        rig.says(Self.result(8, tool: "C341299"))
        #expect(rig.toldOrder.last == "result 8" && rig.takeSent().isEmpty)
        rig.says(Self.result(9, tool: "C341212"))
        #expect(rig.toldOrder.suffix(2) == ["identity C341212", "result 9"])
    }

    @Test("A result that names no tool, or the same with blanks and zeros before it, is no other tool")
    func sameTool() throws {
        let rig = try ready()
        rig.says(Self.result(7, tool: ""))
        rig.says(Self.result(8, tool: "      C341212"))
        #expect(rig.identities.count == 1 && rig.groups.count == 2)
    }

    /// Its tool is exchanged while the connection is down.
    @Test("An old result that another tool made has that one's name, and later ones that of today's tool")
    func oldResult() throws {
        let rig = try ready()
        rig.take(.lost("reset"))
        rig.take(.opened)
        rig.says(Self.controller)
        rig.says(Self.tool.replacing("C341212", with: "C341213"))
        rig.accepts(60)
        rig.accepts(70)
        rig.says(Self.result(1, tool: "C341212", isOld: true))
        #expect(rig.toldOrder.suffix(3) == ["identity C341212", "result 1", "identity C341213"])
        #expect(rig.groups.last?.samples["tool_serial"].map(LineRig.text) == "C341212")
        rig.accepts(42)
        rig.says(Self.result(2, tool: "C341213"))
        #expect(rig.toldOrder.last == "result 2")
    }
}

extension String {
    fileprivate func padded(_ width: Int) -> String { String(repeating: "0", count: width - count) + self }
}
