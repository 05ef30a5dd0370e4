import Foundation
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

/// Bytes as the makers' manuals put them on the wire, through the shipped profiles.
@Suite("Shipped tools that speak in lines")
struct ShippedToolsTests {
    private func rig(_ name: String) throws -> LineRig {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let path = folder.appending(path: "DeviceProfiles/\(name).yaml").path()
        let file = SourceFile(path: path, bytes: try FileSource.disk.read(path).get())
        let profile = try #require(DeviceProfile.read(file, faults: FaultCollector())?.lines)
        let rig = try LineRig(profile: profile)
        rig.opens()
        return rig
    }

    @Test("mark-10-tt: the manual's two readings, and its error")
    func mark10() throws {
        let rig = try rig("mark-10-tt")
        #expect(rig.sent == ["0 ?\r"])
        for (turn, (line, value)) in [
            ("-18.78 lbFin\r\n", "-18.78 [lbf_av].[in_i]"), ("4.285 Nm\r\n", "4.285 N.m"),
            ("*10\r\n", "refused"), ("4.285\r\n", "malformed"),
        ].enumerated() {
            rig.at(Int64(turn) * 1_000, .wake)
            rig.hears(Int64(turn) * 1_000 + 20, line)
            #expect(rig.shown("torque") == value)
        }
    }

    @Test("norbar-ttt: carriage returns with or without line feeds", arguments: ["\r", "\r\n"])
    func norbar(_ end: String) throws {
        let rig = try rig("norbar-ttt")
        rig.hears(10, "OK 12.34 N.m\(end)")
        rig.hears(2_000, "OK 12.35 N.m\(end)")
        #expect(
            rig.groups.compactMap { $0.samples["torque"].map(LineRig.text) } == ["12.34 N.m", "12.35 N.m"])
        #expect(rig.told.count == 1, "no line feed is a line of its own")
    }

    @Test("vibrac-2100: the manual's line, with flow control in the middle of it")
    func vibrac() throws {
        let rig = try rig("vibrac-2100")
        rig.hears(10, "01/01/00_09:00_lb-\u{13}in_10.80\u{11}_removal_\r\n")
        let samples = try #require(rig.groups.first?.samples)
        #expect(samples["torque"].map(LineRig.text) == "10.80 [lbf_av].[in_i]")
        #expect(samples["test"].map(LineRig.text) == "removal")
    }

    @Test("csv-torque-tool: columns, a line that comes twice, and one that never came")
    func columns() throws {
        let rig = try rig("csv-torque-tool")
        rig.hears(10, "17;2026-02-11 13:45:07;27.50;Nm;45;OK\r\n")
        rig.hears(2_000, "17;2026-02-11 13:45:07;27.50;Nm;45;OK\r\n")
        rig.hears(4_000, "19;2026-02-11 13:45:11;31.20;Nm;45;NOK\r\n")
        #expect(rig.groups.compactMap { $0.samples["verdict"].map(LineRig.text) } == ["OK", "NOK"])
        let lost = "1 result(s) before number 19 never reached"
        #expect(rig.told.contains { $0.contains(lost) }, "\(rig.told)")
    }

    @Test(
        "acradyne-gen4: a line ends by silence, whatever comes behind it", arguments: ["", "\r\n", "\r\n\0"])
    func acradyne(_ end: String) throws {
        let rig = try rig("acradyne-gen4")
        rig.hears(10, "%%CAN81%%%%CAN42NAC%%\(end)")
        rig.at(110, .wake)
        rig.hears(500, "# 1 1 03 027.5 0045 0000 0000 @\(end)")
        #expect(rig.groups.isEmpty && rig.wakesAt == 600)
        rig.at(600, .wake)
        #expect(rig.groups.map { $0.samples["judgement"].map(LineRig.text) } == ["OK"])
        #expect(rig.groups.first?.stamp == LineRig.stamp(500), "its last byte came then")
        #expect(rig.groups.first?.raw == Array("# 1 1 03 027.5 0045 0000 0000 @".utf8))
    }
}
