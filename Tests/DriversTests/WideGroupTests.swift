import Codecs
import Drivers
import Metrology
import Testing

/// A group wider than one reply: credited only when all its parts came and its guard stood still.
@Suite(.timeLimit(.minutes(10))) struct WideGroupTests {
    private static let body = """
        limits: {registers_per_read: 4}
        requests:
          - {id: wide, address: 0, count: 10, guard: seq}
        points:
          - {id: seq, address: 0, type: uint16, unit: "1"}
          - {id: a, address: 1, type: uint16, unit: bar}
          - {id: b, address: 9, type: uint16, unit: bar}
        """
    private static let reads: [ModbusRequest] = [
        .readHoldingRegisters(address: 4, count: 4), .readHoldingRegisters(address: 8, count: 2),
        .readHoldingRegisters(address: 0, count: 1),
    ]

    @Test func itsPartsAreReadOneBehindTheOtherAndTheGuardAgain() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, [5, 16, 0, 0, 0, 0, 0, 0, 0, 19])
        rig.line.poll()
        await rig.listen(forReach: true)
        await rig.pollAndListen(count: 1)
        #expect(rig.line.polled == [.readHoldingRegisters(address: 0, count: 4)])
        #expect(Array(rig.line.requests.suffix(3)) == Self.reads)
        #expect(rig.last("a")?.value == .decimal(16))
        #expect(rig.last("b")?.value == .decimal(19))
        #expect(rig.last("a")?.stamp == rig.last("b")?.stamp)
    }

    @Test func aGroupWhoseGuardMovedIsTornCountedAndReadAgain() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.set(0, [5, 16, 0, 0, 0, 0, 0, 0, 0, 19])
        rig.line.poll()
        await rig.listen(forReach: true)
        // The device begins a new block while the first part is on its way.
        rig.line.after(requests: 1) { $0.set(0, [6]) }
        await rig.pollAndListen(count: 1)
        #expect(rig.last("a")?.quality == .bad(.malformed))
        #expect(rig.last("b")?.value == nil, "no part of a torn group is credited")
        #expect(await rig.device.status.tornReads == 1)
        #expect(rig.reaches == [true])
        await rig.pollAndListen(count: 1)
        #expect(rig.last("b")?.value == .decimal(19))
        #expect(await rig.device.status.tornReads == 1)
    }

    @Test func aGroupOfWhichOnePartIsMissingIsBadWhole() async throws {
        let rig = try await DeviceRig(body: Self.body)
        rig.line.poll()
        await rig.listen(forReach: true)
        rig.line.loseReads(1)
        await rig.pollAndListen(count: 1)
        #expect(rig.last("a")?.quality == .bad(.timeout))
        #expect(rig.last("b")?.quality == .bad(.timeout))
        rig.line.refuse([8..<9])
        await rig.pollAndListen(count: 1)
        #expect(rig.last("a")?.quality == .bad(.refused))
        #expect(rig.irregularities.isEmpty, "a group is never bisected")
    }
}
