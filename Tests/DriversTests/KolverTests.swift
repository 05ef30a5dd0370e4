import Codecs
import Drivers
import Metrology
import Testing
import Transports

/// A Kolver K-DUCER forgets that a result is new when its flag is read, shows its last result alone, and
/// numbers from 1 after a restart: each result is taken once, and one that is lost is told with its number.
@Suite(.timeLimit(.minutes(10))) struct KolverTests {
    private static let flag = ModbusRequest.readInputRegisters(address: 294, count: 1)
    private static let remedy = "; see whose they were and measure these again"

    /// Registers 295 to 361 by the offsets of the maker's library: torque at 23, angle at 28, id at 59.
    private static func block(_ id: UInt16, torque: UInt16 = 2_741) -> [UInt16] {
        var words = [UInt16](repeating: 0, count: 67)
        words.replaceSubrange(0..<4, with: [0x5341, 0x3130, 0x3139, 0x3700])
        (words[8], words[23], words[28], words[60]) = (1, torque, 44, id)
        return words
    }

    /// The reply to function 4 with such a block.
    private static func reply(_ id: UInt16, torque: UInt16 = 2_741) -> [UInt8] {
        [4, 134] + block(id, torque: torque).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// The tool has tightened and is met; its last durable result was `taken`.
    private func met(_ words: [UInt16], taken: HandshakeMachine.Taken?) async throws -> DeviceRig {
        let rig = try await DeviceRig("kolver-kducer", taken: taken)
        rig.line.set(294, [1] + words)
        rig.line.poll([0])
        await rig.listen(forReach: true)
        return rig
    }

    private static func taken(_ id: UInt16, torque: UInt16 = 2_741) -> HandshakeMachine.Taken {
        .init(sequence: UInt64(id), raw: reply(id, torque: torque))
    }

    /// The reply that says "new" and forgets it at that moment is lost: the result itself is long durable.
    @Test func theReplyWithTheFlagIsLostAndNothingElseWithIt() async throws {
        let rig = try await met(Self.block(2), taken: Self.taken(1))
        rig.line.loseReads(1)
        rig.device.submit(.acknowledge(try #require(rig.results.first)))
        await rig.settle()
        rig.line.set(294, [0])
        for _ in 0..<3 { await rig.pollAndListen([0]) }
        #expect(rig.results.map(\.sequence) == ["2"])
        #expect(rig.irregularities.isEmpty)
    }

    /// Whoever else reads the flag, such as the maker's own program, takes no result away.
    @Test func aFlagThatSomebodyElseHasReadHidesNoResult() async throws {
        let rig = try await met(Self.block(1), taken: Self.taken(1))
        rig.line.set(294, [0] + Self.block(2))
        await rig.pollAndListen([0])
        #expect(rig.results.map(\.sequence) == ["2"])
    }

    @Test func aGatewayThatWasKilledBeforeItsResultWasDurableTakesItOnceAfterwards() async throws {
        let rig = try await met(Self.block(2), taken: Self.taken(1))
        for _ in 0..<3 { await rig.pollAndListen([0]) }
        #expect(rig.results.map(\.sequence) == ["2"])
    }

    @Test func aGatewayThatWasKilledAfterwardsReadsTheFlagAgainAndTellsNothing() async throws {
        let rig = try await met(Self.block(2), taken: Self.taken(2))
        for _ in 0..<3 { await rig.pollAndListen([0]) }
        await rig.settle()
        #expect(rig.results.isEmpty && rig.irregularities.isEmpty)
        #expect(rig.line.requests.count { $0 == Self.flag } == 1)
    }

    @Test func resultsThatWereOverwrittenMeanwhileAreToldWithTheirNumbers() async throws {
        let rig = try await met(Self.block(5), taken: Self.taken(2))
        #expect(rig.results.map(\.sequence) == ["5"])
        let lost = "D-1: 2 result(s) before number 5 never reached this gateway: numbers 3 to 4"
        #expect(rig.irregularities == [lost + Self.remedy])
    }

    @Test func twoScrewsBetweenTwoPollsAreOneResultAndOneThatIsTold() async throws {
        let rig = try await met(Self.block(2), taken: Self.taken(2))
        rig.line.set(294, [1] + Self.block(4))
        await rig.pollAndListen([0])
        #expect(rig.results.map(\.sequence) == ["4"])
        let lost = "D-1: 1 result(s) before number 4 never reached this gateway: number 3"
        #expect(rig.irregularities == [lost + Self.remedy])
    }

    // MARK: The tool restarts

    @Test func afterARestartTheFirstNumberIsANewResult() async throws {
        let rig = try await met(Self.block(1, torque: 2_750), taken: Self.taken(57))
        #expect(rig.results.map(\.sequence) == ["1"])
        #expect(rig.irregularities == ["D-1: result number went back to 1: the device was restarted"])
        #expect(rig.restarts.count == 1)
    }

    @Test func whatWasMadeAndOverwrittenAfterARestartIsToldToo() async throws {
        let rig = try await met(Self.block(3), taken: Self.taken(57))
        #expect(rig.results.map(\.sequence) == ["3"])
        let back = "D-1: result number went back to 3: the device was restarted: since then lost: "
        #expect(rig.irregularities == [back + "numbers 1 to 2" + Self.remedy])
    }

    @Test func theSameNumberWithOtherValuesAfterARestartIsANewResult() async throws {
        let rig = try await met(Self.block(2, torque: 2_750), taken: Self.taken(2))
        #expect(rig.results.map(\.sequence) == ["2"])
        let again = "D-1: result number 2 came again with other values: the device was restarted: "
        #expect(rig.irregularities == [again + "since then lost: number 1" + Self.remedy])
    }

    /// While it was out of reach it restarted and came to the number that was taken last.
    @Test func theSameNumberAfterALossOfReachIsComparedByItsValues() async throws {
        let rig = try await met(Self.block(1), taken: Self.taken(1))
        rig.line.behave(.isSilent)
        for _ in 0..<2 { rig.line.poll() }
        await rig.listen(forReach: false)
        rig.line.behave(.answers)
        rig.line.set(294, [1] + Self.block(1, torque: 2_750))
        rig.line.poll([0])
        await rig.listen(forReach: true, count: 2)
        #expect(rig.results.map(\.sequence) == ["1"])
        #expect(rig.results.first?.samples["torque"]?.value == .decimal(ExactDecimal(2_750)))
    }
}
