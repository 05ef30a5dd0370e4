import Codecs
import Testing

/// PDUs from the examples of MODBUS Application Protocol V1.1b3, and device manuals where named.
@Suite struct ModbusRequestTests {
    @Test(arguments: [
        // Clause 6.1: coils 20 to 38.
        (ModbusRequest.readCoils(address: 0x13, count: 0x13), "01 0013 0013"),
        // Clause 6.2: inputs 197 to 218.
        (.readDiscreteInputs(address: 0xC4, count: 0x16), "02 00C4 0016"),
        // Clause 6.3: registers 108 to 110.
        (.readHoldingRegisters(address: 0x6B, count: 3), "03 006B 0003"),
        // Clause 6.4: input register 9.
        (.readInputRegisters(address: 8, count: 1), "04 0008 0001"),
        // Clause 6.5: coil 173 on.
        (.writeCoil(address: 0xAC, on: true), "05 00AC FF00"),
        // Clause 6.6: register 2 to 3.
        (.writeRegister(address: 1, value: 3), "06 0001 0003"),
        // Clause 6.11: 10 coils from 20.
        (
            .writeCoils(
                address: 0x13, values: [true, false, true, true, false, false, true, true, true, false]),
            "0F 0013 000A 02 CD01"
        ),
        // Clause 6.12: two registers from 2.
        (.writeRegisters(address: 1, values: [0x000A, 0x0102]), "10 0001 0002 04 000A 0102"),
        // Clause 6.16: mask of register 5.
        (.maskWriteRegister(address: 4, and: 0xF2, or: 0x25), "16 0004 00F2 0025"),
        // Clause 6.17: read six from 4, write three from 15.
        (
            .readWriteRegisters(
                readAddress: 3, readCount: 6, writeAddress: 0x0E, values: [0xFF, 0xFF, 0xFF]),
            "17 0003 0006 000E 0003 06 00FF 00FF 00FF"
        ),
        // KRAL BEM 500: total A1.
        (.readHoldingRegisters(address: 0x4100, count: 2), "03 4100 0002"),
        // KRAL BEM 500: reset of total 1.
        (.writeRegisters(address: 0x4002, values: [0, 0]), "10 4002 0002 04 0000 0000"),
    ])
    func pduIsThatOfTheSpecification(request: ModbusRequest, hex: String) throws {
        #expect(Hex.text(try request.pdu()) == hex.lowercased().filter { $0 != " " })
    }

    @Test(arguments: [
        ModbusRequest.readHoldingRegisters(address: 0, count: 125),
        .readHoldingRegisters(address: 65_411, count: 125),
        .readCoils(address: 0, count: 2_000),
        .writeCoils(address: 0, values: Array(repeating: true, count: 1_968)),
        .writeRegisters(address: 0, values: Array(repeating: 1, count: 123)),
        .readWriteRegisters(
            readAddress: 0, readCount: 125, writeAddress: 0, values: Array(repeating: 1, count: 121)),
    ])
    func theLargestRequestFitsAFrame(request: ModbusRequest) throws {
        #expect(try request.pdu().count <= 253)
        #expect(request.replyBytes <= 253)
    }

    @Test(arguments: [
        ModbusRequest.readHoldingRegisters(address: 0, count: 0),
        .readHoldingRegisters(address: 0, count: 126),
        .readInputRegisters(address: 0, count: -1),
        .readHoldingRegisters(address: 65_412, count: 125),
        .readCoils(address: 0, count: 2_001),
        .writeCoils(address: 0, values: []),
        .writeRegisters(address: 0, values: Array(repeating: 1, count: 124)),
        .readWriteRegisters(readAddress: 0, readCount: 126, writeAddress: 0, values: [1]),
        .readWriteRegisters(
            readAddress: 0, readCount: 1, writeAddress: 0, values: Array(repeating: 1, count: 122)),
        .readWriteRegisters(readAddress: 0, readCount: 1, writeAddress: 65_535, values: [1, 2]),
    ])
    func whatNoRequestCarriesIsRefused(request: ModbusRequest) {
        #expect(throws: ModbusError.self) { try request.pdu() }
    }
}
