import Codecs
import Metrology
import Testing

@testable import Transports

/// What units need: more tries, quiet, a line that is free for others.
@Suite struct LineMachinePacingTests {
    private let value: [UInt8] = [3, 2, 0, 7]

    private func opened(
        _ polls: [ModbusPoll], over settings: LineMachine.Settings = .tcp, timing: UnitTiming
    ) throws -> MachineRig {
        var rig = MachineRig(settings)
        rig.machine.setTiming(timing, of: 1)
        try rig.add(polls)
        rig.take(.opened)
        return rig
    }

    // MARK: More tries

    @Test func aReadThatBroughtNothingIsAskedAgainAndOnlyTheAnswerIsTold() throws {
        var rig = try opened([.one(timeout: 50)], timing: UnitTiming(retries: 1))
        let first = try #require(rig.lastSent)
        rig.advance(to: 50)
        #expect(rig.sent.count == 2)
        #expect(rig.lastSent?.transaction != first.transaction)
        #expect(rig.delivered.isEmpty)
        rig.reply(value)
        #expect(rig.outcomes == [.reply(pdu: value)])
        #expect(rig.machine.status.retries == 1)
        #expect(rig.machine.status.health == [1: .good])
    }

    @Test func aPollFailsOnceWhenAllItsTriesAreUsedUp() throws {
        var rig = try opened([.one(every: 1_000, timeout: 50)], timing: UnitTiming(retries: 2))
        rig.advance(to: 900)
        #expect(rig.sent.map(\.at) == [0, 50, 100])
        #expect(rig.outcomes == [.failed(.timeout)])
        #expect(rig.machine.status.health == [1: .suspect])
        rig.advance(to: 1_010)
        #expect(rig.sent.count == 4)
    }

    @Test func aBrokenFrameIsAskedAgainToo() throws {
        var rig = try opened(
            [.one()], over: .rtu(characterNanoseconds: 0), timing: UnitTiming(retries: 1))
        rig.advance(to: 2)
        rig.take(.brokenFrame(ModbusError(.checksum, "wrong")))
        rig.advance(to: 60)
        rig.reply(value)
        #expect(rig.outcomes == [.reply(pdu: value)])
    }

    @Test func aWriteIsNeverRepeatedByTheLine() throws {
        for request in [
            ModbusRequest.writeRegister(address: 1, value: 2), .writeCoil(address: 1, on: true),
            .maskWriteRegister(address: 1, and: 0, or: 1),
            .readWriteRegisters(readAddress: 0, readCount: 1, writeAddress: 0, values: [1]),
        ] {
            var rig = try opened([], timing: UnitTiming(retries: 5))
            rig.submit(request, ticket: 1)
            rig.take(.opened)
            rig.advance(to: 2_000)
            #expect(rig.sent.count == 1)
            #expect(rig.answered[1]?.outcome == .failed(.timeout))
        }
    }

    @Test func aSingleReadIsAskedAgain() throws {
        var rig = try opened([], timing: UnitTiming(retries: 1))
        rig.submit(.readHoldingRegisters(address: 0, count: 1), ticket: 1)
        rig.take(.opened)
        rig.advance(to: 100)
        rig.reply(value)
        #expect(rig.sent.count == 2)
        #expect(rig.answered[1]?.outcome == .reply(pdu: value))
    }

    @Test func triesOfASilentUnitLetTheOthersGoFirst() throws {
        var rig = try opened(
            [.one(0, unit: 1, every: 10_000, timeout: 50), .one(1, unit: 2, every: 10)],
            timing: UnitTiming(retries: 3))
        rig.run(to: 300) { $0.unit == 1 ? nil : value }
        let order = rig.sent.map { $0.transmission.unit }
        #expect(order.count { $0 == 1 } == 4)
        #expect(!zip(order, order.dropFirst()).contains { $0 == (1, 1) })
    }

    @Test func aUnitThatIsOnlyProbedIsNotAskedAgain() throws {
        var rig = try opened([.one(every: 100, timeout: 50)], timing: UnitTiming(retries: 1))
        rig.advance(to: 400)
        #expect(rig.machine.status.health == [1: .demoted])
        let before = rig.sent.count
        rig.advance(to: 5_000)
        // One probe a second, each a single request.
        let probes = rig.sent.dropFirst(before).map(\.at)
        #expect(probes.count >= 3)
        #expect(zip(probes.dropFirst(), probes).allSatisfy { $0 - $1 >= 1_000 })
    }

    // MARK: Quiet

    @Test func aPauseIsTheUnitsAloneAndOthersAreAskedMeanwhile() throws {
        var rig = MachineRig()
        rig.machine.setTiming(UnitTiming(pause: 20_000_000), of: 1)
        try rig.add([.one(0, unit: 1, every: 0), .one(1, unit: 1, every: 0), .one(2, unit: 2, every: 0)])
        rig.take(.opened)
        rig.run(to: 500, delay: 3) { _ in value }
        let slow = rig.sent.filter { $0.transmission.unit == 1 }.map(\.at)
        let fast = rig.sent.filter { $0.transmission.unit == 2 }.map(\.at)
        // From the answer, 3 ms after the request.
        #expect(zip(slow.dropFirst(), slow).allSatisfy { $0 - $1 >= 23 })
        #expect(slow.count >= 18)
        #expect(fast.count > 100)
    }

    @Test func aPausedUnitDoesNotHoldUpSingleRequestsToOthers() throws {
        var rig = try opened([.one(every: 10_000)], timing: UnitTiming(pause: 50_000_000))
        rig.reply(value)
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 1, ticket: 1)
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 2, ticket: 2)
        #expect(rig.lastSent?.unit == 2)
        rig.reply(value)
        rig.advance(to: 50)
        #expect(rig.lastSent?.unit == 1)
        rig.reply(value)
        #expect(rig.answered.count == 2)
    }

    @Test func theLineIsQuietLongerWhereTheUnitChanges() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        rig.machine.setTiming(UnitTiming(switchDelay: 30_000_000), of: 2)
        try rig.add([
            .one(0, unit: 1, every: 0), .one(1, unit: 1, every: 0), .one(2, unit: 2, every: 0),
            .one(3, unit: 3, every: 0),
        ])
        rig.take(.opened)
        rig.run(to: 2_000, delay: 3) { _ in value }
        for (next, last) in zip(rig.sent.dropFirst(), rig.sent) {
            let quiet = next.at - last.at - 3
            let units = [next.transmission.unit, last.transmission.unit]
            let changes = units[0] != units[1] && units.contains(2)
            // 1.75 ms, at the next whole millisecond of the test's clock.
            #expect(changes ? quiet == 30 : quiet == 2, "\(units)")
        }
    }

    @Test func pollsOfOneUnitDoNotShutOutARequestToAnother() throws {
        var rig = MachineRig()
        rig.machine.setTiming(UnitTiming(switchDelay: 30_000_000), of: 2)
        try rig.add([.one(unit: 1, every: 0)])
        rig.take(.opened)
        rig.run(to: 100, delay: 3) { _ in value }
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 2, ticket: 1)
        rig.run(to: 200, delay: 3) { _ in value }
        #expect(rig.answered[1]?.outcome == .reply(pdu: value))
        #expect(rig.sent.count { $0.at >= 170 } >= 5)
    }

    @Test func aRequestOutlivesThePauseOfItsUnit() throws {
        var rig = try opened([.one(every: 60_000)], timing: UnitTiming(pause: 5_000_000_000))
        rig.reply(value)
        for ticket in 1...3 { rig.submit(.readHoldingRegisters(address: 0, count: 1), ticket: ticket) }
        rig.run(to: 12_000) { _ in value }
        #expect(rig.sent.map(\.at) == [0, 5_000, 10_001])
        #expect((1...2).allSatisfy { rig.answered[$0]?.outcome == .reply(pdu: value) })
        // 3 s, and two pauses; the third could leave at 15 s only.
        #expect(rig.machine.wakeAt == 13_000_000_000)
        rig.advance(to: 13_000)
        #expect(rig.answered[3]?.outcome == .failed(.refused("others kept the line busy")))
    }

    @Test func aRequestOutlivesTheQuietBeforeItsUnit() throws {
        var rig = MachineRig()
        rig.machine.setTiming(UnitTiming(switchDelay: 4_000_000_000), of: 2)
        try rig.add([.one(unit: 1, every: 0)])
        rig.take(.opened)
        rig.run(to: 100) { _ in value }
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 2, ticket: 1)
        rig.run(to: 5_000) { _ in value }
        #expect(rig.answered[1]?.outcome == .reply(pdu: value))
    }

    // MARK: All units at once

    @Test func whatIsWrittenToAllUnitsAwaitsNoAnswerButTheTurnaround() {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        rig.submit(.writeRegister(address: 1, value: 2), unit: 0, ticket: 1)
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 1, ticket: 2)
        rig.take(.opened)
        rig.advance(to: 50)
        rig.reply([6, 0, 1, 0, 2], unit: 0)
        #expect(rig.answered.isEmpty)
        rig.advance(to: 102)
        #expect(rig.answered[1]?.outcome == .sent)
        #expect(rig.sent.count == 1)
        rig.advance(to: 104)
        #expect(rig.sent.map(\.at) == [2, 104])
        #expect(rig.machine.status.timeouts == 0)
        #expect(rig.machine.status.health.isEmpty)
    }

    @Test func nothingIsReadFromAllUnits() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        rig.submit(.readHoldingRegisters(address: 0, count: 1), unit: 0, ticket: 1)
        guard case .failed(.refused(let why)) = rig.answered[1]?.outcome else {
            Issue.record("a read of unit 0 was taken")
            return
        }
        #expect(why.contains("unit 0"))
        #expect(throws: TransportError.self) { try rig.add([.one(unit: 0)]) }
    }

    @Test func unit0OfATCPDeviceIsAUnitLikeAnyOther() throws {
        var rig = MachineRig()
        try rig.add([.one(unit: 0)])
        rig.take(.opened)
        rig.reply(value)
        #expect(rig.outcomes == [.reply(pdu: value)])
    }

    // MARK: Closed between rounds

    @Test func aLinkIsClosedAfterItsRoundAndOpenedForTheNext() throws {
        var rig = try opened(
            [.one(0, every: 10_000), .one(1, address: 9, every: 60_000)],
            timing: UnitTiming(closesAfterPoll: true))
        for _ in 0..<2 { rig.reply(value) }
        #expect(rig.closes == 0)
        rig.advance(to: 100)
        #expect(rig.closes == 1)
        #expect(rig.machine.status.state == .resting)
        rig.advance(to: 9_999)
        #expect(rig.dials == [0])
        rig.advance(to: 10_000)
        #expect(rig.dials == [0, 10_000])
        rig.take(.opened)
        // The slow poll keeps its time, though the link was opened anew.
        #expect(rig.sent.map(\.at) == [0, 0, 10_000])
        #expect(rig.outcomes.allSatisfy { $0 == .reply(pdu: value) })
    }

    @Test func aLinkDoesNotRestWhileALateAnswerMayCome() throws {
        var rig = try opened(
            [.one(every: 10_000, timeout: 500)], over: .rtuOverTCP, timing: UnitTiming(closesAfterPoll: true))
        rig.advance(to: 1_000)
        #expect(rig.outcomes == [.failed(.timeout)])
        #expect(rig.closes == 0)
        rig.advance(to: 1_002)
        #expect(rig.closes == 1)
    }

    @Test(arguments: [(200, 0), (1_000, 0), (2_000, 30)] as [(Int64, Int)])
    func noPollIsMadeLateByClosing(period: Int64, closesAtLeast: Int) throws {
        var rig = try opened([.one(every: period)], timing: UnitTiming(closesAfterPoll: true))
        while rig.clock < 62_000 {
            rig.run(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1) { _ in value }
            if rig.machine.status.state == .connecting { rig.take(.opened) }
        }
        #expect(rig.sent.dropFirst().allSatisfy { $0.at % period <= 1 })
        #expect(Int64(rig.sent.count) >= 62_000 / period)
        #expect(rig.machine.status.skippedPolls == 0)
        // A poll once a second or more often keeps the connection: it could not be dialed again in time.
        #expect(closesAtLeast == 0 ? rig.closes == 0 : rig.closes >= closesAtLeast)
        #expect(zip(rig.dials.dropFirst(), rig.dials).allSatisfy { $0 - $1 >= 1_000 })
    }

    @Test func aSingleRequestWakesARestingLink() throws {
        var rig = try opened([.one(every: 60_000)], timing: UnitTiming(closesAfterPoll: true))
        rig.reply(value)
        rig.advance(to: 200)
        rig.submit(.readHoldingRegisters(address: 5, count: 1), ticket: 1)
        rig.advance(to: 999)
        #expect(rig.dials == [0])
        rig.advance(to: 1_000)
        #expect(rig.dials == [0, 1_000])
        rig.take(.opened)
        rig.reply(value)
        #expect(rig.answered[1]?.outcome == .reply(pdu: value))
    }

    @Test func aDeviceThatIsGoneWhenARestingLinkReturnsIsOffline() throws {
        var rig = try opened([.one(every: 10_000)], timing: UnitTiming(closesAfterPoll: true))
        rig.reply(value)
        rig.advance(to: 10_000)
        rig.take(.openFailed("refused"))
        #expect(rig.outcomes == [.reply(pdu: value), .failed(.offline("refused"))])
        rig.advance(to: 12_000)
        rig.take(.opened)
        // Back after a loss: asked at once.
        #expect(rig.sent.last?.at == 12_000)
    }
}
