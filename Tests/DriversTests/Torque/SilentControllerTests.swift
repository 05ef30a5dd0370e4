import Codecs
import Inspection
import Testing

@testable import Drivers

@Suite("A controller that does not answer what is not needed")
struct SilentControllerTests {
    /// Seen failing: a clock an hour off that nobody could set was never told.
    @Test("A clock that is not set for want of an answer is wrong, and stays so")
    func clock() throws {
        let rig = try TorqueRig("session: {revision: 1}\nresults: {revision: 1}\nclock: {correct: true}")
        rig.unknown = ["0040"]
        rig.isReady()
        rig.says("00390081            2026-11-21:10:20:00")
        #expect(rig.takeSent().last == "0082 2026-11-21:09:20:00")
        rig.wait(10_000)
        #expect(rig.notices.map(\.event) == [.deviceClockOff])
        #expect(rig.notices.first?.members["because"] == "it does not answer")
        #expect(rig.hungUp == nil)
    }
}
