import Codecs
import Drivers
import Inspection
import Metrology
import Testing

/// What a device of which nothing is known yet shows at first, and what a reading depends on.
@Suite(.timeLimit(.minutes(10))) struct FirstMeetingTests {
    /// Reading the flag tells the controller that its result is stored. If the gateway were killed after it,
    /// the next run would find the flag cleared and take a result for old that no one has kept.
    @Test(arguments: [UInt16(0), 1])
    func aFlagThatReadingClearsIsNotReadToFindOutWhetherAResultIsNew(flag: UInt16) async throws {
        let rig = try await DeviceRig("kolver-kducer")
        rig.line.set(294, [flag])
        rig.line.set(354, [0, 2])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        #expect(!rig.line.requests.contains(.readInputRegisters(address: 294, count: 1)))
        #expect(rig.results.map(\.sequence) == ["2"])
    }

    /// Units and decimals may be set anew at the keypad while the meter stays in reach.
    @Test func aReadingForARecordIsReadWithTheUnitsAndDecimalsOfThatMoment() async throws {
        let rig = try await DeviceRig("kral-bem500")
        rig.line.set(0x4006, [0x0001, 0x609E])  // 90270
        rig.line.set(0x4015, [5, 23, 1])
        rig.line.set(0x4186, [2])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.set(0x4015, [5, 2, 1])
        rig.line.set(0x4186, [1])
        let samples = await rig.gauge(["rate_a"], patience: .zero)
        #expect(samples["rate_a"]?.value == .decimal(try #require(ExactDecimal("9027.0"))))
        #expect(samples["rate_a"]?.unit?.code == "L/min")

        rig.line.behave(.refuses(.busy))
        let refused = await rig.gauge(["rate_a"], patience: .zero)
        #expect(refused["rate_a"]?.quality == .bad(.refused))
    }
}
