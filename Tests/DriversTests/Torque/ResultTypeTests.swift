import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("What a torque controller's result is the result of")
struct ResultTypeTests {
    /// MID 0061 revision 3 by the tables of the specification (99 and 100), its type as given.
    private static func result(type: String, unit: String = "1") -> String {
        let work =
            ["0000", "003", "02", "00001", "0000", "0000", "1", "2"] + [String](repeating: "1", count: 7)
        let limits = ["002500", "003000", "002750", "002750", "00030", "00060", "00045", "00045"]
        let watched =
            ["00000", "09999", "00720", "000", "100", "042"] + [String](repeating: "000000", count: 6)
        let blank = String(repeating: " ", count: 25)
        let tail = [
            "0000000007", "00000", "00000", String(repeating: " ", count: 14), "2026-02-11:13:45:07",
            "2026-01-05:08:00:00", blank, unit, type,
        ]
        let name = "SA10197" + String(repeating: " ", count: 18)
        let values = ["0001", "01", blank, name] + work + ["0000000000"] + limits + watched + tail
        let data = values.enumerated().map { TorqueRig.zeros($0 + 1, 2) + $1 }.joined()
        return TorqueRig.zeros(data.count + 20, 4) + "0061003         " + data
    }

    private func told(type: String) throws -> (SampleGroup, sent: [String]) {
        let rig = try TorqueRig.running("SA10197", "session: {revision: 1}\nresults: {revision: 3}")
        _ = rig.takeSent()
        rig.says(Self.result(type: type))
        return (try #require(rig.groups.first), rig.takeSent())
    }

    @Test("A tightening, alone or with others, counts, and locks the tool", arguments: ["01", "07"])
    func tightening(type: String) throws {
        let (group, sent) = try told(type: type)
        #expect(group.doubt == nil && group.samples["torque"].map(LineRig.text) == "27.50 N.m")
        #expect(sent == ["0042"])
    }

    /// Some makes leave it blank. A loosening that went well would pass for a tightening.
    @Test("A blank type is not known to be a tightening: kept, credited to nothing, and the remedy is said")
    func blank() throws {
        let (group, sent) = try told(type: "  ")
        #expect(group.doubt?.contains("result type is blank") == true)
        #expect(group.doubt?.contains("results: {revision: 2}") == true)
        #expect(group.sequence == "7" && sent.isEmpty, "its part waits for a tightening")
    }

    @Test("Nothing else counts either", arguments: ["05", "06", "08", "12", "99"])
    func other(type: String) throws {
        let (group, _) = try told(type: type)
        let doubt = try #require(group.doubt)
        #expect(!doubt.contains("Optional") && !doubt.contains("unknown("), "\(doubt)")
    }
}
