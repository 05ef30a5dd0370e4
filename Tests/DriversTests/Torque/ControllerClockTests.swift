import Codecs
import Inspection
import Metrology
import Profiles
import Testing
import Transports

@testable import Drivers

/// The rig's clock shows 2026-11-21 09:20:00 UTC at its beginning.
@Suite("The clock of a torque controller")
struct ControllerClockTests {
    private static let correcting = "session: {revision: 1}\nresults: {revision: 1}\nclock: {correct: true}"

    /// A controller that is ready, and was asked for its time.
    private func asked(
        _ more: String = "", zone: Int64 = 0, isSynchronized: Bool = true
    ) throws -> TorqueRig {
        let rig = try TorqueRig(more, zone: zone, isSynchronized: isSynchronized)
        rig.unknown = ["0040"]
        rig.isReady()
        #expect(rig.takeSent().last == "0080")
        return rig
    }

    private func shows(_ time: String, _ rig: TorqueRig) {
        rig.says("00390081            2026-11-21:\(time)")
    }

    private func offsets(_ rig: TorqueRig) -> [String] {
        rig.notices.map { notice in
            let members = ["offset_s", "offset_before_s", "offset_after_s"].compactMap { key in
                notice.members[key].map { $0.integer.map(String.init) ?? "none" }
            }
            return ([notice.event.rawValue] + members).joined(separator: " ")
        }
    }

    @Test(
        "Five seconds either way are no event; it is looked at again after five minutes"
    )
    func right() throws {
        let rig = try asked()
        shows("09:20:05", rig)
        rig.wait(9_900)
        _ = rig.takeSent()
        var asked: [Int64] = []
        for _ in 0..<700 where asked.count < 2 {
            rig.wait(1_000)
            for sent in rig.takeSent() {
                if sent == "9999" { rig.says(TorqueRig.keepAlive) }
                if sent == "0080" {
                    asked.append(rig.now / 1_000)
                    let minute = rig.now / 60_000 + 20
                    shows("09:\(minute):\(TorqueRig.zeros(Int(rig.now / 1_000 % 60), 2))", rig)
                }
            }
        }
        try #require(asked.count == 2)
        #expect((300...302).contains(asked[0]) && (300...302).contains(asked[1] - asked[0]), "\(asked)")
        #expect(rig.notices.isEmpty && rig.hungUp == nil)
    }

    @Test("A clock that is off is told once with both times, and not corrected unless that is permitted")
    func off() throws {
        let rig = try asked()
        shows("09:19:54", rig)
        #expect(offsets(rig) == ["device.clock_off -6"])
        #expect(rig.notices.first?.text.contains("6 s behind") == true)
        #expect(rig.notices.first?.members["controller_time"] == "2026-11-21:09:19:54")
        #expect(rig.notices.first?.members["gateway_time"] == "2026-11-21:09:20:00")
        #expect(!rig.takeSent().contains { $0.hasPrefix("0082") })
        // The same again says nothing new; another offset does.
        again(rig) { shows("09:24:54", $0) }
        #expect(rig.notices.count == 1)
        again(rig) { shows("10:24:54", $0) }
        #expect(offsets(rig).last == "device.clock_off 3294")
    }

    /// Lets five minutes pass, and `answer` the question for the time; what was sent meanwhile.
    @discardableResult
    private func again(_ rig: TorqueRig, _ answer: (TorqueRig) -> Void) -> [String] {
        var all: [String] = []
        rig.wait(300_000)
        for _ in 0..<3 {
            for sent in rig.takeSent() {
                all.append(sent)
                if sent == "9999" { rig.says(TorqueRig.keepAlive) }
                if sent == "0080" { answer(rig) }
            }
        }
        return all + rig.takeSent()
    }

    @Test("Where the profile permits it the clock is set, and what came of it is told with both offsets")
    func corrected() throws {
        let rig = try asked(Self.correcting)
        shows("10:20:00", rig)
        #expect(rig.takeSent() == ["0082 2026-11-21:09:20:00"] && rig.notices.isEmpty)
        rig.accepts(82)
        #expect(rig.takeSent() == ["0080"])
        shows("09:20:01", rig)
        #expect(offsets(rig) == ["device.clock_set 3600 1"])
        #expect(rig.takeSent().isEmpty)
    }

    @Test("One that was set and is wrong all the same is set again in five minutes, not at once")
    func uncorrectable() throws {
        let rig = try asked(Self.correcting)
        shows("10:20:00", rig)
        rig.accepts(82)
        _ = rig.takeSent()
        shows("10:20:00", rig)
        #expect(offsets(rig) == ["device.clock_set 3600 3600"] && rig.takeSent().isEmpty)
        let sent = again(rig) { shows("10:25:00", $0) }
        #expect(sent.contains("0082 2026-11-21:09:25:00"), "\(sent)")
    }

    @Test("A gateway whose own clock is not synchronized corrects none, and says why")
    func unsynchronized() throws {
        let rig = try asked(Self.correcting, isSynchronized: false)
        shows("10:20:00", rig)
        #expect(!rig.takeSent().contains { $0.hasPrefix("0082") })
        #expect(offsets(rig) == ["device.clock_off 3600"])
        #expect(rig.notices.first?.members["because"]?.text?.contains("not synchronized") == true)
    }

    @Test("Local time is the gateway's, or UTC where the profile says so", arguments: [true, false])
    func zone(isUTC: Bool) throws {
        let more = Self.correcting.replacing("true}", with: isUTC ? "true, zone: utc}" : "true}")
        let rig = try asked(more, zone: 7_200)
        shows("00:00:00", rig)
        #expect(rig.takeSent() == ["0082 2026-11-21:\(isUTC ? "09" : "11"):20:00"])
    }

    @Test("A time that is on no calendar is off, and set right")
    func lostBattery() throws {
        let rig = try asked(Self.correcting)
        rig.says("00390081            0000-00-00:00:00:00")
        #expect(rig.takeSent() == ["0082 2026-11-21:09:20:00"])
        rig.accepts(82)
        shows("09:20:00", rig)
        #expect(offsets(rig) == ["device.clock_set none 0"])
    }

    @Test("One that does not know 0080 is asked no more; one that refuses 0082 is told so once")
    func refused() throws {
        let rig = try asked()
        rig.refuses(80, "99")
        again(rig) { _ in Issue.record("asked again") }
        #expect(rig.notices.isEmpty)
        let other = try asked(Self.correcting)
        shows("10:20:00", other)
        other.refuses(82, "01")
        #expect(offsets(other) == ["device.clock_off 3600"])
        _ = other.takeSent()
        let sent = again(other) { shows("10:25:00", $0) }
        #expect(sent.contains("0080") && !sent.contains { $0.hasPrefix("0082") }, "\(sent)")
        #expect(other.notices.count == 1)
    }

    @Test("Days of every kind come back from their seconds")
    func days() throws {
        for seconds: Int64 in [0, -1, 951_782_399, 951_782_400, 4_102_444_800, -62_135_596_800] {
            let time = try #require(ControllerClock.time(seconds))
            #expect(ControllerClock.seconds(time) == seconds, "\(time.text)")
        }
        #expect(ControllerClock.time(951_782_400)?.text == "2000-02-29:00:00:00")
        #expect(ControllerClock.time(1_795_252_800)?.text == "2026-11-21:09:20:00")
    }
}
