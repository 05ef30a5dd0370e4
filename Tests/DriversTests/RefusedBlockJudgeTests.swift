import Codecs
import Drivers
import Judging
import Metrology
import Profiles
import Testing
import Transports

/// A refused block on a device that others have written: pymodbus's server, with holes, over TCP.
@Suite(.timeLimit(.minutes(10))) struct RefusedBlockJudgeTests {
    /// Registers 0 to 39 hold 1000 and their address, without 7, 20 and 21: what touches those is answered
    /// with exception 2.
    private static let script = """
        import asyncio, os
        from pymodbus.server import ModbusTcpServer
        from pymodbus.simulator import DataType, SimData, SimDevice
        def block(first, last):
            return SimData(
                first, values=[1000 + a for a in range(first, last + 1)], datatype=DataType.REGISTERS)
        async def serve():
            data = [block(0, 6), block(8, 19), block(22, 39)]
            server = ModbusTcpServer(SimDevice(1, simdata=data), address=("127.0.0.1", 0))
            await server.serve_forever(background=True)
            print(os.getpid(), server.transport.sockets[0].getsockname()[1], flush=True)
            await asyncio.Event().wait()
        asyncio.run(serve())
        """

    private static let profile = """
        profile: p
        revision: 1
        manufacturer: m
        model: m
        protocol: modbus
        source: test
        defaults: {poll: 50 ms}
        points:
        """

    @Test func theHolesAreFoundToldAndLeftOut() async throws {
        let judge = try PythonServer(Self.script)
        let points = (0..<40).map { "  - {id: p\($0), address: \($0), type: uint16, unit: bar}" }
        let text = Self.profile + "\n" + points.joined(separator: "\n")
        let source = SourceFile(path: "p.yaml", bytes: Array(text.utf8))
        let registers = try #require(DeviceProfile.read(source, faults: FaultCollector())?.registers)
        let time = SystemTime()
        let engine = try ModbusTCPEngine(time: time, seed: 1)
        let line = engine.line(host: "127.0.0.1", port: judge.port)
        let (events, input) = AsyncStream<DeviceEvent>.makeStream()
        let device = ModbusDevice(
            ModbusDeviceSetup(id: "D-1", registers: registers, unit: 1, provenance: .live, taken: nil),
            link: line, time: time, tell: { input.yield($0) })
        let work = Task { try await device.run() }
        var told: [String] = []
        for await event in events {
            if case .irregular(let text) = event { told.append(text) }
            if await device.latest.values.count(where: { $0.quality == .good }) == 37 { break }
        }
        #expect(
            told == [
                "D-1 refuses a part of holding.0x0000: write `holes: [holding 0x0007, holding "
                    + "0x0014-0x0015]` into its profile and remove p7, p20, p21"
            ])
        let latest = await device.latest
        for address in 0..<40 where ![7, 20, 21].contains(address) {
            #expect(latest["p\(address)"]?.value == .decimal(ExactDecimal(Int128(1_000 + address))))
        }
        for address in [7, 20, 21] { #expect(latest["p\(address)"]?.quality == .bad(.refused)) }
        #expect(await device.status.holes == ["holding 0x0007", "holding 0x0014-0x0015"])
        work.cancel()
        _ = await work.result
        await engine.stop()
    }
}
