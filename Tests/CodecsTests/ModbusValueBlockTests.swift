import Testing

@testable import Codecs

@Suite("A reply's registers by address")
struct ModbusValueBlockTests {
    @Test("Only what the reply carried comes out")
    func bounds() {
        let block = ModbusValueBlock(
            registersFrom: 0x4100, bytes: [0x00, 0x01, 0x60, 0x9E, 0x12, 0x34, 0x99])
        #expect(block.count == 3)
        #expect(block.registers(at: 0x4100, count: 2) == [0x00, 0x01, 0x60, 0x9E])
        #expect(block.registers(at: 0x4102, count: 1) == [0x12, 0x34])
        #expect(block.registers(at: 0x4102, count: 2) == nil)
        #expect(block.registers(at: 0x40FF, count: 1) == nil)
        #expect(block.registers(at: 0x4103, count: 1) == nil)
        #expect(block.registers(at: .max, count: .max) == nil)
        #expect(block.registers(at: .min, count: 1) == nil)
        #expect(block.registers(at: 0x4100, count: 0) == nil)
        #expect(block.bit(at: 0x4100) == nil)
    }

    /// The example of the Modbus Application Protocol V1.1b3, section 6.1: coils 20 to 38 are CD 6B 05.
    @Test("Bits stand lowest address first")
    func bits() {
        let block = ModbusValueBlock(bitsFrom: 19, count: 19, bytes: [0xCD, 0x6B, 0x05])
        #expect((19...26).map { block.bit(at: $0) } == [true, false, true, true, false, false, true, true])
        #expect((35...37).map { block.bit(at: $0) } == [true, false, true])
        #expect(block.bit(at: 38) == nil)
        #expect(block.bit(at: 18) == nil)
        #expect(block.registers(at: 19, count: 1) == nil)
    }
}
