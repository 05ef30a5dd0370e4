import Codecs
import Drivers
import Metrology
import Testing

/// Values that are read for a record: from a device that is in reach and set up, or none.
@Suite(.timeLimit(.minutes(10))) struct GaugingTests {
    /// One value, and a setting without which it means something else.
    private static let body = """
        points:
          - {id: range, address: 10, type: uint16, unit: "1", access: read_write, read: on_connect}
          - {id: pressure, address: 0, type: uint16, unit: bar}
        setup:
          - {point: range, value: "2"}
        """

    @Test func aReadingWaitsForAGoodValue() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.set(4, [0x4221, 0x0000])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        let before = rig.line.requests.count
        rig.line.loseReads(1)
        let samples = await rig.gauge(["rail_pressure"], patience: .seconds(60))
        #expect(samples["rail_pressure"]?.value == .decimal(try #require(ExactDecimal("40.25"))))
        #expect(rig.line.requests.count == before + 2)
    }

    @Test func aReadingIsGivenUpAfterItsPatience() async throws {
        // Each request takes a second of this clock.
        let rig = try await DeviceRig("plc-flow-bench", stepMilliseconds: 1_000)
        rig.line.poll([0])
        await rig.listen(forReach: true)
        let before = rig.line.requests.count
        rig.line.behave(.isSilent)
        let samples = await rig.gauge(["rail_pressure"], patience: .seconds(2))
        #expect(samples["rail_pressure"]?.quality == .bad(.timeout))
        #expect(samples["rail_pressure"]?.value == nil)
        #expect(rig.line.requests.count == before + 2)
    }

    /// Seen failing with the device read whatever its state (`ModbusDevice.gauge`).
    @Test func nothingIsReadOfADeviceThatIsNotInReach() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        let samples = await rig.gauge(["rail_pressure"], patience: .seconds(2))
        #expect(samples["rail_pressure"]?.quality == .bad(.offline))
        #expect(samples["rail_pressure"]?.value == nil)
        #expect(rig.line.requests.isEmpty)
    }

    /// It answers, and is not as it must be. Seen failing with the device read whatever its state.
    @Test func aReadingWaitsUntilTheDeviceIsSetUp() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, [7])
        rig.line.keep(10, 1)
        rig.line.set(10, [1])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        let early = await rig.gauge(["pressure"], patience: .seconds(2))
        #expect(early["pressure"]?.quality == .bad(.offline))
        let device = rig.device
        async let reading = device.reading(of: ["pressure"], patience: .seconds(1_000_000))
        // Someone sets it at the device.
        rig.line.set(10, [2])
        rig.line.set(0, [8])
        rig.line.poll()
        await rig.listen(forReach: true)
        #expect(await reading["pressure"]?.value == .decimal(8))
        #expect(rig.reaches == [true])
    }

    /// Seen failing with what was read before the loss credited after it (`ModbusDevice.gauge`).
    @Test func aReplyThatIsUnderWayWhileTheDeviceIsLostIsNotCredited() async throws {
        let rig = try await DeviceRig("kral-bem500")
        rig.line.set(0x4006, [0x0001, 0x609E])
        rig.line.set(0x4015, [5, 23, 1])
        rig.line.set(0x4186, [2])
        rig.line.poll([0])
        await rig.listen(forReach: true)
        let decimals = try #require(rig.line.requests.first)
        let held = rig.line.hold(decimals)
        let device = rig.device
        async let reading = device.reading(of: ["rate_a"], patience: .seconds(2))
        await held.waitForRequest()
        rig.line.behave(.isSilent)
        for _ in 0..<2 { rig.line.poll([0]) }
        await rig.listen(forReach: false)
        rig.line.behave(.answers)
        held.letGo()
        let sample = await reading["rate_a"]
        #expect(sample?.quality == .bad(.timeout) && sample?.value == nil)
    }
}
