import Testing

@testable import Profiles

@Suite("Timing of a device")
struct DeviceTimingTests {
    private func registers(_ timing: String, poll: String = "5 s") -> (RegisterMap?, [String]) {
        let text = """
            profile: p
            revision: 1
            manufacturer: m
            model: m
            protocol: modbus
            source: test
            defaults: {poll: \(poll)}
            \(timing)
            points:
              - {id: a, address: 0, type: uint16, unit: "1"}

            """
        let faults = FaultCollector()
        let profile = DeviceProfile.read(
            SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)
        return (profile?.registers, faults.sorted.map(\.description))
    }

    @Test func everyKeyIsRead() throws {
        let (registers, _) = registers(
            "timing: {retries: 2, pause: 20 ms, switch_delay: 5 ms, close_after_poll: true}")
        let timing = try #require(registers).timing
        #expect(timing.retries == 2)
        #expect(timing.pauseMilliseconds == 20)
        #expect(timing.switchDelayMilliseconds == 5)
        #expect(timing.closesAfterPoll)
    }

    @Test func withoutItNothingIsWaitedFor() throws {
        #expect(try #require(registers("").0).timing == DeviceTiming())
    }

    @Test func aConnectionIsNotClosedBetweenFastPolls() {
        let (registers, faults) = registers("timing: {close_after_poll: true}", poll: "500 ms")
        #expect(registers == nil)
        #expect(faults.contains { $0.contains("keeps the connection open") })
        #expect(self.registers("timing: {close_after_poll: false}", poll: "500 ms").0 != nil)
    }
}
