import Codecs
import Linux
import Metrology
import Testing

@testable import Transports

/// The engine against devices that behave and devices that do not, over real sockets.
@Suite(.timeLimit(.minutes(10))) struct ModbusTCPEngineTests {
    private let engine: ModbusTCPEngine

    init() throws { engine = try ModbusTCPEngine(time: SystemTime(), seed: 1) }

    private func read(_ address: UInt16 = 0x0102) -> ModbusRequest {
        .readHoldingRegisters(address: address, count: 1)
    }

    private func poll(
        _ id: Int = 0, unit: UInt8 = 1, address: UInt16 = 0x0102, every period: Duration = .milliseconds(5),
        timeout: Duration = .milliseconds(150)
    ) -> ModbusPoll {
        ModbusPoll(id: id, unit: unit, request: read(address), period: period, timeout: timeout)
    }

    /// Runs `body` with a line to `device`, then stops both.
    private func with(
        _ device: ScriptedDevice, _ body: (any ModbusLink) async throws -> Void
    ) async throws {
        let line = engine.line(host: "127.0.0.1", port: device.port)
        do {
            try await body(line)
        } catch {
            await engine.stop()
            device.stop()
            throw error
        }
        await engine.stop()
        device.stop()
    }

    @Test func aPollIsAnsweredAgainAndAgain() async throws {
        let device = try ScriptedDevice { $0.echo }
        try await with(device) { line in
            var stream = ExchangeStream()
            try line.start(
                polls: [poll(0, address: 0x0102), poll(1, address: 0x0304)], deliver: stream.deliver)
            for _ in 0..<10 {
                let exchange = try await stream.next()
                let expected: [UInt8] = exchange.pollID == 0 ? [3, 2, 1, 2] : [3, 2, 3, 4]
                #expect(exchange.outcome == .reply(pdu: expected))
                let sent = try #require(exchange.sent)
                #expect(exchange.stamp.monotonicNanoseconds > sent.monotonicNanoseconds)
            }
            #expect(line.status.state == .up)
            #expect(line.status.dials == 1)
        }
    }

    @Test func aReplyInSingleBytesIsTaken() async throws {
        let device = try ScriptedDevice { connection in
            while let request = try connection.next() {
                for byte in request.echo { try connection.write([byte]) }
            }
        }
        try await with(device) { line in
            let exchange = await line.transact(read(), unit: 1, timeout: .seconds(2))
            #expect(exchange.outcome == .reply(pdu: [3, 2, 1, 2]))
        }
    }

    @Test func aLateReplyMergedWithTheNextIsDiscarded() async throws {
        let device = try ScriptedDevice { connection in
            guard let first = try connection.next(), let second = try connection.next() else { return }
            try connection.write(first.reply([3, 2, 0xDE, 0xAD]) + second.echo)
            _ = try connection.next()
        }
        try await with(device) { line in
            let first = await line.transact(read(), unit: 1, timeout: .milliseconds(60))
            #expect(first.outcome == .failed(.timeout))
            let second = await line.transact(read(), unit: 1, timeout: .seconds(5))
            #expect(second.outcome == .reply(pdu: [3, 2, 1, 2]))
            #expect(line.status.late == 1)
            #expect(line.status.dials == 1)
        }
    }

    @Test func repliesOfOtherUnitsAndRequestsAreDiscarded() async throws {
        let device = try ScriptedDevice { request in
            request.reply([3, 2, 9, 9], unit: 77) + request.reply([3, 2, 8, 8], transaction: [0xFF, 0xFE])
                + request.echo
        }
        try await with(device) { line in
            let exchange = await line.transact(read(), unit: 1, timeout: .seconds(5))
            #expect(exchange.outcome == .reply(pdu: [3, 2, 1, 2]))
            #expect(line.status.foreign == 2)
        }
    }

    @Test(arguments: [[3, 2, 1], [3, 4, 1, 2, 3, 4], [4, 2, 1, 2], [0x84, 1]] as [[UInt8]])
    func aWrongReplyIsNeverAValue(pdu: [UInt8]) async throws {
        let device = try ScriptedDevice { $0.reply(pdu) }
        try await with(device) { line in
            let exchange = await line.transact(read(), unit: 1, timeout: .seconds(5))
            guard case .failed(.malformed) = exchange.outcome else {
                Issue.record("\(exchange.outcome)")
                return
            }
        }
    }

    @Test func anExceptionComesBackByName() async throws {
        let device = try ScriptedDevice { $0.reply([0x83, 2]) }
        try await with(device) { line in
            let exchange = await line.transact(read(), unit: 1, timeout: .seconds(5))
            #expect(exchange.outcome == .exception(.illegalAddress))
        }
    }

    @Test func garbageClosesTheConnectionAndTheNextDialWorks() async throws {
        let device = try ScriptedDevice { connection in
            while let request = try connection.next() {
                try connection.write(
                    connection.number == 0 ? Array(repeating: 0x55, count: 65_536) : request.echo)
            }
        }
        try await with(device) { line in
            var stream = ExchangeStream()
            try line.start(polls: [poll()], deliver: stream.deliver)
            guard case .failed(.malformed) = try await stream.next().outcome else {
                Issue.record("garbage was taken")
                return
            }
            let good = try await stream.first { $0.replyPDU != nil }
            #expect(good.outcome == .reply(pdu: [3, 2, 1, 2]))
            #expect(line.status.dials == 2)
        }
    }

    @Test func aDeviceThatClosesAfterEachReplyIsDialedOnceASecond() async throws {
        let device = try ScriptedDevice { connection in
            if let request = try connection.next() { try connection.write(request.echo) }
        }
        try await with(device) { line in
            var stream = ExchangeStream()
            try line.start(polls: [poll()], deliver: stream.deliver)
            let first = try await stream.first { $0.replyPDU != nil }
            let second = try await stream.first { $0.replyPDU != nil }
            let pause = second.stamp.monotonicNanoseconds - first.stamp.monotonicNanoseconds
            #expect(pause > 900_000_000)
        }
    }

    @Test func aRefusedPortIsOfflineAtOnceAndSaysSo() async throws {
        let line = engine.line(host: "127.0.0.1", port: try ScriptedDevice.freePort())
        var stream = ExchangeStream()
        try line.start(polls: [poll()], deliver: stream.deliver)
        #expect(try await stream.next().outcome == .failed(.offline("Connection refused")))
        #expect(line.status.state == .down)
        await engine.stop()
        #expect(line.status.state == .stopped)
    }

    @Test func aSilentDeviceTimesOutWithoutLosingItsConnection() async throws {
        let device = try ScriptedDevice { connection in while try connection.next() != nil {} }
        try await with(device) { line in
            var stream = ExchangeStream()
            try line.start(polls: [poll(timeout: .milliseconds(20))], deliver: stream.deliver)
            for _ in 0..<3 { #expect(try await stream.next().outcome == .failed(.timeout)) }
            #expect(line.status.dials == 1)
            #expect(line.status.health == [1: .demoted])
        }
    }

    @Test func silentDevicesLeaveTheOthersAlone() async throws {
        let silent = try (0..<2).map { _ in
            try ScriptedDevice { connection in while try connection.next() != nil {} }
        }
        let healthy = try (0..<8).map { _ in try ScriptedDevice { $0.echo } }
        var stream = ExchangeStream()
        var lines: [any ModbusLink] = []
        for device in silent {
            let line = engine.line(host: "127.0.0.1", port: device.port)
            try line.start(polls: [poll(99, timeout: .seconds(50))], deliver: { _ in })
            lines.append(line)
        }
        for (index, device) in healthy.enumerated() {
            let line = engine.line(host: "127.0.0.1", port: device.port)
            try line.start(polls: [poll(index)], deliver: stream.deliver)
            lines.append(line)
        }
        var answers: [Int: Int] = [:]
        while answers.count < 8 || answers.values.contains(where: { $0 < 20 }) {
            let exchange = try await stream.next()
            #expect(exchange.outcome == .reply(pdu: [3, 2, 1, 2]))
            answers[try #require(exchange.pollID), default: 0] += 1
        }
        #expect(lines.prefix(2).allSatisfy { $0.status.requests == 1 && $0.status.state == .up })
        await engine.stop()
        for device in silent + healthy { device.stop() }
    }

    @Test func aHostMayBeAName() async throws {
        let device = try ScriptedDevice { $0.echo }
        let line = engine.line(host: "localhost", port: device.port)
        let exchange = await line.transact(read(), unit: 1, timeout: .seconds(5))
        await engine.stop()
        device.stop()
        #expect(exchange.outcome == .reply(pdu: [3, 2, 1, 2]))
    }

    @Test func aNameThatDoesNotExistIsOffline() async throws {
        let line = engine.line(host: "no-such-host.invalid", port: 502)
        var stream = ExchangeStream()
        try line.start(polls: [poll()], deliver: stream.deliver)
        guard case .failed(.offline(let why)) = try await stream.next().outcome else {
            Issue.record("not offline")
            return
        }
        #expect(!why.isEmpty)
        await engine.stop()
    }

    @Test func transactionsOfManyCallersAreAllAnswered() async throws {
        let device = try ScriptedDevice { $0.echo }
        try await with(device) { line in
            let sum = await withTaskGroup(of: Bool.self, returning: Int.self) { group in
                for address in UInt16(0)..<200 {
                    group.addTask {
                        let exchange = await line.transact(
                            .readHoldingRegisters(address: address, count: 1), unit: 1, timeout: .seconds(5))
                        return exchange.replyPDU == [3, 2, UInt8(address >> 8), UInt8(address & 0xFF)]
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(sum == 200)
        }
    }

    @Test func stoppingAnswersWhoeverWaits() async throws {
        let device = try ScriptedDevice { connection in while try connection.next() != nil {} }
        try await with(device) { line in
            async let waiting = line.transact(read(), unit: 1, timeout: .seconds(50))
            while line.status.requests == 0 { await Task.yield() }
            await line.stop()
            #expect(await waiting.outcome == .failed(.refused("the link was stopped")))
            let after = await line.transact(read(), unit: 1, timeout: .seconds(1))
            #expect(after.outcome == .failed(.refused("the link was stopped")))
        }
    }

    @Test func groupsAreReplacedAndEnd() async throws {
        let device = try ScriptedDevice { $0.echo }
        try await with(device) { line in
            var (first, second) = (ExchangeStream(), ExchangeStream())
            let group = try line.start(polls: [poll(1)], deliver: first.deliver)
            try line.start(polls: [poll(1, address: 0x0909)], deliver: second.deliver)
            #expect(try await first.next().replyPDU == [3, 2, 1, 2])
            #expect(try await second.next().replyPDU == [3, 2, 9, 9])
            try line.replace(polls: [poll(7, address: 0x0505)], of: group)
            #expect(try await first.first { $0.pollID == 7 }.replyPDU == [3, 2, 5, 5])
            line.end(group)
            for _ in 0..<5 { #expect(try await second.next().pollID == 1) }
            #expect(throws: TransportError.self) {
                try line.start(polls: [poll(1), poll(1)], deliver: { _ in })
            }
        }
    }

    @Test func trafficIsObservedAsItIsOnTheWire() async throws {
        let seen = Guarded<[LinkTraffic]>([])
        let watched = try ModbusTCPEngine(
            time: SystemTime(), seed: 1,
            observer: { traffic in
                seen.withLock { $0.append(traffic) }
            })
        let device = try ScriptedDevice { $0.echo }
        let line = watched.line(host: "127.0.0.1", port: device.port)
        _ = await line.transact(read(), unit: 1, timeout: .seconds(5))
        await watched.stop()
        device.stop()
        let traffic = seen.withLock { $0 }
        #expect(traffic.map(\.direction) == [.sent, .received])
        #expect(
            traffic.map { Array($0.bytes.dropFirst(2)) } == [
                [0, 0, 0, 6, 1, 3, 1, 2, 0, 1], [0, 0, 0, 5, 1, 3, 2, 1, 2],
            ])
        #expect(traffic.allSatisfy { $0.link == line.name })
    }
}
