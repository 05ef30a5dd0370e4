import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// What units need of a serial line that libmodbus serves, seen at the far end of a pseudoterminal.
@Suite(.timeLimit(.minutes(10))) struct SerialTimingTests {
    /// KRAL BEM 500: total A1, 902.70.
    private static let kralReply = Hex.bytes("0103040001609E025B") ?? []
    private let request = ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2)
    private let value = ModbusOutcome.reply(pdu: [3, 4, 0, 1, 0x60, 0x9E])

    private func settings(_ path: String, echo: Bool = false) -> SerialSettings {
        var settings = SerialSettings(path: path, baud: 115_200, parity: .none)
        settings.hasLocalEcho = echo
        return settings
    }

    @Test func theLineIsQuietLongerWhereTheUnitChanges() async throws {
        let clock = SystemTime()
        let answered = Guarded<(unit: UInt8, at: Int64)?>(nil)
        let gaps = Guarded<(same: [Int64], changed: [Int64])>(([], []))
        let slave = try ScriptedSlave { _, request, device in
            let now = clock.now().monotonicNanoseconds
            if let last = answered.withLock({ $0 }) {
                gaps.withLock { gaps in
                    if last.unit == request[0] {
                        gaps.same.append(now - last.at)
                    } else {
                        gaps.changed.append(now - last.at)
                    }
                }
            }
            answered.withLock { $0 = (request[0], clock.now().monotonicNanoseconds) }
            try device.write(ModbusRTUFrame(unit: request[0], pdu: [3, 4, 0, 1, 0x60, 0x9E]).bytes)
        }
        let line = try SerialModbusLine.line(on: settings(slave.path), time: clock, seed: 1)
        line.setTiming(UnitTiming(switchDelay: 15_000_000), of: 2)
        var stream = ExchangeStream()
        let polls = [UInt8(1), 1, 2, 2].enumerated().map { index, unit in
            ModbusPoll(id: index, unit: unit, request: request, period: .zero, timeout: .seconds(2))
        }
        try line.start(polls: polls, deliver: stream.deliver)
        for _ in 0..<24 { #expect(try await stream.next().outcome == value) }
        await line.stop()
        slave.stop()
        let seen = gaps.withLock { $0 }
        #expect(try #require(seen.changed.min()) >= 15_000_000)
        #expect(try #require(seen.same.min()) >= 1_750_000)
        #expect(try #require(seen.same.min()) < 15_000_000)
    }

    @Test func ourOwnEchoIsTakenOff() async throws {
        let slave = try ScriptedSlave { _, request, device in try device.write(request + Self.kralReply) }
        let line = try SerialModbusLine.line(
            on: settings(slave.path, echo: true), time: SystemTime(), seed: 1)
        for _ in 0..<3 {
            #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        }
        await line.stop()
        slave.stop()
        #expect(line.status.late == 0)
    }

    @Test func anEchoThatDiffersIsACollisionAndOneThatIsMissingIsSaid() async throws {
        let slave = try ScriptedSlave { count, request, device in
            switch count {
            case 0: try device.write(request.map { $0 ^ 1 } + Self.kralReply)
            case 1: break
            default: try device.write(request + Self.kralReply)
            }
        }
        let line = try SerialModbusLine.line(
            on: settings(slave.path, echo: true), time: SystemTime(), seed: 1)
        for word in ["somebody else", "has no echo"] {
            let broken = await line.transact(request, unit: 1, timeout: .milliseconds(100))
            guard case .failed(.malformed(let error)) = broken.outcome, error.what.contains(word) else {
                Issue.record("\(broken.outcome)")
                return
            }
        }
        #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        await line.stop()
        slave.stop()
    }

    @Test func withoutTheOptionAnEchoIsNoAnswer() async throws {
        let slave = try ScriptedSlave { _, request, device in try device.write(request) }
        let line = try SerialModbusLine.line(on: settings(slave.path), time: SystemTime(), seed: 1)
        let exchange = await line.transact(request, unit: 1, timeout: .milliseconds(100))
        #expect(exchange.replyPDU == nil)
        await line.stop()
        slave.stop()
    }

    @Test func whatIsWrittenToAllUnitsAwaitsNoAnswer() async throws {
        let seen = Guarded<[[UInt8]]>([])
        let slave = try ScriptedSlave { _, request, device in
            seen.withLock { $0.append(request) }
            if request[0] != 0 { try device.write(Self.kralReply) }
        }
        let line = try SerialModbusLine.line(on: settings(slave.path), time: SystemTime(), seed: 1)
        let broadcast = await line.transact(
            .writeRegister(address: 1, value: 3), unit: 0, timeout: .seconds(30))
        #expect(broadcast.outcome == .sent)
        #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        await line.stop()
        slave.stop()
        // Serial Line V1.02: unit 0, function 6, register 1, value 3; the CRC by pymodbus.
        #expect(seen.withLock { $0.first } == Hex.bytes("00060001000399DA"))
    }

    @Test func theRequestBehindOneToAllUnitsLeavesInTime() async throws {
        let slave = try ScriptedSlave { _, request, device in
            if request[0] != 0 { try device.write(Self.kralReply) }
        }
        let line = try SerialModbusLine.line(on: settings(slave.path), time: SystemTime(), seed: 1)
        var stream = ExchangeStream()
        let poll = ModbusPoll(id: 0, unit: 1, request: request, period: .zero, timeout: .seconds(2))
        try line.start(polls: [poll], deliver: stream.deliver)
        #expect(try await stream.next().outcome == value)
        let broadcast = await line.transact(
            .writeRegister(address: 1, value: 3), unit: 0, timeout: .seconds(30))
        #expect(broadcast.outcome == .sent)
        let end = broadcast.stamp.monotonicNanoseconds
        let next = try await stream.first { $0.stamp.monotonicNanoseconds > end }
        #expect(next.outcome == value)
        await line.stop()
        slave.stop()
        #expect(line.status.timeouts == 0 && line.status.late == 0)
    }

    @Test func aReadThatLostItsAnswerIsAskedAgain() async throws {
        let slave = try ScriptedSlave { count, _, device in if count > 0 { try device.write(Self.kralReply) }
        }
        let line = try SerialModbusLine.line(on: settings(slave.path), time: SystemTime(), seed: 1)
        line.setTiming(UnitTiming(retries: 1), of: 1)
        #expect(await line.transact(request, unit: 1, timeout: .milliseconds(500)).outcome == value)
        await line.stop()
        slave.stop()
        #expect(line.status.retries == 1)
    }
}
