import Codecs
import Linux
import Metrology
import Testing

@testable import Transports

/// Three units behind one TCP gateway, over a real socket: whose silence costs whom what.
@Suite(.timeLimit(.minutes(10))) struct SharedGatewayTests {
    private func poll(_ unit: UInt8, timeout: Duration) -> ModbusPoll {
        ModbusPoll(
            id: Int(unit), unit: unit, request: .readHoldingRegisters(address: UInt16(unit), count: 1),
            period: .milliseconds(20), timeout: timeout)
    }

    /// Guards: the link that peers reset, and the queue that they drop, when one unit of it is silent.
    @Test func aSilentUnitNeitherResetsTheLinkNorDropsTheWorkOfOthers() async throws {
        let unit2Answers = Guarded(false)
        let asked = Guarded(0)
        let device = try ScriptedDevice { connection in
            while let request = try connection.next() {
                if request.unit == 2 { asked.withLock { $0 += 1 } }
                if request.unit != 2 || unit2Answers.withLock({ $0 }) { try connection.write(request.echo) }
            }
        }
        let begun = SystemTime().now().monotonicNanoseconds
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1)
        let line = engine.line(host: "127.0.0.1", port: device.port)
        var stream = ExchangeStream()
        // Each device brings its own group, as in the gateway.
        try line.start(polls: [poll(1, timeout: .seconds(2))], deliver: stream.deliver)
        try line.start(polls: [poll(2, timeout: .milliseconds(50))], deliver: stream.deliver)
        try line.start(polls: [poll(3, timeout: .seconds(2))], deliver: stream.deliver)
        try await expectAnswers(100, from: [1, 3], on: &stream)
        let single = await line.transact(
            .readHoldingRegisters(address: 9, count: 1), unit: 3, timeout: .seconds(2))
        #expect(single.outcome == .reply(pdu: [3, 2, 0, 9]))
        #expect(line.status.health == [1: .good, 2: .demoted, 3: .good])
        #expect(line.status.dials == 1)
        // Three silences, and a probe a second at most.
        let seconds = (SystemTime().now().monotonicNanoseconds - begun) / 1_000_000_000
        #expect(Int64(asked.withLock { $0 }) <= 3 + seconds)
        #expect(line.status.skippedPolls > 0)

        unit2Answers.withLock { $0 = true }
        _ = try await stream.first { $0.unit == 2 && $0.replyPDU != nil }
        // Delivered before the status is shown.
        _ = try await stream.first { $0.unit == 1 }
        #expect(line.status.health[2] == .good)
        #expect(line.status.dials == 1)
        await engine.stop()
        device.stop()
    }

    /// Each of `units` answers each poll until all have answered `count`; any other answers none.
    private func expectAnswers(
        _ count: Int, from units: [UInt8], on stream: inout ExchangeStream
    ) async throws {
        var answers: [UInt8: Int] = [:]
        while units.contains(where: { answers[$0, default: 0] < count }) {
            let exchange = try await stream.next()
            answers[exchange.unit, default: 0] += 1
            if units.contains(exchange.unit) {
                #expect(exchange.outcome == .reply(pdu: [3, 2, 0, exchange.unit]))
            } else {
                #expect(exchange.replyPDU == nil)
            }
        }
    }

    /// Guards: devices with one connection, which a gateway that never lets go keeps from everybody else.
    @Test func betweenRoundsTheConnectionIsFreeForOthers() async throws {
        // One connection at a time: the next is served only when the one before has been closed.
        let device = try ScriptedDevice { $0.echo }
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 1)
        let (ours, theirs) = (
            engine.line(host: "127.0.0.1", port: device.port),
            engine.line(host: "localhost", port: device.port)
        )
        ours.setTiming(UnitTiming(closesAfterPoll: true), of: 1)
        var stream = ExchangeStream()
        try ours.start(
            polls: [
                ModbusPoll(
                    id: 1, unit: 1, request: .readHoldingRegisters(address: 1, count: 1), period: .seconds(3),
                    timeout: .seconds(10))
            ], deliver: stream.deliver)
        #expect(try await stream.next().replyPDU == [3, 2, 0, 1])
        let other = await theirs.transact(
            .readHoldingRegisters(address: 7, count: 1), unit: 1, timeout: .seconds(10))
        #expect(other.outcome == .reply(pdu: [3, 2, 0, 7]))
        await theirs.stop()
        let again = try await stream.first { _ in ours.status.dials >= 2 }
        #expect(again.replyPDU == [3, 2, 0, 1])
        #expect(ours.status.timeouts == 0)
        await engine.stop()
        device.stop()
    }
}
