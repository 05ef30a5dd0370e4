import Codecs
import Metrology
import Testing

@testable import Transports

/// Every function that the engine speaks, understood and answered by libmodbus's own server.
@Suite(.timeLimit(.minutes(10))) struct LibmodbusJudgeTests {
    @Test func libmodbusUnderstandsEveryFunction() async throws {
        let server = try LibmodbusServer()
        let engine = try ModbusTCPEngine(time: SystemTime(), seed: 3)
        let line = engine.line(host: "127.0.0.1", port: server.port)
        func ask(_ request: ModbusRequest) async -> ModbusExchange {
            await line.transact(request, unit: 1, timeout: .seconds(5))
        }
        func registers(_ exchange: ModbusExchange) -> [UInt16]? {
            exchange.replyPDU.flatMap(ModbusReply.registers)
        }

        #expect(registers(await ask(.readInputRegisters(address: 10, count: 3))) == [30, 33, 36])
        let inputs = await ask(.readDiscreteInputs(address: 0, count: 7)).replyPDU
        #expect(ModbusReply.bits(inputs ?? [], count: 7) == [true, false, false, true, false, false, true])

        _ = await ask(.writeRegister(address: 5, value: 0xBEEF))
        _ = await ask(.writeRegisters(address: 6, values: [1, 2, 0xFFFF]))
        #expect(
            registers(await ask(.readHoldingRegisters(address: 5, count: 4))) == [0xBEEF, 1, 2, 0xFFFF])
        _ = await ask(.maskWriteRegister(address: 5, and: 0x00FF, or: 0x1200))
        #expect(registers(await ask(.readHoldingRegisters(address: 5, count: 1))) == [0x12EF])
        let both = await ask(
            .readWriteRegisters(readAddress: 5, readCount: 2, writeAddress: 6, values: [77]))
        #expect(registers(both) == [0x12EF, 77])

        _ = await ask(.writeCoil(address: 2, on: true))
        _ = await ask(.writeCoils(address: 3, values: Array(repeating: true, count: 9) + [false]))
        let coils = await ask(.readCoils(address: 1, count: 12)).replyPDU
        #expect(
            ModbusReply.bits(coils ?? [], count: 12) == [false] + Array(repeating: true, count: 10) + [false])

        #expect(registers(await ask(.readHoldingRegisters(address: 0, count: 125)))?.count == 125)
        #expect(
            await ask(.readHoldingRegisters(address: 299, count: 2)).outcome == .exception(.illegalAddress))
        await engine.stop()
        server.stop()
        #expect(line.status.malformed == 0)
    }
}
