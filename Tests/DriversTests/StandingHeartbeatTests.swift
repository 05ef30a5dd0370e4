import Drivers
import Metrology
import Testing

/// A device whose program stands still for a while.
@Suite(.timeLimit(.minutes(10))) struct StandingHeartbeatTests {
    private static let body = """
        requests:
          - {id: block, address: 0, count: 2}
        points:
          - {id: beat, address: 0, type: uint16, unit: "1"}
          - {id: seq, address: 1, type: uint16, unit: "1"}
          - {id: range, address: 10, type: uint16, unit: bar, read: on_connect}
        cycle: {complete: {sequence: seq}, heartbeat: {point: beat, every: 1 s, highest: 65535}}
        """

    /// What is read once on connecting is read again then. Seen failing with a device whose heartbeat went
    /// back not set up again (`ModbusDevice.listen`).
    @Test func onceItWasRestartedItIsSetUpAgain() async throws {
        // Each request takes a second of this clock.
        let rig = try await DeviceRig(body: Self.body, stepMilliseconds: 1_000)
        rig.line.set(0, [500])
        rig.line.set(10, [16])
        rig.line.poll()
        await rig.listen(forReach: true)
        for _ in 0..<7 { await rig.pollAndListen(count: 1) }
        #expect(await rig.device.status.detail == "answering, but its own program does not run")
        #expect(rig.last("range")?.quality == .good)

        // The line is lost and found while it stands.
        rig.line.behave(.isSilent)
        for _ in 0..<2 { rig.line.poll() }
        await rig.listen(forReach: false)
        rig.line.behave(.answers)
        rig.line.poll()
        await rig.listen(forReach: true, count: 2)
        #expect(rig.last("range")?.quality == .bad(.stale))

        rig.line.set(0, [3])
        rig.line.set(10, [25])
        rig.line.poll()
        await rig.listen(forReach: false, count: 2)
        #expect(rig.restarts == ["D-1: the device was restarted: its heartbeat went back to 3"])
        rig.line.poll()
        await rig.listen(forReach: true, count: 3)
        #expect(rig.last("range")?.value == .decimal(25))
        #expect(rig.last("range")?.quality == .good)
        #expect(await rig.device.status.detail == "answering")
    }
}
