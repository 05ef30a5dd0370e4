import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

@Suite("Scans of a torque tool's own scanner")
struct ToolScanTests {
    private static let profile = "session: {revision: 1}\nresults: {revision: 1}\nscans: \"0051\""

    private func rig(_ more: String = profile) throws -> TorqueRig {
        let rig = try TorqueRig(more)
        rig.begins()
        rig.accepts(more.contains("0151") ? 151 : 51)
        rig.refuses(64, "15")
        rig.accepts(42)
        _ = rig.takeSent()
        return rig
    }

    /// MID 0052 revision 2 (specification R2.16, table 97): the identifier in its parts of 25.
    private static func tells(_ text: String) -> String {
        let parts = (0..<4).map { part in
            let characters = text.dropFirst(25 * part).prefix(25)
            return "0\(part + 1)" + characters + String(repeating: " ", count: 25 - characters.count)
        }
        return "01280052002         " + parts.joined()
    }

    private func scans(_ rig: TorqueRig) -> [String] {
        rig.scans.map { String(decoding: $0.bytes, as: UTF8.self) + ($0.fault == nil ? "" : "?") }
    }

    @Test("They are subscribed to where the profile says so, by lower revisions where that is refused")
    func subscription() throws {
        let rig = try TorqueRig(Self.profile)
        rig.begins()
        #expect(rig.takeSent().last == "0051" && rig.sentRevisions.last == 2)
        rig.refuses(51, "97")
        #expect(rig.takeSent() == ["0051"] && rig.sentRevisions.last == 1)
        rig.accepts(51)
        #expect(rig.takeSent() == ["0064 0000000000"])
        let plain = try TorqueRig()
        plain.begins()
        #expect(plain.takeSent().last == "0064 0000000000")
    }

    @Test("A scan is told once, and acknowledged once it was taken, not before")
    func scan() throws {
        let rig = try rig()
        rig.says(Self.tells("SA10197"))
        #expect(scans(rig) == ["SA10197"] && rig.takeSent().isEmpty)
        // The controller says it again: it waits.
        rig.says(Self.tells("SA10197"))
        #expect(rig.scans.count == 1 && rig.takeSent().isEmpty)
        rig.take(.order(.scanTaken(rig.scans[0].number)))
        #expect(rig.takeSent() == ["0053"])
        rig.take(.order(.scanTaken(rig.scans[0].number)))
        #expect(rig.takeSent().isEmpty, "once")
        // The same mark a second later is a scan; within the time of a trigger that bounces it is none.
        rig.wait(200)
        rig.says(Self.tells("SA10197"))
        #expect(rig.scans.count == 1 && rig.takeSent() == ["0053"])
        rig.wait(1_000)
        rig.says(Self.tells("SA10197"))
        #expect(rig.scans.count == 2)
    }

    @Test("What we told the controller is no scan when it comes back, be it repeated or cut; later it is one")
    func echo() throws {
        let rig = try rig()
        rig.start("SA10197/A1B2C3D4")
        _ = rig.takeSent()
        rig.says(Self.tells("SA10197/A1B2C3D4"))
        #expect(rig.takeSent() == ["0053"])
        rig.accepts(50)
        rig.accepts(43)
        rig.wait(60_000)
        rig.says(TorqueRig.keepAlive)
        _ = rig.takeSent()
        rig.says(Self.tells("SA10197/A1B2C3D4"))
        #expect(rig.scans.isEmpty && rig.takeSent() == ["0053"], "it has no other by now")
        rig.says(Self.tells("SA10198"))
        #expect(scans(rig) == ["SA10198"])
        rig.wait(60_000)
        rig.says(Self.tells("SA10197/A1B2C3D4"))
        #expect(rig.scans.count == 2, "nothing but a scan puts it back there a minute later")
    }

    @Test("A scan while the tool works for a part leaves the tool that part: it is told again, and entered")
    func displaced() throws {
        let rig = try rig()
        rig.runs("SA10197/A1B2C3D4")
        _ = rig.takeSent()
        rig.says(Self.tells("SA10198"))
        #expect(scans(rig) == ["SA10198"] && rig.takeSent().isEmpty)
        // The station refuses it, for its cycle runs.
        rig.take(.order(.scanTaken(rig.scans[0].number)))
        #expect(rig.takeSent() == ["0053", "0050 SA10197/A1B2C3D4"])
        rig.says(Self.tells("SA10197/A1B2C3D4"))
        rig.accepts(50)
        #expect(rig.scans.count == 1 && rig.takeSent() == ["0053"])
        #expect(rig.writings.map { $0.values.map(\.point) } == [["identifier", "tool"], ["identifier"]])
        rig.says(TorqueRig.result(7, "SA10197/A1B2C3D4"))
        #expect(rig.takeSent() == ["0042"])
        // Without a part there is nothing to tell again.
        rig.accepts(42)
        rig.says(Self.tells("SA10199"))
        rig.take(.order(.scanTaken(rig.scans[1].number)))
        #expect(rig.takeSent() == ["0053"])
    }

    @Test("What comes while a session is set up is of a time that nobody knows, and no scan")
    func reconnection() throws {
        let rig = try rig()
        rig.says(Self.tells("SA10197"))
        #expect(rig.scans.count == 1)
        rig.reconnects()
        rig.accepts(51)
        _ = rig.takeSent()
        rig.says(Self.tells("SA10197"))
        rig.says(Self.tells("SA10150"))
        #expect(rig.takeSent() == ["0053", "0053"] && rig.scans.count == 1)
        // What was to be acknowledged on the connection before is not on this one.
        rig.take(.order(.scanTaken(rig.scans[0].number)))
        #expect(rig.takeSent().isEmpty)
        rig.refuses(64, "15")
        rig.accepts(42)
        rig.says(Self.tells("SA10151"))
        #expect(scans(rig).last == "SA10151")
    }

    @Test("One that no station takes is told twice, and then acknowledged, so that the controller stays")
    func untaken() throws {
        let rig = try rig()
        var sent: [String] = []
        for second in 0..<30 {
            if second % 10 == 0 { rig.says(Self.tells("SA10197")) }
            rig.wait(1_000)
            let news = rig.takeSent()
            if news.contains("9999") { rig.says(TorqueRig.keepAlive) }
            sent += news
        }
        #expect(rig.scans.count == 2)
        #expect(sent.filter { $0 == "0053" }.count == 1)
        #expect(rig.told.last == "TW-025: no station takes the scans of its tool")
    }

    @Test(
        "A long mark is put together from its parts; one that fills them all may be cut"
    )
    func long() throws {
        let rig = try rig()
        let uii = "D988974L0014-163BSA10197AND-MORE"
        rig.says(Self.tells(uii))
        #expect(scans(rig) == [uii])
        rig.says(Self.tells(String(repeating: "X", count: 100)))
        #expect(rig.scans.last?.fault?.contains("may have been longer") == true)
        let short = try TorqueRig(Self.profile)
        short.begins()
        short.refuses(51, "97")
        short.accepts(51)
        short.refuses(64, "15")
        short.accepts(42)
        short.says("00450052001         " + String(repeating: "Y", count: 25))
        #expect(short.scans.last?.fault != nil)
        // A PowerMACS tells up to 40 in the same message (specification R2.16, table 96).
        short.says("00470052001         VehicleIdNumberHigherThan25")
        #expect(short.scans.last.map { $0.fault == nil } == true)
    }

    /// MID 0152 of the public tests of OpenProtocolInterpreter has four results; here a second one comes in.
    @Test("Of several identifiers the new one is what was scanned")
    func several() throws {
        func tells(_ one: String, _ two: String) -> String {
            let parts = [one, two, "", ""].enumerated().map { place, text in
                let bytes = text + String(repeating: " ", count: 25 - text.count)
                return "0\(place + 1)\(place + 1)0101" + bytes
            }
            return "01480152001         " + parts.joined()
        }
        let rig = try rig(Self.profile.replacing("0051", with: "0151"))
        rig.says(tells("SA10197", ""))
        rig.take(.order(.scanTaken(rig.scans[0].number)))
        #expect(rig.takeSent() == ["0153"])
        rig.says(tells("SA10197", "NUT-7"))
        #expect(scans(rig) == ["SA10197", "NUT-7"])
        // All of them were taken back.
        rig.says(tells("", ""))
        #expect(rig.scans.count == 2)
    }

    @Test("More scans than people make are not told")
    func flood() throws {
        let rig = try rig()
        for number in 0..<100 { rig.says(Self.tells("SA2\(TorqueRig.zeros(number, 4))")) }
        #expect(rig.scans.count == ToolScanner.most && rig.hungUp == nil)
    }
}
