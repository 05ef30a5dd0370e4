import Codecs
import Linux
import Metrology
import Testing

@testable import Transports

/// Captures of real sessions, read by tshark: it must see what the engine saw.
@Suite(.timeLimit(.minutes(10))) struct CaptureJudgeTests {
    /// All traffic of a session as a capture file.
    private final class Recorder: Sendable {
        private let seen = Guarded<[LinkTraffic]>([])

        var observer: LinkObserver { { [seen] traffic in seen.withLock { $0.append(traffic) } } }

        var file: [UInt8] {
            var capture = ModbusCapture()
            var framers: [String: WireFramer] = [:]
            var out = capture.header(application: "plumbline tests")
            let traffic = seen.withLock { $0 }
            for piece in traffic {
                let wire = ModbusWire(lineName: piece.link) ?? .tcp
                let frames = framers[piece.link, default: WireFramer(wire)].take(
                    piece.bytes, isSent: piece.direction == .sent, at: piece.stamp.utc.nanoseconds)
                for frame in frames { out += capture.packet(frame, of: piece.link) }
            }
            for line in framers.keys {
                for frame in framers[line]?.flush() ?? [] { out += capture.packet(frame, of: line) }
            }
            return out + capture.closing(at: traffic.last?.stamp.utc.nanoseconds ?? 0)
        }
    }

    @Test func tsharkReadsASessionWithLibmodbus() async throws {
        let server = try LibmodbusServer()
        let recorder = Recorder()
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 3, observer: recorder.observer)
        let line = engine.line(host: "127.0.0.1", port: server.port)
        let requests: [ModbusRequest] = [
            .readInputRegisters(address: 10, count: 3), .writeRegister(address: 5, value: 0xBEEF),
            .readHoldingRegisters(address: 5, count: 1), .readHoldingRegisters(address: 299, count: 2),
        ]
        for request in requests { _ = await line.transact(request, unit: 17, timeout: .seconds(5)) }
        await engine.stop()
        server.stop()

        let rows = try TsharkJudge.rows(
            recorder.file,
            [
                "_ws.col.Protocol", "mbtcp.unit_id", "modbus.func_code", "modbus.reference_num",
                "modbus.regnum16", "modbus.regval_uint16", "modbus.exception_code", "frame.interface_name",
                "frame.packet_flags_direction", "modbus.request_frame",
            ])
        let (sent, came) = ("0x00000002", "0x00000001")
        #expect(
            rows.map { Array($0.dropLast(3)) } == [
                ["Modbus/TCP", "17", "4", "10", "", "", ""],
                ["Modbus/TCP", "17", "4", "", "10,11,12", "30,33,36", ""],
                ["Modbus/TCP", "17", "6", "5", "", "", ""],
                ["Modbus/TCP", "17", "6", "5", "", "", ""],
                ["Modbus/TCP", "17", "3", "5", "", "", ""],
                ["Modbus/TCP", "17", "3", "", "5", "48879", ""],
                ["Modbus/TCP", "17", "3", "299", "", "", ""],
                ["Modbus/TCP", "17", "3", "", "", "", "2"],
            ])
        #expect(rows.allSatisfy { $0[7] == line.name })
        #expect(rows.map { $0[8] } == [sent, came, sent, came, sent, came, sent, came])
        #expect(rows[1][9] == "1" && rows[5][9] == "5")
    }

    /// Frames of the KRAL BEM 500's manual, one of them with a broken CRC.
    @Test func tsharkAgreesWithTheEngineOnCheckSums() async throws {
        let reply = Hex.bytes("0103040001609E025B") ?? []
        let slave = try ScriptedSlave { count, _, device in
            switch count {
            case 0: try device.write(reply)
            case 1: try device.write(Array(reply.dropLast()) + [0xFF])
            default: try device.write(Hex.bytes("018302C0F1") ?? [])
            }
        }
        let recorder = Recorder()
        let settings = SerialSettings(path: slave.path, baud: 115_200, parity: .none)
        let line = try SerialModbusLine.line(
            on: settings, time: SystemTime(), seed: 1, observer: recorder.observer)
        var outcomes: [ModbusOutcome] = []
        for _ in 0..<3 {
            let request = ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2)
            outcomes.append(await line.transact(request, unit: 1, timeout: .milliseconds(500)).outcome)
        }
        await line.stop()
        slave.stop()

        let rows = try TsharkJudge.rows(
            recorder.file,
            [
                "_ws.col.Protocol", "mbrtu.unit_id", "modbus.func_code", "modbus.reference_num",
                "modbus.regval_uint16", "modbus.exception_code", "mbrtu.crc16.status", "frame.comment",
            ])
        let asked = ["Modbus RTU", "1", "3", "16640", "", "", "1", ""]
        #expect(
            rows == [
                asked, ["Modbus RTU", "1", "3", "", "1,24734", "", "1", ""],
                asked,
                ["Modbus RTU", "1", "3", "", "1,24734", "", "0", "the CRC is not that of these bytes"],
                asked, ["Modbus RTU", "1", "3", "", "", "2", "1", ""],
            ])
        #expect(outcomes[0] == .reply(pdu: [3, 4, 0, 1, 0x60, 0x9E]))
        #expect("\(outcomes[1])".contains("Invalid CRC"))
        #expect(outcomes[2] == .exception(.illegalAddress))
    }

    @Test func timesAreInNanosecondsAndLossesAreSaid() throws {
        var capture = ModbusCapture()
        let frame = CapturedFrame(
            isSent: true, nanoseconds: 1_772_352_011_123_456_789,
            bytes: [0, 7, 0, 0, 0, 6, 1, 3, 0, 0, 0, 1])
        let garbage = CapturedFrame(
            isSent: false, nanoseconds: 1_772_352_011_123_456_790, bytes: Array(repeating: 0x55, count: 64),
            fault: "this is no Modbus TCP")
        let file =
            capture.header(application: "plumbline tests")
            + capture.packet(frame, of: "modbus+tcp://10.0.0.5:502")
            + capture.packet(garbage, of: "modbus+tcp://10.0.0.5:502", dropped: 3)
            + capture.closing(at: 1_772_352_012_000_000_000)
        let about = try TsharkJudge.about(file)
        #expect(about.contains("nanoseconds (9)"))
        #expect(about.contains("Strict time order:   True"))
        #expect(about.contains("Number of interfaces in file: 1"))
        let rows = try TsharkJudge.rows(
            file, ["frame.time_epoch", "_ws.col.Protocol", "frame.comment", "data.len"])
        #expect(rows[0] == ["1772352011.123456789", "Modbus/TCP", "", ""])
        #expect(rows[1][0] == "1772352011.123456790")
        #expect(
            rows[1][2] == "this is no Modbus TCP; 3 pieces before this could not be captured")
        #expect(rows[1][3] == "64")
    }
}
