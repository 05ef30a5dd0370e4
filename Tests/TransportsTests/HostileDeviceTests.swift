import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// Devices that do what no device should, each polled beside one that is well; `docs/hostile-devices.md`
/// says the same in words.
@Suite(.timeLimit(.minutes(10))) struct HostileDeviceTests {
    /// One way to misbehave on Modbus TCP.
    struct Behaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What it does in place of an answer; it throws to drop the connection.
        let misbehave: @Sendable (borrowing ScriptedDevice.Connection, ScriptedDevice.Request) throws -> Void
        /// Whether that is what a poll may come to.
        let isExpected: @Sendable (ModbusOutcome) -> Bool
        /// What the status must have counted.
        let counts: @Sendable (LinkStatus) -> Bool
        /// Whether the connection is given up, or at least opened anew.
        var losesLink = false
        /// Short for those that do not answer in time, long for the others, so that a busy machine is none.
        var timeout = Duration.seconds(2)
    }

    private struct Dropped: Error {}

    private static func isMalformed(_ outcome: ModbusOutcome) -> Bool {
        if case .failed(.malformed) = outcome { true } else { false }
    }

    private static func isOffline(_ outcome: ModbusOutcome) -> Bool {
        if case .failed(.offline) = outcome { true } else { false }
    }

    private static func isSilence(_ outcome: ModbusOutcome) -> Bool {
        outcome == .failed(.timeout) || outcome == .failed(.demoted)
    }

    private static func malformed(
        _ name: String, _ pdu: @escaping @Sendable (ScriptedDevice.Request) -> [UInt8]
    ) -> Behaviour {
        Behaviour(
            testDescription: name, misbehave: { try $0.write($1.reply(pdu($1))) }, isExpected: isMalformed,
            counts: { $0.malformed >= 3 })
    }

    static let behaviours: [Behaviour] = [
        Behaviour(
            testDescription: "answers exceptions for ever", misbehave: { try $0.write($1.reply([0x83, 2])) },
            isExpected: { $0 == .exception(.illegalAddress) },
            counts: { $0.exceptions >= 3 && $0.health[1] == .good }),
        Behaviour(
            testDescription: "trickles bytes slower than the time-out",
            misbehave: { connection, request in
                for byte in request.echo {
                    try connection.write([byte])
                    usleep(20_000)
                }
            }, isExpected: isSilence, counts: { $0.timeouts >= 3 && $0.late >= 1 },
            timeout: .milliseconds(100)),
        Behaviour(
            testDescription: "accepts and never answers", misbehave: { _, _ in }, isExpected: isSilence,
            counts: { $0.timeouts >= 3 && $0.health[1] == .demoted }, timeout: .milliseconds(100)),
        Behaviour(
            testDescription: "sends 64 KB of garbage",
            misbehave: { connection, _ in try connection.write(Array(repeating: 0x55, count: 65_536)) },
            isExpected: { isMalformed($0) || isOffline($0) }, counts: { $0.malformed >= 1 }, losesLink: true),
        Behaviour(
            testDescription: "sends garbage before its answer",
            misbehave: { try $0.write([0xDE, 0xAD, 0xBE, 0xEF] + $1.echo) },
            isExpected: { isMalformed($0) || isOffline($0) }, counts: { $0.malformed >= 1 }, losesLink: true),
        Behaviour(
            testDescription: "resets the connection in place of an answer",
            misbehave: { connection, _ in
                var lingering = linger(l_onoff: 1, l_linger: 0)
                setsockopt(
                    connection.descriptor.number, SOL_SOCKET, SO_LINGER, &lingering,
                    socklen_t(MemoryLayout<linger>.size))
                throw Dropped()
            }, isExpected: isOffline, counts: { $0.state != .stopped && $0.lastError != nil },
            losesLink: true),
        Behaviour(
            testDescription: "closes the connection in place of an answer",
            misbehave: { _, _ in throw Dropped() }, isExpected: isOffline,
            counts: { $0.lastError == "the device closed the connection" || $0.state == .connecting },
            losesLink: true),
        malformed("answers another function") { [4] + $0.echo.dropFirst(8) },
        malformed("answers another count") { _ in [3, 4, 1, 2, 3, 4] },
        malformed("announces more than it sends") { _ in [3, 2, 1] },
        malformed("sends more than it announces") { _ in [3, 2, 1, 2, 3] },
        malformed("answers with the exception of another function") { _ in [0x84, 2] },
        malformed("answers an exception without a code") { _ in [0x83] },
        Behaviour(
            testDescription: "answers as another unit",
            misbehave: { try $0.write($1.reply([3, 2, 9, 9], unit: 77)) }, isExpected: isSilence,
            counts: { $0.foreign >= 1 && $0.timeouts >= 3 }, timeout: .milliseconds(100)),
        Behaviour(
            testDescription: "answers with another transaction number",
            misbehave: { try $0.write($1.reply([3, 2, 9, 9], transaction: [$1.transaction[0] ^ 0x80, 0])) },
            isExpected: isSilence, counts: { $0.foreign >= 1 && $0.timeouts >= 3 },
            timeout: .milliseconds(100)),
    ]

    private func poll(timeout: Duration = .seconds(2)) -> ModbusPoll {
        ModbusPoll(
            id: 0, unit: 1, request: .readHoldingRegisters(address: 0x0102, count: 1),
            period: .milliseconds(10), timeout: timeout)
    }

    /// No value of it is credited, its counter moves, the other device is not disturbed, and it is good
    /// again within the time that the page states once it behaves.
    @Test(arguments: behaviours) func itCreditsNothingAndHarmsNobody(_ behaviour: Behaviour) async throws {
        let isHostile = Guarded(true)
        let hostile = try ScriptedDevice { connection in
            while let request = try connection.next() {
                try isHostile.withLock({ $0 })
                    ? behaviour.misbehave(connection, request) : connection.write(request.echo)
            }
        }
        let healthy = try ScriptedDevice { $0.echo }
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1)
        let line = engine.line(host: "127.0.0.1", port: hostile.port)
        let other = engine.line(host: "127.0.0.1", port: healthy.port)
        var (stream, others) = (ExchangeStream(), ExchangeStream())
        try other.start(polls: [poll()], deliver: others.deliver)
        try line.start(polls: [poll(timeout: behaviour.timeout)], deliver: stream.deliver)

        var outcomes: [ModbusOutcome] = []
        let wanted = behaviour.losesLink ? 2 : 3
        while outcomes.count < wanted || !behaviour.counts(line.status) {
            outcomes.append(try await stream.next().outcome)
        }
        #expect(outcomes.allSatisfy(behaviour.isExpected), "\(outcomes)")
        #expect(line.status.replies == 0)
        #expect(behaviour.losesLink || line.status.dials == 1)

        let healed = SystemTime().now().monotonicNanoseconds
        isHostile.withLock { $0 = false }
        let good = try await stream.first { $0.replyPDU != nil }
        #expect(good.outcome == .reply(pdu: [3, 2, 1, 2]))
        // A probe or a dial is due within a second and its jitter; the rest is for a busy machine.
        #expect(good.stamp.monotonicNanoseconds - healed < 4_000_000_000)

        await line.stop()
        #expect(try await others.next().outcome == .reply(pdu: [3, 2, 1, 2]))
        #expect(other.status.replies >= 3)
        #expect(other.status.timeouts == 0 && other.status.discarded == 0 && other.status.dials == 1)
        await engine.stop()
        hostile.stop()
        healthy.stop()
    }

    /// The answer stands before the garbage, so it is credited; then the connection is opened anew.
    @Test func garbageBehindAnAnswerCostsTheConnectionAndNotTheValue() async throws {
        let device = try ScriptedDevice { connection in
            while let request = try connection.next() {
                try connection.write(
                    request.echo + (connection.number == 0 ? [0xDE, 0xAD, 0xBE, 0xEF] : []))
            }
        }
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1)
        let line = engine.line(host: "127.0.0.1", port: device.port)
        var stream = ExchangeStream()
        try line.start(polls: [poll()], deliver: stream.deliver)
        #expect(try await stream.next().outcome == .reply(pdu: [3, 2, 1, 2]))
        _ = try await stream.first { Self.isOffline($0.outcome) }
        #expect(try await stream.first { $0.replyPDU != nil }.outcome == .reply(pdu: [3, 2, 1, 2]))
        #expect(line.status.malformed == 1)
        #expect(line.status.dials == 2)
        await engine.stop()
        device.stop()
    }

    /// A device with room for one connection is asked over one, whatever number of units and callers.
    @Test func aDeviceWithOneConnectionServesAllItsUnits() async throws {
        let connections = Guarded(0)
        let device = try ScriptedDevice { connection in
            connections.withLock { $0 += 1 }
            while let request = try connection.next() { try connection.write(request.echo) }
        }
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1)
        let line = engine.line(host: "127.0.0.1", port: device.port)
        var streams: [ExchangeStream] = []
        for unit in UInt8(1)...4 {
            let stream = ExchangeStream()
            try line.start(
                polls: [
                    ModbusPoll(
                        id: 0, unit: unit, request: .readHoldingRegisters(address: 0x0102, count: 1),
                        period: .milliseconds(5), timeout: .seconds(2))
                ], deliver: stream.deliver)
            streams.append(stream)
        }
        for index in streams.indices {
            for _ in 0..<5 {
                #expect(try await streams[index].next().outcome == .reply(pdu: [3, 2, 1, 2]))
            }
        }
        await engine.stop()
        device.stop()
        #expect(connections.withLock { $0 } == 1)
    }
}
