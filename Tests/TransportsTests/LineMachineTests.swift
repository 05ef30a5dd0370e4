import Codecs
import Metrology
import Testing

@testable import Transports

/// Whose reply a reply is, and what becomes of the others.
@Suite struct LineMachineTests {
    private let value: [UInt8] = [3, 2, 0, 7]

    private func opened(_ polls: [ModbusPoll] = [.one()]) throws -> MachineRig {
        var rig = MachineRig()
        try rig.add(polls)
        rig.take(.opened)
        return rig
    }

    @Test func aReplyGoesToItsPoll() throws {
        var rig = try opened()
        rig.clock = 3
        rig.reply(value)
        #expect(rig.outcomes == [.reply(pdu: value)])
        #expect(rig.delivered[0].pollID == 0)
        #expect(rig.delivered[0].stamp == rig.now)
        #expect(rig.delivered[0].sent?.monotonicNanoseconds == 0)
        #expect(rig.machine.status.replies == 1)
        #expect(rig.machine.status.health == [1: .good])
    }

    @Test func onlyOneRequestIsUnderWay() throws {
        var rig = try opened([.one(0), .one(1), .one(2)])
        #expect(rig.sent.count == 1)
        rig.reply(value)
        #expect(rig.sent.count == 2)
    }

    @Test func aLateReplyIsDiscardedAndTheNextRequestKeepsItsOwn() throws {
        var rig = try opened([.one(0, every: 0, timeout: 50)])
        let first = try #require(rig.lastSent)
        rig.advance(to: 50)
        #expect(rig.outcomes == [.failed(.timeout)])
        let second = try #require(rig.lastSent)
        #expect(second.transaction != first.transaction)
        #expect(rig.machine.isWaiting(for: second) && !rig.machine.isWaiting(for: first))
        rig.take(.frame(transaction: first.transaction, unit: 1, pdu: [3, 2, 0xDE, 0xAD]))
        #expect(rig.delivered.count == 1)
        #expect(rig.machine.status.late == 1)
        rig.reply(value)
        #expect(rig.outcomes.last == .reply(pdu: value))
    }

    @Test func aReplyAfterItsDeadlineIsLateEvenBeforeTheTimerRan() throws {
        var rig = try opened()
        rig.clock = 50
        rig.reply(value)
        #expect(rig.outcomes == [.failed(.timeout)])
        #expect(rig.machine.status.late == 1)
        #expect(rig.machine.status.replies == 0)
    }

    @Test func aNumberThatMayStillBeAnsweredIsNotUsedAgain() throws {
        var rig = try opened([.one(0, every: 0, timeout: 50)])
        let lost = try #require(rig.lastSent?.transaction)
        rig.advance(to: 50)
        for _ in 0..<70_000 {
            #expect(rig.lastSent?.transaction != lost)
            rig.reply(value)
        }
        #expect(rig.machine.status.replies == 70_000)
    }

    @Test func aReplyOfAnotherUnitOrToAnotherRequestIsPassedOver() throws {
        var rig = try opened()
        let asked = try #require(rig.lastSent)
        rig.reply(value, unit: 9)
        rig.reply(value, transaction: asked.transaction &+ 77)
        #expect(rig.delivered.isEmpty)
        #expect(rig.machine.status.foreign == 2)
        rig.reply(value)
        #expect(rig.outcomes == [.reply(pdu: value)])
    }

    @Test(arguments: [[3, 2, 0], [3, 4, 0, 1, 0, 2], [4, 2, 0, 7], []] as [[UInt8]])
    func aWrongReplyIsNeverAValue(pdu: [UInt8]) throws {
        var rig = try opened()
        rig.reply(pdu)
        guard case .failed(.malformed) = rig.outcomes.first else {
            Issue.record("\(rig.outcomes)")
            return
        }
        #expect(rig.machine.status.malformed == 1)
        #expect(rig.machine.status.state == .up)
    }

    @Test func anExceptionIsDeliveredAndTheUnitIsWell() throws {
        var rig = try opened()
        rig.reply([0x83, 2])
        #expect(rig.outcomes == [.exception(.illegalAddress)])
        #expect(rig.machine.status.health == [1: .good])
    }

    @Test func aBrokenStreamClosesTheLinkAndFailsTheRequest() throws {
        var rig = try opened()
        rig.take(.brokenStream(ModbusError(.framing, "the protocol id is not 0")))
        guard case .failed(.malformed) = rig.outcomes.first else {
            Issue.record("\(rig.outcomes)")
            return
        }
        #expect(rig.closes == 1)
        #expect(rig.machine.status.state == .down)
    }

    @Test func lossTellsEachPollOnceAndReturnAsksThemAllAtOnce() throws {
        var rig = try opened([.one(0), .one(1), .one(2, unit: 2)])
        rig.reply(value)
        rig.take(.closed("reset"))
        #expect(rig.delivered.dropFirst().map(\.pollID).compactMap(\.self).sorted() == [0, 1, 2])
        #expect(rig.outcomes.dropFirst().allSatisfy { $0 == .failed(.offline("reset")) })
        for _ in 0..<5 {
            rig.advance(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1)
            rig.take(.openFailed("refused"))
        }
        #expect(rig.delivered.count == 4)
        rig.advance(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1)
        rig.take(.opened)
        let before = rig.sent.count
        rig.reply(value)
        rig.reply(value)
        #expect(rig.sent.count == before + 2)
    }

    @Test func aPollAddedWhileTheLinkIsDownIsToldAtOnce() throws {
        var rig = MachineRig()
        try rig.add([.one(0)])
        rig.take(.openFailed("refused"))
        try rig.add([.one(5)], group: 2)
        #expect(rig.delivered.last?.pollID == 5)
        #expect(rig.outcomes.last == .failed(.offline("refused")))
    }

    @Test func stoppingFailsAllThatWaits() throws {
        var rig = try opened()
        rig.submit(.writeRegister(address: 1, value: 2), ticket: 4)
        rig.stop()
        #expect(rig.closes == 1)
        #expect(rig.answered[4]?.outcome == .failed(.refused("the link was stopped")))
        rig.submit(.writeRegister(address: 1, value: 2), ticket: 5)
        #expect(rig.answered[5]?.outcome == .failed(.refused("the link was stopped")))
        #expect(rig.machine.wakeAt == nil)
    }
}
