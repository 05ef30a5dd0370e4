import Codecs
import Judging
import Linux
import Metrology
import Testing

@testable import Transports

/// Function 43 against pymodbus's server, on TCP and, through a pseudoterminal, with frames of RTU.
@Suite(.timeLimit(.minutes(10))) struct IdentificationJudgeTests {
    private static let script = """
        import asyncio, os, threading, tty
        from pymodbus import FramerType, ModbusDeviceIdentification
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice
        named = dict(enumerate(["Acme", "FB-7", "V2.11", "http://example.com", "Bench", "B7", "Cell"]))
        private = {0x80 + i: "private %02d " % i + 40 * "x" for i in range(12)}
        identity = ModbusDeviceIdentification(info={**named, **private})
        async def serve():
            data = SimData(0, count=10, values=7, datatype=DataType.REGISTERS)
            ports = []
            for framer in (FramerType.SOCKET, FramerType.RTU):
                server = ModbusTcpServer(
                    SimDevice(1, simdata=[data]), framer=framer, identity=identity,
                    address=("127.0.0.1", 0))
                await server.serve_forever(background=True)
                ports.append(server.transport.sockets[0].getsockname()[1])
            line, end = os.openpty()
            tty.setraw(end)
            reader, writer = await asyncio.open_connection("127.0.0.1", ports[1])
            loop = asyncio.get_running_loop()
            def relay():
                while True:
                    loop.call_soon_threadsafe(writer.write, os.read(line, 256))
            threading.Thread(target=relay, daemon=True).start()
            print(os.getpid(), ports[0], os.ttyname(end), flush=True)
            while True:
                os.write(line, await reader.read(256))
        asyncio.run(serve())
        """

    private static let names = ["Acme", "FB-7", "V2.11", "http://example.com", "Bench", "B7", "Cell"]

    /// All that pymodbus tells, in several replies, and a register read on the same line afterwards.
    private func check(_ line: any ModbusLink) async throws {
        for (code, count) in [(ModbusIdentificationCode.basic, 3), (.regular, 7), (.extended, 19)] {
            var reading = ModbusIdentificationReading(code)
            var replies = 0
            while let request = reading.request {
                let exchange = await line.transact(request, unit: 1, timeout: .seconds(5))
                try reading.take(try #require(exchange.replyPDU, "\(exchange.outcome)"))
                replies += 1
            }
            #expect(reading.cutShort == nil)
            #expect(reading.objects.count == count)
            #expect(reading.objects.prefix(7).map(\.text) == Array(Self.names.prefix(count)))
            #expect(code == .extended ? replies > 2 : replies == 1)
        }
        let one = await line.transact(
            .readDeviceIdentification(.single, object: 0x8B), unit: 1, timeout: .seconds(5))
        let object = try ModbusIdentificationReply(try #require(one.replyPDU)).objects.first
        #expect(object?.text == "private 11 " + String(repeating: "x", count: 40))
        let none = await line.transact(
            .readDeviceIdentification(.single, object: 0x20), unit: 1, timeout: .seconds(5))
        #expect(none.outcome == .exception(.illegalAddress))
        let read = await line.transact(
            .readHoldingRegisters(address: 0, count: 2), unit: 1, timeout: .seconds(5))
        #expect(read.replyPDU.flatMap(ModbusReply.registers) == [7, 7])
        #expect(line.status.malformed == 0 && line.status.late == 0)
    }

    @Test func pymodbusIsUnderstoodOnTCP() async throws {
        let judge = try PythonServer(Self.script)
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 3)
        try await check(engine.line(host: "127.0.0.1", port: judge.port))
        await engine.stop()
    }

    /// libmodbus alone takes the first five bytes of such a reply for a frame and finds its CRC wrong.
    @Test func pymodbusIsUnderstoodOnASerialLine() async throws {
        let judge = try PythonServer(Self.script)
        let tty = try #require(judge.words.first)
        let settings = SerialSettings(path: tty, baud: 115_200, parity: .none)
        let line = try SerialModbusLine.line(on: settings, time: SystemTime(), seed: 1, observer: nil)
        try await check(line)
        await line.stop()
    }
}
