import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// Lines of the engine whose frames carry no transaction numbers, against scripted devices. Frames come from
/// device manuals or from pymodbus.
@Suite(.timeLimit(.minutes(10))) struct UnnumberedLineTests {
    private let engine: ModbusTCPEngine

    init() throws { engine = try ModbusTCPEngine(time: SystemTime(), seed: 1) }

    /// KRAL BEM 500: total A1, 902.70.
    private static let reply = Hex.bytes("0103040001609E025B") ?? []
    private let request = ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2)
    private let value = ModbusOutcome.reply(pdu: [3, 4, 0, 1, 0x60, 0x9E])

    /// A device behind RTU over TCP: for each request of 8 bytes, its number and what to do.
    private func device(
        _ serve: @escaping @Sendable (Int, borrowing ScriptedDevice.Connection) throws -> Void
    ) throws -> ScriptedDevice {
        try ScriptedDevice { connection in
            var (count, bytes): (Int, [UInt8]) = (0, [])
            while true {
                let more = try connection.descriptor.read(upTo: 256)
                guard !more.isEmpty else { return }
                bytes += more
                while bytes.count >= 8 {
                    bytes.removeFirst(8)
                    try serve(count, connection)
                    count += 1
                }
            }
        }
    }

    private func line(to device: ScriptedDevice) throws -> any ModbusLink {
        try engine.line(to: .modbusRTUOverTCP(host: "127.0.0.1", port: device.port, unit: 1))
    }

    @Test func aReplyInPiecesIsOne() async throws {
        let device = try device { _, connection in for byte in Self.reply { try connection.write([byte]) } }
        let line = try line(to: device)
        #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        await engine.stop()
        device.stop()
    }

    @Test func aLateReplyIsNeverCreditedToTheNextRequest() async throws {
        let device = try device { count, connection in
            // The device is late: its first answer comes after the 400 ms that the request has.
            if count == 0 { usleep(600_000) }
            try connection.write(
                count == 0 ? ModbusRTUFrame(unit: 1, pdu: [3, 4, 0xDE, 0xAD, 0xDE, 0xAD]).bytes : Self.reply)
        }
        let line = try line(to: device)
        #expect(
            await line.transact(request, unit: 1, timeout: .milliseconds(400)).outcome == .failed(.timeout))
        #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        await engine.stop()
        device.stop()
        #expect(line.status.late == 1)
        #expect(line.status.dials == 1)
    }

    @Test func afterGarbageTheLineFindsItsPlaceWithoutANewConnection() async throws {
        let device = try device { count, connection in
            switch count {
            case 0: try connection.write(Self.reply.dropLast() + [0xFF])
            case 1: try connection.write(Array(repeating: 0x55, count: 65_536))
            default: try connection.write(Self.reply)
            }
        }
        let line = try line(to: device)
        for _ in 0..<2 {
            let broken = await line.transact(request, unit: 1, timeout: .milliseconds(100))
            guard case .failed(.malformed) = broken.outcome else {
                Issue.record("\(broken.outcome)")
                return
            }
        }
        #expect(await line.transact(request, unit: 1, timeout: .seconds(5)).outcome == value)
        await engine.stop()
        device.stop()
        #expect(line.status.dials == 1)
    }

    @Test func aLossIsToldAndTheLineComesBack() async throws {
        let device = try device { count, connection in
            if connection.number == 0, count == 1 { throw SystemCallError("", code: 0) }
            try connection.write(Self.reply)
        }
        let line = try line(to: device)
        var stream = ExchangeStream()
        try line.start(
            polls: [
                ModbusPoll(id: 0, unit: 1, request: request, period: .milliseconds(20), timeout: .seconds(5))
            ], deliver: stream.deliver)
        #expect(try await stream.next().outcome == value)
        _ = try await stream.first { exchange in
            guard case .failed(.offline) = exchange.outcome else { return false }
            return true
        }
        #expect(try await stream.first { $0.replyPDU != nil }.outcome == value)
        #expect(line.status.dials == 2)
        await engine.stop()
        device.stop()
    }

    // MARK: ASCII on a tty

    private func ascii(_ path: String, echo: Bool = false) -> SerialSettings {
        var settings = SerialSettings(path: path, baud: 115_200, parity: .none)
        settings.hasLocalEcho = echo
        return settings
    }

    private static let asciiRequest = Array(":1103006B00037E\r\n".utf8)
    private static let asciiReply = Array(":110306AE4156524340CC\r\n".utf8)
    private let read = ModbusRequest.readHoldingRegisters(address: 0x6B, count: 3)
    private let readValue = ModbusOutcome.reply(pdu: [3, 6, 0xAE, 0x41, 0x56, 0x52, 0x43, 0x40])

    @Test func theFramesOfASCIIPassUnchanged() async throws {
        let slave = try ScriptedSlave(requestBytes: 17) { _, request, device in
            if request == Self.asciiRequest { try device.write(Self.asciiReply) }
        }
        let line = try engine.line(to: .modbusASCII(ascii(slave.path), unit: 0x11))
        #expect(await line.transact(read, unit: 0x11, timeout: .seconds(5)).outcome == readValue)
        await engine.stop()
        slave.stop()
    }

    @Test func ourOwnEchoIsTakenOffAnASCIILine() async throws {
        let slave = try ScriptedSlave(requestBytes: 17) { _, request, device in
            try device.write(request + Self.asciiReply)
        }
        let line = try engine.line(to: .modbusASCII(ascii(slave.path, echo: true), unit: 0x11))
        for _ in 0..<3 {
            #expect(await line.transact(read, unit: 0x11, timeout: .seconds(5)).outcome == readValue)
        }
        await engine.stop()
        slave.stop()
    }

    @Test func anEchoThatDiffersIsACollision() async throws {
        let slave = try ScriptedSlave(requestBytes: 17) { count, request, device in
            try device.write((count == 0 ? request.map { $0 ^ 1 } : request) + Self.asciiReply)
        }
        let line = try engine.line(to: .modbusASCII(ascii(slave.path, echo: true), unit: 0x11))
        let broken = await line.transact(read, unit: 0x11, timeout: .milliseconds(100))
        guard case .failed(.malformed(let error)) = broken.outcome, error.what.contains("somebody else")
        else {
            Issue.record("\(broken.outcome)")
            return
        }
        #expect(await line.transact(read, unit: 0x11, timeout: .seconds(5)).outcome == readValue)
        await engine.stop()
        slave.stop()
    }

    @Test func aTTYThatVanishesIsOpenedAgainWhenItIsBack() async throws {
        let link = "/tmp/plumbline-ascii-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        defer { unlink(link) }
        let before = try ScriptedSlave(requestBytes: 17) { _, _, device in try device.write(Self.asciiReply) }
        #expect(symlink(before.path, link) == 0)
        let line = try engine.line(to: .modbusASCII(ascii(link), unit: 0x11))
        var stream = ExchangeStream()
        try line.start(
            polls: [
                ModbusPoll(
                    id: 0, unit: 0x11, request: read, period: .milliseconds(20), timeout: .milliseconds(200))
            ], deliver: stream.deliver)
        #expect(try await stream.next().outcome == readValue)
        before.stop()
        unlink(link)
        _ = try await stream.first { exchange in
            guard case .failed(.offline) = exchange.outcome else { return false }
            return true
        }
        let after = try ScriptedSlave(requestBytes: 17) { _, _, device in try device.write(Self.asciiReply) }
        #expect(symlink(after.path, link) == 0)
        #expect(try await stream.first { $0.replyPDU != nil }.outcome == readValue)
        await engine.stop()
        after.stop()
    }

    @Test func aTTYThatSomebodyElseHoldsIsNotTaken() async throws {
        let slave = try ScriptedSlave(requestBytes: 17) { _, _, device in try device.write(Self.asciiReply) }
        let held = try SerialLine(ascii(slave.path))
        let line = try engine.line(to: .modbusASCII(ascii(slave.path), unit: 0x11))
        let exchange = await line.transact(read, unit: 0x11, timeout: .seconds(5))
        guard case .failed(.offline) = exchange.outcome else {
            Issue.record("\(exchange.outcome)")
            return
        }
        #expect(held.number >= 0)
        await engine.stop()
        slave.stop()
    }

    @Test func aDriverThatCannotSwitchDirectionSaysSo() async throws {
        let slave = try ScriptedSlave(requestBytes: 17) { _, _, device in try device.write(Self.asciiReply) }
        var settings = ascii(slave.path)
        settings.switchesDirection = true
        let ours = try engine.line(to: .modbusASCII(settings, unit: 0x11))
        let theirs = try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1)
        for line in [ours, theirs] {
            let exchange = await line.transact(read, unit: 0x11, timeout: .seconds(1))
            guard case .failed(.offline(let why)) = exchange.outcome, why.contains("RS-485") else {
                Issue.record("\(exchange.outcome)")
                return
            }
        }
        await theirs.stop()
        await engine.stop()
        slave.stop()
    }
}
