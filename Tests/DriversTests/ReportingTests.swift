import Drivers
import Metrology
import Testing

/// Live values are told when they say something new; what is read stays as it was read.
@Suite(.timeLimit(.minutes(10))) struct ReportingTests {
    /// Each poll takes 100 ms of the rig's clock; `always` has no rule and is told with each.
    private static let body = """
        points:
          - {id: p, address: 0, type: int16, unit: bar, report: {deadband: "2", heartbeat: 1 s}}
          - {id: word, address: 1, type: uint16, enum: {0: idle, 1: busy}, report: {heartbeat: 1 s}}
          - {id: always, address: 2, type: uint16, unit: bar}
        """

    private func told(_ rig: DeviceRig, _ point: String) -> [String?] {
        rig.events.flatMap { event -> [String?] in
            guard case .samples(let samples) = event else { return [] }
            return samples.filter { $0.point == point }.map { $0.value?.description }
        }
    }

    @Test func aValueIsToldWhenItLeavesItsDeadbandOrItsHeartbeatPasses() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, [100])
        rig.line.poll()
        await rig.listen(forReach: true)
        for raw in [101, 102, 100, 98, 97] as [UInt16] {
            rig.line.set(0, [raw])
            await rig.pollAndListen(count: 1)
        }
        #expect(told(rig, "p") == ["100", "97"], "2 is the deadband, from what was told last")
        #expect(told(rig, "word") == ["idle"])
        for _ in 0..<12 { await rig.pollAndListen(count: 1) }
        #expect(told(rig, "p") == ["100", "97", "97"])
        rig.line.set(1, [1])
        await rig.pollAndListen(count: 1)
        #expect(told(rig, "word").last == "busy")
    }

    @Test func aChangeOfQualityIsToldAtOnce() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.behave(.isSilent)
        await rig.pollAndListen(count: 1)
        #expect(told(rig, "p") == ["0", nil])
        rig.line.behave(.answers)
        await rig.pollAndListen(count: 1)
        #expect(told(rig, "p") == ["0", nil, "0"])
    }

    @Test func whatIsNotToldIsStillFreshAndWhatIsToldHasItsOwnStamp() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.poll()
        await rig.listen(forReach: true)
        let first = try #require(await rig.device.latest["p"]?.stamp)
        rig.line.set(0, [1])
        await rig.pollAndListen(count: 1)
        let second = try #require(await rig.device.latest["p"])
        #expect(second.stamp.monotonicNanoseconds > first.monotonicNanoseconds)
        #expect(second.value == .decimal(1), "what was read is kept to its last digit")
        #expect(rig.last("p")?.stamp == first, "and what was told is never stamped anew")
    }

    @Test func aResultIsMadeOfItsOwnReadingHoweverLittleMoved() async throws {
        let rig = try await DeviceRig(
            body: """
                requests:
                  - {id: result, address: 0, count: 2}
                points:
                  - {id: seq, address: 0, type: uint16, unit: "1"}
                  - id: torque
                    address: 1
                    type: uint16
                    unit: N.m
                    report: {deadband: "1000", heartbeat: 1 h}
                cycle: {complete: {sequence: seq}}
                """)
        rig.line.set(0, [1, 100])
        rig.line.poll()
        await rig.listen(forReach: true)
        for (sequence, torque) in [(2, 101), (3, 99)] as [(UInt16, UInt16)] {
            rig.line.set(0, [sequence, torque])
            await rig.pollAndListen(count: 1)
        }
        #expect(told(rig, "torque") == ["100"])
        #expect(rig.results.map { $0.samples["torque"]?.value } == [.decimal(101), .decimal(99)])
        let latest = await rig.device.latest["torque"]
        #expect(rig.results.last?.samples["torque"]?.stamp == latest?.stamp)
    }
}
