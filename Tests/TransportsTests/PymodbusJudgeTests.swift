import Codecs
import Metrology
import Testing

@testable import Transports

/// Lines in the framings that are our own, understood and answered by pymodbus.
@Suite(.timeLimit(.minutes(10))) struct PymodbusJudgeTests {
    @Test func pymodbusUnderstandsRTUOverTCP() async throws {
        let server = try PymodbusServer(framer: "rtu")
        try await judge(.modbusRTUOverTCP(host: "127.0.0.1", port: server.port, unit: 1))
        server.stop()
    }

    @Test func pymodbusUnderstandsASCIIOnATTY() async throws {
        let server = try PymodbusServer(framer: "ascii")
        let bridge = try TTYBridge(port: server.port)
        // Pseudoterminals know neither parity nor 7 bits.
        let settings = SerialSettings(path: bridge.path, baud: 115_200, parity: .none)
        try await judge(.modbusASCII(settings, unit: 1))
        bridge.stop()
        server.stop()
    }

    private func judge(_ address: LinkAddress) async throws {
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 4)
        let line = try engine.line(to: address)
        func ask(_ request: ModbusRequest, _ unit: UInt8 = 1) async -> ModbusExchange {
            await line.transact(request, unit: unit, timeout: .seconds(5))
        }
        func registers(_ exchange: ModbusExchange) -> [UInt16]? {
            exchange.replyPDU.flatMap(ModbusReply.registers)
        }
        for unit in UInt8(1)...3 {
            let base = UInt16(unit) * 1_000
            let exchange = await ask(.readHoldingRegisters(address: 10, count: 3), unit)
            #expect(registers(exchange) == [base + 10, base + 11, base + 12], "\(exchange.outcome)")
        }
        _ = await ask(.writeRegister(address: 5, value: 0xBEEF))
        _ = await ask(.writeRegisters(address: 6, values: [1, 2, 0xFFFF]))
        #expect(registers(await ask(.readHoldingRegisters(address: 5, count: 4))) == [0xBEEF, 1, 2, 0xFFFF])
        _ = await ask(.maskWriteRegister(address: 5, and: 0x00FF, or: 0x1200))
        let both = await ask(
            .readWriteRegisters(readAddress: 5, readCount: 2, writeAddress: 6, values: [77]))
        #expect(registers(both) == [0x12EF, 77])
        _ = await ask(.writeCoils(address: 1, values: [true, true, false, true]))
        let coils = await ask(.readCoils(address: 0, count: 6)).replyPDU
        #expect(ModbusReply.bits(coils ?? [], count: 6) == [false, true, true, false, true, false])
        #expect(registers(await ask(.readInputRegisters(address: 5, count: 1))) == [1_005])
        let inputs = await ask(.readDiscreteInputs(address: 100, count: 9)).replyPDU
        #expect(ModbusReply.bits(inputs ?? [], count: 9) == Array(repeating: false, count: 9))
        #expect(
            await ask(.readHoldingRegisters(address: 199, count: 2)).outcome == .exception(.illegalAddress))
        #expect(registers(await ask(.readHoldingRegisters(address: 0, count: 125)))?.count == 125)
        // Written to all units at once; none answers, each has it.
        #expect(await ask(.writeRegister(address: 50, value: 4_711), 0).outcome == .sent)
        for unit in UInt8(1)...3 {
            #expect(registers(await ask(.readHoldingRegisters(address: 50, count: 1), unit)) == [4_711])
        }
        await engine.stop()
        #expect(line.status.malformed == 0)
        #expect(line.status.discarded == 0)
    }
}
