import Codecs
import Drivers
import Inspection
import Metrology
import Testing

/// What a device could not be told is said aloud.
@Suite(.timeLimit(.minutes(10))) struct UntoldDeviceTests {
    @Test func aStopThatTheDeviceDoesNotTakeIsIrregular() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.loseWrites(3)
        rig.device.submit(.stop)
        await rig.settle()
        #expect(rig.irregularities == ["D-1: no answer in time; it could not be stopped"])
    }

    @Test func aStopThatIsLostIsSentAgain() async throws {
        let rig = try await DeviceRig("plc-flow-bench")
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.loseWrites(1)
        rig.device.submit(.stop)
        for _ in 0..<2 { #expect(await rig.nextWrite() == .writeRegisters(address: 520, values: [2])) }
        await rig.settle()
        #expect(rig.irregularities.isEmpty)
    }

    @Test func anAcknowledgementThatTheDeviceDoesNotTakeIsIrregularOnce() async throws {
        let rig = try await DeviceRig("plc-flow-bench", taken: .init(sequence: 4, raw: [1]))
        rig.line.set(Registers.resultBlock, Registers.benchResult(5))
        rig.line.poll([0])
        await rig.listen(forReach: true)
        rig.line.loseWrites(6)
        for _ in 0..<2 { rig.device.submit(.acknowledge(try #require(rig.results.first))) }
        await rig.settle()
        #expect(rig.irregularities == ["D-1: result 5 is stored, and the device does not take it"])
    }
}
