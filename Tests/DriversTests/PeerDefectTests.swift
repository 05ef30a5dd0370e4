import Codecs
import Drivers
import Metrology
import Profiles
import Testing

/// Defects that other gateways have had, each under the words by which it is known. Each of these tests was
/// seen failing with the line that guards against it taken out; the comment says which.
@Suite(.timeLimit(.minutes(10))) struct PeerDefectTests {
    private static func points(_ addresses: Range<Int>, _ rest: String = "") -> String {
        addresses.map { "  - {id: p\($0), address: \($0), type: uint16, unit: bar\(rest)}" }
            .joined(separator: "\n")
    }

    private func value(_ number: Int) -> PointValue { .decimal(ExactDecimal(Int128(number))) }

    /// ThingsBoard gateway, bytes_modbus_uplink_converter. Seen failing with a part read from its block's
    /// first address instead of its own (`BlockBisection.part`).
    @Test("a failed chunk of a wide range shifts later values")
    func shiftedValues() async throws {
        let rig = try await DeviceRig(
            body: "limits: {registers_per_read: 16}\npoints:\n" + Self.points(0..<48))
        rig.line.set(0, (0..<48).map { 1_000 + UInt16($0) })
        rig.line.refuse([20..<21])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        await rig.pollAndListen(count: 4)
        for address in 0..<48 where address != 20 {
            #expect(rig.last("p\(address)")?.value == value(1_000 + address))
        }
        #expect(rig.last("p20")?.quality == .bad(.refused))
    }

    /// EdgeX device-modbus-go, driver.go. Seen failing without the cap in `ReadPlanner.fits`, and with one
    /// byte a coil in `ReadRequest.replyByteCount`.
    @Test("grouped reads have no cap and coils expect one byte a coil")
    func cappedReadsAndPackedCoils() async throws {
        let coils = (0..<19).map { "  - {id: c\($0), ref: \($0 + 20), enum: {0: off, 1: on}}" }
        let rig = try await DeviceRig(
            body: "points:\n" + Self.points(0..<300) + "\n" + coils.joined(separator: "\n"))
        #expect(
            rig.line.polled == [
                .readCoils(address: 19, count: 19), .readHoldingRegisters(address: 0, count: 125),
                .readHoldingRegisters(address: 125, count: 125),
                .readHoldingRegisters(address: 250, count: 50),
            ])
        // Application Protocol V1.1b3, clause 6.1: coils 20 to 38 are CD 6B 05.
        rig.line.answer(.readCoils(address: 19, count: 19), [0x01, 0x03, 0xCD, 0x6B, 0x05])
        rig.line.poll()
        await rig.listen(forReach: true)
        let expected = [1, 0, 1, 1, 0, 0, 1, 1, 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1]
        for (coil, state) in expected.enumerated() {
            #expect(rig.last("c\(coil)")?.value == .text(state == 1 ? "on" : "off"))
        }
    }

    /// FUXA, devices/modbus. Seen failing without the bad samples of `ModbusDevice.missed`.
    @Test("a failed block keeps old values and the device still says connect-ok")
    func oldValuesOfAFailedBlock() async throws {
        let rig = try await DeviceRig(body: "points:\n" + Self.points(0..<2))
        rig.line.set(0, [7, 8])
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.behave(.refuses(.deviceFailure))
        await rig.pollAndListen(count: 1)
        let latest = await rig.device.latest["p0"]
        #expect(latest?.quality == .bad(.refused) && latest?.value == nil)
        #expect(await rig.device.status.detail.contains("exception 4"))
        rig.line.behave(.isSilent)
        for _ in 0..<2 { await rig.pollAndListen(count: 1) }
        #expect(await rig.device.latest["p0"]?.quality == .bad(.timeout))
        #expect(await rig.device.status.state == .offline)
    }

    /// Telegraf, plugins/inputs/modbus (issue 11782 too). Seen failing with all points of the device made bad
    /// in `ModbusDevice.missed`, and with a return for every failed read in `setUp`.
    @Test("one failed request discards the unit's other good reads")
    func otherReadsSurvive() async throws {
        let rig = try await DeviceRig(
            body: """
                requests:
                  - {id: bad, address: 100, count: 2}
                  - {id: settings, address: 200, count: 2, read: on_connect}
                points:
                  - {id: b, address: 100, type: uint16, unit: bar}
                  - {id: s, address: 200, type: uint16, unit: bar}
                \(Self.points(0..<2))
                """)
        rig.line.set(0, [7, 8])
        rig.line.refuse([100..<101, 200..<201])
        rig.line.poll()
        await rig.listen(forReach: true)
        await rig.pollAndListen(count: 2)
        #expect(rig.last("p0")?.value == value(7))
        #expect(rig.last("b")?.quality == .bad(.refused))
        #expect(rig.last("s")?.quality == .bad(.refused))
        await rig.pollAndListen([0])
        // The failure of another request is none of its own.
        #expect(await rig.device.latest["p0"]?.value == value(7))
    }

    /// Neuron, modbus_req.c: a degraded unit's reads are left out without a word. Seen failing with `demoted`
    /// passed over in `ModbusDevice.take`.
    @Test("skipped reads not marked bad")
    func skippedReadsAreBad() async throws {
        let rig = try await DeviceRig(body: "points:\n" + Self.points(0..<2) + "\n" + Self.points(50..<52))
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.behave(.leavesOut)
        await rig.pollAndListen(count: 2)
        for point in ["p0", "p1", "p50", "p51"] {
            #expect(rig.last(point)?.quality == .bad(.timeout))
            #expect(rig.last(point)?.value == nil)
        }
        #expect(rig.reaches == [true, false])
    }

    /// Telegraf issue 16873 and PLC4X issue 2101: vendors hide holes in their maps and cap their blocks. Seen
    /// failing without `ModbusDevice.noteRefusal`.
    @Test("telegraf#16873, plc4x#2101: one unreadable register fails its whole block for good")
    func hiddenHoles() async throws {
        let rig = try await DeviceRig(body: "points:\n" + Self.points(0..<60))
        rig.line.refuse([17..<19, 40..<41])
        rig.line.poll()
        await rig.listen(forIrregularities: 1)
        #expect(
            rig.irregularities.first?.contains("`holes: [holding 0x0011-0x0012, holding 0x0028]`") == true)
        #expect(
            rig.line.polled == [
                .readHoldingRegisters(address: 0, count: 17), .readHoldingRegisters(address: 19, count: 21),
                .readHoldingRegisters(address: 41, count: 19),
            ])
    }

    /// iot-edge-modbus issue 36: registers of one instant cannot be read. Seen failing with the guard's
    /// comparison taken out of `ReadRequest.assembly`.
    @Test("iot-edge-modbus#36: 400 registers cannot be read atomically")
    func wideGroupsAreOfOneInstant() async throws {
        let rig = try await DeviceRig(
            body: """
                requests:
                  - {id: block, address: 0, count: 400, guard: count}
                points:
                  - {id: count, address: 0, type: uint32, unit: "1"}
                  - {id: first, address: 2, type: uint16, unit: bar}
                  - {id: last, address: 399, type: uint16, unit: bar}
                """)
        rig.line.set(0, [0, 1, 11])
        rig.line.set(399, [11])
        rig.line.poll()
        await rig.listen(forReach: true)
        #expect(rig.last("first")?.value == value(11) && rig.last("last")?.value == value(11))
        // The device goes on to its next instant after the second of five reads.
        rig.line.after(requests: 1) { line in
            line.set(0, [0, 2, 12])
            line.set(399, [12])
        }
        await rig.pollAndListen(count: 1)
        #expect(rig.last("first")?.value == nil && rig.last("last")?.value == nil)
        await rig.pollAndListen(count: 1)
        #expect(rig.last("first")?.value == value(12) && rig.last("last")?.value == value(12))
    }

    /// sunsynk issue 658: one word of a new reply and one of an old. Seen failing with the checks of the
    /// length taken out of `ReadRequest.data` and `ReadRequest.decode`.
    @Test("sunsynk#658: a short reply is mixed with a cached word")
    func shortReply() async throws {
        let rig = try await DeviceRig(
            body: """
                points:
                  - {id: total, address: 0, type: uint32, unit: bar}
                  - {id: next, address: 2, type: uint16, unit: bar}
                """)
        rig.line.set(0, [1, 2, 3])
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.answer(.readHoldingRegisters(address: 0, count: 3), [0x03, 0x04, 0x00, 0x09, 0x00, 0x09])
        await rig.pollAndListen(count: 1)
        #expect(rig.last("total")?.quality == .bad(.malformed) && rig.last("total")?.value == nil)
        #expect(rig.last("next")?.quality == .bad(.malformed))
    }

    /// ThingsBoard gateway issue 2065: a periodic report stamps old values anew. Seen failing with the old
    /// sample and a new stamp in `ModbusDevice.missed`.
    @Test("thingsboard#2065: stale values are stamped anew after the connection is lost")
    func staleValuesAreNotStampedAnew() async throws {
        let rig = try await DeviceRig(
            body: "points:\n" + Self.points(0..<1, ", report: {heartbeat: 200 ms}"))
        rig.line.set(0, [7])
        rig.line.poll()
        await rig.listen(forReach: true)
        let good = try #require(rig.last("p0"))
        rig.line.behave(.isSilent)
        for _ in 0..<3 { rig.line.poll() }
        await rig.listen(forReach: false)
        rig.line.poll()
        await rig.listen(until: { rig.samples("p0").count >= 3 })
        let told = rig.samples("p0")
        #expect(told.filter { $0.quality == .good } == [good], "it is told with its own stamp, once")
        #expect(told.dropFirst().allSatisfy { $0.value == nil && $0.stamp.utc > good.stamp.utc })
    }

    /// Neuron, define.h: a value expires after 60 intervals. Seen failing with 60 periods in
    /// `ModbusDevice.livePoints`.
    @Test("a value may be 59 polls old and look good")
    func liveValuesExpireAfterTwoMissedPolls() async throws {
        let rig = try await DeviceRig(body: "points:\n" + Self.points(0..<1, ", poll: 200 ms"))
        #expect(rig.device.livePoints.map(\.staleAfterNanoseconds) == [500_000_000])
        rig.line.poll()
        await rig.listen(forReach: true)
        // And the first poll that is missed makes it bad, before any age does.
        rig.line.behave(.isSilent)
        await rig.pollAndListen(count: 1)
        #expect(await rig.device.latest["p0"]?.quality == .bad(.timeout))
    }
}
