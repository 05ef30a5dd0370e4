import Codecs
import Drivers
import Metrology
import Testing

/// What the running device does about a block of which its device has not every register.
@Suite(.timeLimit(.minutes(10))) struct RefusedBlockTests {
    /// Ten loose values in one read, a request of its own, and one block of another table.
    private static let values = (0..<10).map { "  - {id: p\($0), address: \($0), type: uint16, unit: bar}" }
    private static let body = """
        requests:
          - {id: group, address: 100, count: 4}
        points:
        \(values.joined(separator: "\n"))
          - {id: g0, address: 100, type: uint16, unit: bar}
          - {id: g1, address: 103, type: uint16, unit: bar}
          - {id: other, address: 0, table: input, type: uint16, unit: bar}
        """

    @Test func aRefusedBlockIsBisectedOnceAndItsOtherValuesAreReadInAsFewRequestsAsPossible() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, (0..<10).map { 40 + $0 })
        rig.line.refuse([4..<5])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        #expect(
            rig.irregularities == [
                "D-1 refuses a part of holding.0x0000: write `holes: [holding 0x0004]` into its profile and "
                    + "remove p4"
            ])
        #expect(
            rig.line.polled == [
                .readHoldingRegisters(address: 100, count: 4), .readInputRegisters(address: 0, count: 1),
                .readHoldingRegisters(address: 0, count: 4), .readHoldingRegisters(address: 5, count: 5),
            ])
        let searched = rig.line.requests.count
        await rig.pollAndListen(count: 4)
        for point in [0, 1, 2, 3, 5, 6, 7, 8, 9] {
            #expect(rig.last("p\(point)")?.value == .decimal(ExactDecimal(Int128(40 + point))))
        }
        #expect(rig.last("p4")?.quality == .bad(.refused))
        #expect(rig.last("p4")?.value == nil)
        let status = await rig.device.status
        #expect(status.holes == ["holding 0x0004"] && status.refused.isEmpty)
        #expect(status.detail == "answering, but not at holding 0x0004")

        // What is known of the device stays known when the line was lost.
        rig.line.behave(.isSilent)
        rig.line.poll()
        await rig.listen(forReach: false)
        rig.line.behave(.answers)
        rig.line.poll()
        await rig.listen(forReach: true, count: 2)
        await rig.pollAndListen(count: 4)
        #expect(rig.irregularities.count == 1)
        #expect(rig.line.requests.count == searched, "nothing was asked out of turn again")
        #expect(rig.last("p9")?.quality == .good)
    }

    @Test func anAtomicGroupFailsWholeAndIsNeverReadInPieces() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.refuse([101..<102])
        for _ in 0..<3 { await rig.pollAndListen(count: 3) }
        #expect(rig.line.requests.isEmpty)
        #expect(rig.last("g0")?.quality == .bad(.refused))
        #expect(rig.last("g1")?.quality == .bad(.refused))
        #expect(rig.last("p0")?.quality == .good)
        #expect(await rig.device.status.refused == ["group"])
    }

    @Test(arguments: [ModbusException.busy, .acknowledged, .deviceFailure])
    func anExceptionThatPassesIsNotBisected(exception: ModbusException) async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.behave(.refuses(exception))
        for _ in 0..<3 { await rig.pollAndListen(count: 3) }
        #expect(rig.line.requests.isEmpty)
        rig.line.behave(.answers)
        await rig.pollAndListen(count: 3)
        #expect(rig.last("p4")?.quality == .good)
    }

    @Test func aCapBelowTheProfilesIsFoundAndTold() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.refuse([], cap: 6)
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        #expect(
            rig.irregularities == [
                "D-1 refuses a part of holding.0x0000: write `limits: {registers_per_read: 5}` into its "
                    + "profile"
            ])
        await rig.pollAndListen(count: 4)
        #expect((0..<10).allSatisfy { rig.last("p\($0)")?.quality == .good })
    }

    @Test func aBlockThatIsRefusedWholeIsAskedForAgainAndRecovers() async throws {
        let rig = try await DeviceRig(body: Self.body)
        // Of both tables.
        rig.line.refuse([0..<10])
        rig.line.poll()
        await rig.listen(forIrregularities: 2)
        #expect(rig.irregularities.contains { $0.contains("refuses all of holding.0x0000") })
        let searched = rig.line.requests.count
        for _ in 0..<3 { await rig.pollAndListen(count: 3) }
        #expect(rig.line.requests.count == searched, "it is bisected once")
        rig.line.refuse([])
        await rig.pollAndListen(count: 3)
        #expect(rig.last("p4")?.quality == .good)
        #expect(await rig.device.status.refused.isEmpty)
    }

    @Test func whatIsReadOnConnectingIsBisectedTooAndTheDeviceComesOnline() async throws {
        let rig = try await DeviceRig(
            body: """
                points:
                  - {id: a, address: 0, type: uint16, unit: "1", read: on_connect}
                  - {id: b, address: 1, type: uint16, unit: "1", read: on_connect}
                  - {id: live, address: 10, type: uint16, unit: bar}
                """)
        rig.line.set(0, [7])
        rig.line.refuse([1..<2])
        rig.line.poll()
        await rig.listen(forReach: true)
        await rig.listen(forIrregularities: 1)
        while rig.last("a")?.quality != .good { await rig.pollAndListen(count: 1) }
        #expect(rig.last("b")?.quality == .bad(.refused))
        #expect(rig.last("live")?.quality == .good)
    }

    @Test func aReadingOfAPointInAHoleIsBadAtOnce() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.refuse([4..<5])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        let before = rig.line.requests.count
        let samples = await rig.gauge(["p4", "p5"], patience: .seconds(60))
        #expect(samples["p4"]?.quality == .bad(.refused))
        #expect(samples["p5"]?.quality == .good)
        #expect(rig.line.requests.count == before + 1)
    }

    /// Parts of a block that answers again were taken for all that the device gives at once. Seen failing
    /// with the search carried on after the block had answered (`ModbusDevice.bisect`).
    @Test func aBlockThatAnswersAgainWhileItIsSearchedIsReadWholeAsBefore() async throws {
        let rig = try await DeviceRig(
            body: Self.body + "\n  - {id: apart, address: 1000, type: uint16, unit: bar}")
        rig.line.refuse([4..<5, 1_000..<1_001])
        let held = rig.line.hold(.readHoldingRegisters(address: 0, count: 10))
        rig.line.poll()
        await held.waitForRequest()
        rig.line.refuse([1_000..<1_001])
        await rig.pollAndListen(count: 4)
        #expect(rig.last("p4")?.quality == .good)
        held.letGo()
        // Blocks are searched one after another: the first search is over when the second has told.
        await rig.listen(forIrregularities: 1)
        #expect(rig.irregularities.count == 1)
        #expect(rig.irregularities.first?.contains("refuses all of holding.0x03E8") == true)
        #expect(rig.line.polled.contains(.readHoldingRegisters(address: 0, count: 10)))
        rig.line.refuse([4..<5, 1_000..<1_001])
        rig.line.poll()
        await rig.listen(forIrregularities: 2)
        #expect(rig.irregularities.last?.contains("`holes: [holding 0x0004]`") == true)
        #expect(rig.last("p4")?.quality == .bad(.refused))
    }

    /// Seen failing with replies used whatever had become of their block, and with a lost point's last good
    /// value for its reading (`ModbusDevice.gauge`).
    @Test func aReplyUnderWayWhileItsBlockIsReplacedBringsNoLostValueBack() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, (0..<10).map { 40 + $0 })
        rig.line.poll()
        await rig.listen(forReach: true)
        let samples = await reading(
            of: ["p4", "p5"], by: rig, under: .readHoldingRegisters(address: 0, count: 10))
        #expect(samples["p4"]?.quality == .bad(.refused) && samples["p4"]?.value == nil)
        #expect(samples["p5"]?.value == .decimal(45))
        #expect(samples["p5"]?.quality == .good)
        #expect(await rig.device.latest["p4"]?.quality == .bad(.refused))
    }

    /// Seen failing with a point's good value kept that was found in a hole since (`ModbusDevice.gauge`).
    @Test func aPointThatIsLostWhileOthersAreReadHasNoGoodReading() async throws {
        let rig = try await DeviceRig(
            body: Self.body + "\n  - {id: apart, address: 1000, type: uint16, unit: bar}")
        rig.line.poll()
        await rig.listen(forReach: true)
        let samples = await reading(
            of: ["p4", "apart"], by: rig, under: .readHoldingRegisters(address: 1_000, count: 1))
        #expect(samples["apart"]?.quality == .good)
        #expect(samples["p4"]?.quality == .bad(.refused) && samples["p4"]?.value == nil)
    }

    /// What `points` are read as while p4 is found to be in a hole, under way the answer to `request`.
    private func reading(
        of points: [String], by rig: DeviceRig, under request: ModbusRequest
    ) async -> [String: Sample] {
        let held = rig.line.hold(request)
        let device = rig.device
        async let reading = device.reading(of: points, patience: .seconds(60))
        await held.waitForRequest()
        rig.line.refuse([4..<5])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        held.letGo()
        return await reading
    }
}
