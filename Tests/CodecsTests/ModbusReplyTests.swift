import Codecs
import Judging
import Testing

@Suite struct ModbusReplyTests {
    private static func pdu(_ hex: String) -> [UInt8] { Hex.bytes(hex.filter { $0 != " " }) ?? [] }

    @Test(arguments: [
        // KRAL BEM 500: total 902.70 as 90270.
        (ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2), "03 04 0001609E"),
        // MODBUS Application Protocol V1.1b3, clauses 6.1, 6.4 to 6.6, 6.11, 6.12, 6.16, 6.17.
        (.readCoils(address: 0x13, count: 0x13), "01 03 CD6B05"),
        (.readInputRegisters(address: 8, count: 1), "04 02 000A"),
        (.writeCoil(address: 0xAC, on: true), "05 00AC FF00"),
        (.writeRegister(address: 1, value: 3), "06 0001 0003"),
        (.writeCoils(address: 0x13, values: Array(repeating: true, count: 10)), "0F 0013 000A"),
        (.writeRegisters(address: 1, values: [0x000A, 0x0102]), "10 0001 0002"),
        (.maskWriteRegister(address: 4, and: 0xF2, or: 0x25), "16 0004 00F2 0025"),
        (
            .readWriteRegisters(readAddress: 3, readCount: 6, writeAddress: 14, values: [255, 255, 255]),
            "17 0C 00FE 0ACD 0001 0003 000D 00FF"
        ),
    ])
    func aReplyOfTheSpecificationIsAnAnswer(request: ModbusRequest, hex: String) {
        let pdu = Self.pdu(hex)
        #expect(ModbusReply(pdu, answering: request) == .answer)
        #expect(pdu.count == request.replyBytes)
    }

    @Test(arguments: [
        (ModbusRequest.readHoldingRegisters(address: 0, count: 2), ""),
        (.readHoldingRegisters(address: 0, count: 2), "03"),
        // Announced and real length each too short, too long, and in disagreement.
        (.readHoldingRegisters(address: 0, count: 2), "03 02 0001"),
        (.readHoldingRegisters(address: 0, count: 2), "03 06 000100020003"),
        (.readHoldingRegisters(address: 0, count: 2), "03 04 000100"),
        (.readHoldingRegisters(address: 0, count: 2), "03 04 0001000200"),
        // Another function, and the exception of another function.
        (.readHoldingRegisters(address: 0, count: 2), "04 04 00010002"),
        (.readHoldingRegisters(address: 0, count: 2), "84 02"),
        (.readHoldingRegisters(address: 0, count: 2), "83"),
        (.readHoldingRegisters(address: 0, count: 2), "83 02 00"),
        // Echoes of another address, value and count.
        (.writeRegister(address: 1, value: 3), "06 0002 0003"),
        (.writeRegister(address: 1, value: 3), "06 0001 0004"),
        (.writeRegisters(address: 1, values: [1, 2]), "10 0001 0001"),
        (.writeCoil(address: 0xAC, on: true), "05 00AC 0000"),
        (.maskWriteRegister(address: 4, and: 0xF2, or: 0x25), "16 0004 00F2"),
    ])
    func whatDoesNotAnswerIsAMismatch(request: ModbusRequest, hex: String) {
        guard case .mismatch = ModbusReply(Self.pdu(hex), answering: request) else {
            Issue.record("\(hex) was taken for an answer to \(request)")
            return
        }
    }

    @Test func anExceptionIsNamed() {
        let request = ModbusRequest.readHoldingRegisters(address: 0, count: 2)
        #expect(ModbusReply([0x83, 2], answering: request) == .exception(.illegalAddress))
        #expect("\(ModbusException.illegalAddress)".contains("no such address"))
        #expect(ModbusException.gatewayTargetSilent.meansSilence)
        #expect("\(ModbusException(code: 9))".contains("does not define"))
    }

    @Test func registersAndBitsComeInWireOrder() {
        #expect(ModbusReply.registers(Self.pdu("03 04 0001609E")) == [0x0001, 0x609E])
        #expect(ModbusReply.registers(Self.pdu("03 03 000160")) == nil)
        #expect(ModbusReply.registers([3]) == nil)
        // Clause 6.1: CD = 1100 1101, the lowest bit is coil 20.
        let bits = ModbusReply.bits(Self.pdu("01 03 CD6B05"), count: 19)
        #expect(bits?.prefix(8) == [true, false, true, true, false, false, true, true])
        #expect(ModbusReply.bits(Self.pdu("01 01 CD"), count: 9) == nil)
    }

    @Test func noBytesCrashTheJudgement() {
        let seed = SeededRandom.seed()
        var state = seed
        for _ in 0..<20_000 {
            let pdu = (0..<Int(Self.next(&state) % 12)).map { _ in
                UInt8(truncatingIfNeeded: Self.next(&state))
            }
            let reply = ModbusReply(pdu, answering: .readHoldingRegisters(address: 0, count: 2))
            if reply == .answer, pdu.count != 6 || pdu.prefix(2) != [3, 4] {
                Issue.record("seed \(seed): \(pdu) was taken for an answer")
            }
        }
    }

    /// xorshift64* (Vigna): random enough for bytes.
    private static func next(_ state: inout UInt64) -> UInt64 {
        if state == 0 { state = 1 }
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return (state &* 0x2545_F491_4F6C_DD1D) >> 32
    }
}
