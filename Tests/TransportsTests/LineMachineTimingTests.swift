import Codecs
import Metrology
import Testing

@testable import Transports

/// When requests leave, and who waits for whom.
@Suite struct LineMachineTimingTests {
    private let value: [UInt8] = [3, 2, 0, 7]

    @Test func aScheduleDoesNotDrift() throws {
        var rig = MachineRig()
        try rig.add([.one(every: 100)])
        rig.take(.opened)
        rig.run(to: 100_000, delay: 7) { _ in value }
        #expect(rig.sent.count == 1_001)
        #expect(rig.sent.allSatisfy { $0.at % 100 == 0 })
        #expect(rig.machine.status.skippedPolls == 0)
    }

    @Test func pollsThatStartApartMeetOnTheGrid() throws {
        var early = MachineRig()
        try early.add([.one(every: 100)])
        early.take(.opened)
        early.run(to: 1_000) { _ in value }
        var late = MachineRig()
        late.clock = 33
        try late.add([.one(every: 100)])
        late.take(.opened)
        late.run(to: 1_000) { _ in value }
        #expect(early.sent.dropFirst().map(\.at) == late.sent.dropFirst().map(\.at))
    }

    @Test func latePollsAreSkippedAndCountedNeverBunched() throws {
        var rig = MachineRig()
        try rig.add([.one(every: 10, timeout: 1_000)])
        rig.take(.opened)
        rig.run(to: 1_000, delay: 35) { _ in value }
        // Asked at 0, then at the first due time after each answer.
        #expect(rig.sent.map(\.at).prefix(4) == [0, 35, 70, 105])
        #expect(rig.machine.status.skippedPolls > 0)
        let total = rig.sent.count + rig.machine.status.skippedPolls
        #expect((98...101).contains(total))
    }

    @Test func aPeriodCanBeSetWhilePolling() throws {
        var rig = MachineRig()
        try rig.add([.one(every: 1_000)])
        rig.take(.opened)
        rig.run(to: 5, delay: 1) { _ in value }
        rig.machine.setPeriod(10_000_000, ofPoll: 0, group: 1, at: rig.now)
        rig.run(to: 105, delay: 1) { _ in value }
        #expect(rig.sent.count == 11)
    }

    @Test func twoSilentUnitsOfTenDoNotHoldUpTheOthers() throws {
        let healthy = try answersOfUnit3(silent: [])
        let beside = try answersOfUnit3(silent: [1, 2])
        // Two units of ten are silent with a time-out of five poll periods: the others lose at most a tenth.
        #expect(Double(beside) > Double(healthy) * 0.9)
    }

    private func answersOfUnit3(silent: Set<UInt8>) throws -> Int {
        var rig = MachineRig()
        try rig.add((1...10).map { .one(Int($0), unit: $0, every: 100, timeout: 500) })
        rig.take(.opened)
        rig.run(to: 120_000) { silent.contains($0.unit) ? nil : value }
        return rig.delivered.count { $0.unit == 3 && $0.outcome == .reply(pdu: value) }
    }

    @Test func aSilentUnitIsDemotedItsOtherPollsGoBadAndItComesBack() throws {
        var rig = MachineRig()
        try rig.add([.one(0, unit: 1), .one(1, unit: 1, address: 9), .one(2, unit: 2)])
        rig.take(.opened)
        rig.run(to: 2_000) { $0.unit == 1 ? nil : value }
        #expect(rig.machine.status.health == [1: .demoted, 2: .good])
        #expect(rig.machine.status.state == .up)
        let told = rig.delivered.filter { $0.unit == 1 && $0.outcome == .failed(.demoted) }
        #expect(told.count == 1)
        #expect(rig.closes == 0)
        let askedBefore = rig.sent.count { $0.transmission.unit == 1 }
        #expect(askedBefore <= 5)
        rig.run(to: 4_000) { _ in value }
        #expect(rig.machine.status.health == [1: .good, 2: .good])
        #expect(rig.delivered.contains { $0.unit == 1 && $0.pollID == 1 && $0.outcome == .reply(pdu: value) })
    }

    @Test(arguments: [false, true])
    func newPollsAndPeriodsOfADemotedUnitWaitForItsProbe(isReplaced: Bool) throws {
        var rig = MachineRig()
        try rig.add([.one(0, unit: 1, timeout: 100)], group: 1)
        try rig.add([.one(0, unit: 2)], group: 2)
        rig.take(.opened)
        rig.run(to: 1_000) { $0.unit == 1 ? nil : value }
        #expect(rig.machine.status.health == [1: .demoted, 2: .good])
        if isReplaced {
            rig.machine.remove(group: 1)
            try rig.add([.one(7, unit: 1, timeout: 100)], group: 1)
            #expect(rig.delivered.last?.pollID == 7)
            #expect(rig.outcomes.last == .failed(.demoted))
        } else {
            rig.machine.setPeriod(10_000_000, ofPoll: 0, group: 1, at: rig.now)
        }
        // Twenty time-outs after its third silence.
        rig.run(to: 2_250) { $0.unit == 1 ? nil : value }
        #expect(rig.sent.count { $0.transmission.unit == 1 } == 3)
        rig.run(to: 4_000) { $0.unit == 1 ? nil : value }
        #expect(rig.sent.count { $0.transmission.unit == 1 } == 4)
    }

    @Test func aGatewaySayingThatAUnitIsSilentCountsAsSilence() throws {
        var rig = MachineRig()
        try rig.add([.one(0, unit: 1, every: 10), .one(1, unit: 2, every: 10)])
        rig.take(.opened)
        rig.run(to: 500) { $0.unit == 1 ? [0x83, 0x0B] : value }
        #expect(rig.machine.status.health == [1: .demoted, 2: .good])
    }

    @Test func transactionsGoAheadButNeverShutPollsOut() throws {
        var rig = MachineRig()
        try rig.add([.one(every: 0)])
        rig.take(.opened)
        for ticket in 1...5 { rig.submit(.readHoldingRegisters(address: 50, count: 1), ticket: ticket) }
        for _ in 0..<10 { rig.reply(value) }
        let addresses = rig.sent.map { $0.transmission.pdu[2] }
        #expect(addresses.prefix(6) == [0, 50, 0, 50, 0, 50])
        #expect(rig.answered.count == 5)
    }

    @Test func tooManyWaitingTransactionsAreRefused() {
        var rig = MachineRig()
        for ticket in 0...256 { rig.submit(.readHoldingRegisters(address: 0, count: 1), ticket: ticket) }
        #expect(rig.answered.keys.sorted() == [256])
    }

    @Test func aTransactionDoesNotWaitForALinkForEver() throws {
        var rig = MachineRig()
        rig.submit(.readHoldingRegisters(address: 0, count: 1), ticket: 1)
        rig.take(.openFailed("refused"))
        for _ in 0..<20 where rig.answered.isEmpty {
            rig.advance(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1)
            rig.take(.openFailed("refused"))
        }
        #expect(rig.answered[1]?.outcome == .failed(.offline("refused")))
        #expect((3_000...3_010).contains(rig.clock))
    }

    @Test func noMoreThanOneDialASecond() throws {
        for seed in UInt64(0)..<50 {
            var rig = MachineRig(seed: seed)
            try rig.add([.one()])
            while rig.clock < 120_000 {
                // Now and then the device accepts and closes at once, which must not bring the next dial
                // forward.
                rig.take(rig.dials.count % 3 == 0 ? .opened : .openFailed("refused"))
                rig.take(.closed("closed"))
                rig.advance(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1)
            }
            let gaps = zip(rig.dials.dropFirst(), rig.dials).map { $0 - $1 }
            #expect(gaps.allSatisfy { $0 >= 1_000 }, "seed \(seed): \(gaps)")
            #expect(gaps.allSatisfy { $0 <= 38_000 }, "seed \(seed): \(gaps)")
            #expect(rig.dials.count < 35)
        }
    }

    @Test func aDeviceThatRestartsIsBackWithinTwoSeconds() throws {
        for seed in UInt64(0)..<50 {
            var rig = MachineRig(seed: seed)
            try rig.add([.one()])
            rig.take(.opened)
            rig.run(to: 60_000) { _ in value }
            rig.take(.closed("reset"))
            while rig.clock < 63_000 {
                rig.advance(to: try #require(rig.machine.wakeAt) / 1_000_000 + 1)
                if rig.clock < 63_000 { rig.take(.openFailed("refused")) }
            }
            #expect(try #require(rig.dials.last) <= 65_000, "seed \(seed)")
        }
    }

    @Test func anOpenLinkThatBringsNothingIsOpenedAnew() throws {
        var rig = MachineRig()
        try rig.add([.one()])
        rig.take(.opened)
        rig.advance(to: 29_900)
        #expect(rig.closes == 0)
        rig.advance(to: 33_000)
        #expect(rig.closes == 1)
        #expect(rig.dials.count == 2)
    }

    @Test func oneMissedAnswerAfterALongQuietKeepsTheLink() throws {
        var rig = MachineRig()
        try rig.add([.one(every: 40_000)])
        rig.take(.opened)
        rig.reply(value)
        rig.advance(to: 41_000)
        #expect(rig.outcomes == [.reply(pdu: value), .failed(.timeout)])
        #expect(rig.closes == 0)
        rig.advance(to: 80_000)
        rig.reply(value)
        // Missed again and again, it is opened anew, however seldom it is asked.
        rig.advance(to: 121_000)
        #expect(rig.closes == 0)
        rig.advance(to: 161_000)
        #expect(rig.closes == 1)
    }

    @Test func openingThatTakesTooLongIsGivenUp() throws {
        var rig = MachineRig()
        try rig.add([.one()])
        rig.advance(to: 3_000)
        #expect(rig.closes == 1)
        #expect(rig.machine.status.state != .up)
        #expect(rig.machine.status.lastError?.contains("3000 ms") == true)
    }

    @Test func framesOfASerialLineAreKeptApart() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 1_145_833))
        try rig.add([.one(every: 0)])
        rig.take(.opened)
        rig.advance(to: 5)
        rig.clock = 20
        rig.reply(value)
        #expect(rig.sent.count == 1)
        // 9,600 baud with 11 bits a character: 3.5 characters are 4.01 ms (Serial Line V1.02, clause
        // 2.5.1.1).
        #expect(rig.machine.wakeAt == Int64(24_010_415))
        rig.advance(to: 25)
        #expect(rig.sent.count == 2)
    }

    @Test func theGapIsNeverBelowThatOf19200Baud() {
        #expect(LineMachine.Settings.rtu(characterNanoseconds: 95_486).gap == 1_750_000)
    }

    @Test func aMissedAnswerOfASerialLineIsWaitedOut() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        try rig.add([.one(every: 0, timeout: 50)])
        rig.take(.opened)
        rig.advance(to: 2 + 99)
        #expect(rig.sent.count == 1)
        rig.take(.noise)
        rig.advance(to: 2 + 99 + 2)
        #expect(rig.sent.count == 2)
        #expect(rig.machine.status.late == 1)
    }

    @Test func aBrokenFrameBehindTheDeadlineDoesNotCutTheQuietShort() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        try rig.add([.one(every: 0, timeout: 50)])
        rig.take(.opened)
        rig.advance(to: 2)
        rig.clock = 2 + 50
        rig.take(.brokenFrame(ModbusError(.checksum, "wrong")))
        #expect(rig.outcomes == [.failed(.timeout)])
        rig.advance(to: 2 + 99)
        #expect(rig.sent.count == 1)
        rig.advance(to: 2 + 100)
        #expect(rig.sent.map(\.at) == [2, 102])
    }

    @Test func whatComesBeforeTheFirstRequestIsNotItsAnswer() throws {
        var rig = MachineRig(.rtuOverTCP)
        try rig.add([.one()])
        rig.take(.opened)
        rig.clock = 1
        #expect(!rig.machine.isWaitingForReply)
        rig.take(.noise)
        rig.advance(to: 2)
        #expect(rig.sent.isEmpty)
        // 1.75 ms behind what came, at the next whole millisecond of the test's clock.
        rig.advance(to: 3)
        #expect(rig.sent.map(\.at) == [3])
        #expect(rig.machine.status.late == 1)
    }

    @Test func aLineThatIsNeverQuietIsReopened() throws {
        var rig = MachineRig(.rtu(characterNanoseconds: 0))
        try rig.add([.one()])
        rig.take(.opened)
        rig.reply(value)
        while rig.clock < 4_000, rig.closes == 0 {
            rig.clock += 1
            rig.take(.noise)
        }
        #expect(rig.closes == 1)
        #expect(rig.machine.status.lastError?.contains("never quiet") == true)
    }
}
