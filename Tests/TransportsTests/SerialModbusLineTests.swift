import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// The serial line against a scripted slave on a pseudoterminal. Frames are written out here, or come from
/// device manuals.
@Suite(.timeLimit(.minutes(10))) struct SerialModbusLineTests {
    private func line(
        _ path: String, observer: LinkObserver? = nil
    ) throws -> any ModbusLink {
        // Pseudoterminals know no parity; 115,200 baud keeps the gap at its floor of 1.75 ms.
        let settings = SerialSettings(path: path, baud: 115_200, parity: .none)
        return try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1, observer: observer)
    }

    private static func pause(milliseconds: UInt32) { usleep(milliseconds * 1_000) }

    /// KRAL BEM 500: read of total A1 and its reply, 902.70.
    private static let kralRequest = Hex.bytes("010341000002D037") ?? []
    private static let kralReply = Hex.bytes("0103040001609E025B") ?? []

    @Test func theFramesOfTheManualPass() async throws {
        let slave = try ScriptedSlave { _, request, device in
            if request == Self.kralRequest { try device.write(Self.kralReply) }
        }
        let traffic = Guarded<[LinkTraffic]>([])
        let line = try line(slave.path) { seen in traffic.withLock { $0.append(seen) } }
        let exchange = await line.transact(
            .readHoldingRegisters(address: 0x4100, count: 2), unit: 1, timeout: .seconds(5))
        await line.stop()
        slave.stop()
        #expect(exchange.outcome == .reply(pdu: [3, 4, 0, 1, 0x60, 0x9E]))
        #expect(traffic.withLock { $0.map(\.bytes) } == [Self.kralRequest, Self.kralReply])
    }

    @Test func aLateReplyIsNeverCreditedToTheNextRequest() async throws {
        // The first answer (register 0 holds AAAA) comes 1.5 time-outs after its request.
        let slave = try ScriptedSlave { count, request, device in
            if count == 0 {
                Self.pause(milliseconds: 600)
                try device.write(ModbusRTUFrame(unit: 1, pdu: [3, 2, 0xAA, 0xAA]).bytes)
            } else {
                try device.write(ModbusRTUFrame(unit: 1, pdu: [3, 2, 0xBB, request[3]]).bytes)
            }
        }
        let line = try line(slave.path)
        var stream = ExchangeStream()
        // Both are due at once, so that the second follows the first without any help from the test.
        let polls = [(UInt16(0), Duration.milliseconds(400)), (200, .seconds(5))].map { address, timeout in
            ModbusPoll(
                id: Int(address), unit: 1, request: .readHoldingRegisters(address: address, count: 1),
                period: .seconds(3_600), timeout: timeout)
        }
        try line.start(polls: polls, deliver: stream.deliver)
        let first = try await stream.next()
        let second = try await stream.next()
        await line.stop()
        slave.stop()
        #expect(first.pollID == 0)
        #expect(first.outcome == .failed(.timeout))
        #expect(second.outcome == .reply(pdu: [3, 2, 0xBB, 200]))
        #expect(line.status.late == 1)
    }

    @Test func unitsShareTheLineAndAForeignReplyIsPassedOver() async throws {
        let slave = try ScriptedSlave { _, request, device in
            try device.write(ModbusRTUFrame(unit: 99, pdu: [3, 2, 9, 9]).bytes)
            Self.pause(milliseconds: 5)
            try device.write(ModbusRTUFrame(unit: request[0], pdu: [3, 2, 0, request[0]]).bytes)
        }
        let line = try line(slave.path)
        for unit in UInt8(1)...3 {
            let exchange = await line.transact(
                .readHoldingRegisters(address: 0, count: 1), unit: unit, timeout: .seconds(2))
            #expect(exchange.outcome == .reply(pdu: [3, 2, 0, unit]))
        }
        await line.stop()
        slave.stop()
        #expect(line.status.foreign == 3)
    }

    @Test func aWrongCheckSumAShortReplyAndAnExceptionAreToldApart() async throws {
        let slave = try ScriptedSlave { count, _, device in
            switch count {
            case 0: try device.write(Array(Self.kralReply.dropLast()) + [0xFF])
            case 1: try device.write(Array(Self.kralReply.prefix(5)))
            case 2: try device.write(Hex.bytes("018302C0F1") ?? [])
            default: for byte in Self.kralReply { try device.write([byte]) }
            }
        }
        let line = try line(slave.path)
        let request = ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2)
        let broken = await line.transact(request, unit: 1, timeout: .milliseconds(100))
        guard case .failed(.malformed) = broken.outcome else {
            Issue.record("\(broken.outcome)")
            return
        }
        #expect(
            await line.transact(request, unit: 1, timeout: .milliseconds(100)).outcome == .failed(.timeout))
        #expect(
            await line.transact(request, unit: 1, timeout: .seconds(2)).outcome == .exception(.illegalAddress)
        )
        let inBytes = await line.transact(request, unit: 1, timeout: .seconds(2))
        #expect(inBytes.outcome == .reply(pdu: [3, 4, 0, 1, 0x60, 0x9E]))
        await line.stop()
        slave.stop()
    }

    @Test func requestsKeepTheGapBetweenFrames() async throws {
        let clock = SystemTime()
        let gaps = Guarded<[Int64]>([])
        let answered = Guarded<Int64?>(nil)
        let slave = try ScriptedSlave { _, _, device in
            let now = clock.now().monotonicNanoseconds
            if let last = answered.withLock({ $0 }) { gaps.withLock { $0.append(now - last) } }
            answered.withLock { $0 = clock.now().monotonicNanoseconds }
            try device.write(Self.kralReply)
        }
        let line = try line(slave.path)
        var stream = ExchangeStream()
        try line.start(
            polls: [
                ModbusPoll(
                    id: 0, unit: 1, request: .readHoldingRegisters(address: 0x4100, count: 2), period: .zero,
                    timeout: .seconds(2))
            ], deliver: stream.deliver)
        for _ in 0..<20 { #expect(try await stream.next().replyPDU != nil) }
        await line.stop()
        slave.stop()
        let shortest = try #require(gaps.withLock { $0.min() })
        #expect(shortest >= 1_750_000)
    }

    @Test func aMissingTTYIsOfflineAndSaysSo() async throws {
        let line = try line("/dev/no-such-tty")
        var stream = ExchangeStream()
        let poll = ModbusPoll(
            id: 4, unit: 1, request: .readHoldingRegisters(address: 0, count: 1), period: .seconds(1),
            timeout: .seconds(1))
        try line.start(polls: [poll], deliver: stream.deliver)
        #expect(try await stream.next().outcome == .failed(.offline("No such file or directory")))
        await line.stop()
        #expect(line.status.state == .stopped)
    }

    @Test func aTTYThatVanishesIsOpenedAgainWhenItIsBack() async throws {
        let link = "/tmp/plumbline-tty-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        defer { unlink(link) }
        let before = try ScriptedSlave { _, _, device in try device.write(Self.kralReply) }
        #expect(symlink(before.path, link) == 0)
        let line = try line(link)
        var stream = ExchangeStream()
        let poll = ModbusPoll(
            id: 0, unit: 1, request: .readHoldingRegisters(address: 0x4100, count: 2),
            period: .milliseconds(20),
            timeout: .milliseconds(200))
        try line.start(polls: [poll], deliver: stream.deliver)
        #expect(try await stream.next().replyPDU != nil)
        before.stop()
        unlink(link)
        _ = try await stream.first { exchange in
            guard case .failed(.offline) = exchange.outcome else { return false }
            return true
        }
        let after = try ScriptedSlave { _, _, device in try device.write(Self.kralReply) }
        #expect(symlink(after.path, link) == 0)
        let back = try await stream.first { $0.replyPDU != nil }
        #expect(back.replyPDU == [3, 4, 0, 1, 0x60, 0x9E])
        await line.stop()
        after.stop()
    }

    @Test func manyOpenFilesAreAFaultAndNotAnAbort() async {
        // select(2) of libmodbus ends the process at descriptor 1,024; a process of its own shows that it
        // does not.
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 2_048, rlim_max: 2_048)
            #expect(setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0)
            let slave = try ScriptedSlave { _, _, device in try device.write(Self.kralReply) }
            let settings = SerialSettings(path: slave.path, baud: 115_200, parity: .none)
            let line = try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1)
            while true {
                let number = dup(0)
                guard number >= 0, number < 1_100 else { break }
            }
            let exchange = await line.transact(
                .readHoldingRegisters(address: 0x4100, count: 2), unit: 1, timeout: .seconds(1))
            guard case .failed(.offline(let why)) = exchange.outcome, why.contains("too many files") else {
                exit(2)
            }
            await line.stop()
            exit(0)
        }
    }
}
