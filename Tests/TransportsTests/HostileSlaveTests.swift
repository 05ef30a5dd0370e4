import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// Units of a serial line that do what no unit should, each beside one that is well on the same line;
/// `docs/hostile-devices.md` says the same in words.
@Suite(.timeLimit(.minutes(10))) struct HostileSlaveTests {
    /// One way to misbehave on Modbus RTU.
    struct Behaviour: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// What the unit sends in place of `good`, its true answer.
        let misbehave: @Sendable (_ good: [UInt8], _ request: [UInt8], borrowing Descriptor) throws -> Void
        /// Whether that is what a poll may come to.
        let isExpected: @Sendable (ModbusOutcome) -> Bool
        /// What the status must have counted.
        let counts: @Sendable (LinkStatus) -> Bool
        /// Short for those that do not answer in time, long for the others, so that a busy machine is none.
        var timeout = Duration.seconds(1)
    }

    private static func isMalformed(_ outcome: ModbusOutcome) -> Bool {
        if case .failed(.malformed) = outcome { true } else { false }
    }

    private static func isSilence(_ outcome: ModbusOutcome) -> Bool {
        outcome == .failed(.timeout) || outcome == .failed(.demoted)
    }

    static let behaviours: [Behaviour] = [
        Behaviour(
            testDescription: "answers exceptions for ever",
            misbehave: { _, _, device in try device.write(Hex.bytes("018302C0F1") ?? []) },
            isExpected: { $0 == .exception(.illegalAddress) }, counts: { $0.exceptions >= 3 }),
        Behaviour(
            testDescription: "breaks the check sum",
            misbehave: { good, _, device in try device.write(good.dropLast() + [good[6] ^ 1]) },
            isExpected: isMalformed, counts: { $0.malformed >= 3 }),
        Behaviour(
            testDescription: "flips a bit of the value",
            misbehave: { good, _, device in try device.write(good[..<4] + [good[4] ^ 8] + good[5...]) },
            isExpected: isMalformed, counts: { $0.malformed >= 3 }),
        Behaviour(
            testDescription: "sends half of its answer",
            misbehave: { good, _, device in try device.write(good.prefix(4)) }, isExpected: isSilence,
            counts: { $0.timeouts >= 3 }, timeout: .milliseconds(80)),
        Behaviour(
            testDescription: "trickles bytes slower than the time-out",
            misbehave: { good, _, device in
                for byte in good {
                    try device.write([byte])
                    usleep(15_000)
                }
            }, isExpected: { isSilence($0) || isMalformed($0) },
            counts: { $0.timeouts >= 1 }, timeout: .milliseconds(80)),
        Behaviour(
            testDescription: "sends garbage before its answer",
            misbehave: { good, _, device in try device.write([0x00, 0xFF] + good) },
            isExpected: { isMalformed($0) || isSilence($0) },
            counts: { $0.malformed + $0.timeouts + $0.foreign >= 3 }, timeout: .milliseconds(80)),
        Behaviour(
            testDescription: "echoes the request and answers, though no echo was configured",
            misbehave: { good, request, device in try device.write(request + good) },
            isExpected: { isMalformed($0) || isSilence($0) },
            counts: { $0.malformed + $0.timeouts >= 3 }, timeout: .milliseconds(80)),
        Behaviour(
            testDescription: "answers as another unit",
            misbehave: { _, _, device in
                try device.write(ModbusRTUFrame(unit: 99, pdu: [3, 2, 9, 9]).bytes)
            }, isExpected: isSilence, counts: { $0.foreign >= 1 && $0.timeouts >= 1 },
            timeout: .milliseconds(80)),
        Behaviour(
            testDescription: "answers another count",
            misbehave: { _, _, device in
                try device.write(ModbusRTUFrame(unit: 1, pdu: [3, 4, 9, 9, 9, 9]).bytes)
            }, isExpected: isMalformed, counts: { $0.malformed >= 3 }),
        Behaviour(
            testDescription: "answers another function",
            misbehave: { _, _, device in
                try device.write(ModbusRTUFrame(unit: 1, pdu: [4, 2, 9, 9]).bytes)
            }, isExpected: isMalformed, counts: { $0.malformed >= 3 }),
    ]

    private func poll(unit: UInt8, timeout: Duration = .seconds(1)) -> ModbusPoll {
        ModbusPoll(
            id: Int(unit), unit: unit, request: .readHoldingRegisters(address: 0x4102, count: 1),
            period: .milliseconds(20), timeout: timeout)
    }

    /// The true answer of a register that holds its own address.
    private static func good(_ request: [UInt8]) -> [UInt8] {
        ModbusRTUFrame(unit: request[0], pdu: [3, 2, request[2], request[3]]).bytes
    }

    /// No value of it is credited, its counter moves, the line stays open and the other unit goes on; it is
    /// good again within the time that the page states once it behaves.
    @Test(arguments: behaviours) func itCreditsNothingAndTheOtherUnitGoesOn(
        _ behaviour: Behaviour
    ) async throws {
        let isHostile = Guarded(true)
        let slave = try ScriptedSlave { _, request, device in
            if request[0] == 1, isHostile.withLock({ $0 }) {
                try behaviour.misbehave(Self.good(request), request, device)
            } else {
                try device.write(Self.good(request))
            }
        }
        let settings = SerialSettings(path: slave.path, baud: 115_200, parity: .none)
        let line = try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1)
        var (stream, others) = (ExchangeStream(), ExchangeStream())
        try line.start(polls: [poll(unit: 1, timeout: behaviour.timeout)], deliver: stream.deliver)
        try line.start(polls: [poll(unit: 2)], deliver: others.deliver)

        var outcomes: [ModbusOutcome] = []
        while outcomes.count < 3 || !behaviour.counts(line.status) {
            outcomes.append(try await stream.next().outcome)
        }
        #expect(outcomes.allSatisfy(behaviour.isExpected), "\(outcomes)")
        let goodBeside = try await others.first { $0.replyPDU != nil }
        #expect(goodBeside.outcome == .reply(pdu: [3, 2, 0x41, 0x02]))

        let healed = SystemTime().now().monotonicNanoseconds
        isHostile.withLock { $0 = false }
        let back = try await stream.first { $0.replyPDU != nil }
        #expect(back.outcome == .reply(pdu: [3, 2, 0x41, 0x02]))
        // A probe of a demoted unit is due within 20 of its time-outs, at least within a second.
        #expect(back.stamp.monotonicNanoseconds - healed < 4_000_000_000)
        #expect(line.status.dials == 1)
        await line.stop()
        slave.stop()
    }

    /// The answer stands before the garbage and its check sum is right, so it is credited; what follows is
    /// thrown away before the next request.
    @Test func garbageBehindAnAnswerIsThrownAway() async throws {
        let slave = try ScriptedSlave { _, request, device in
            try device.write(Self.good(request) + [0x55, 0xAA, 0x55])
        }
        let settings = SerialSettings(path: slave.path, baud: 115_200, parity: .none)
        let line = try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1)
        var stream = ExchangeStream()
        try line.start(polls: [poll(unit: 1)], deliver: stream.deliver)
        for _ in 0..<5 {
            #expect(try await stream.next().outcome == .reply(pdu: [3, 2, 0x41, 0x02]))
        }
        #expect(line.status.late >= 1)
        await line.stop()
        slave.stop()
    }
}
