import Codecs
import Testing

@Suite struct ModbusRTUFrameTests {
    /// Frames that device manuals print, with their check sums.
    private static let printed = [
        // KRAL BEM 500: read of total A1, its reply (902.70), and the reset of total 1.
        "01 03 41 00 00 02 D0 37", "01 03 04 00 01 60 9E 02 5B", "01 10 40 02 00 02 04 00 00 00 00 43 B5",
        // Keller Series 30: read of P1.
        "01 03 00 02 00 02 65 CB",
        // ATEQ F6: program 3, low byte first.
        "01 10 02 00 00 01 02 02 00 84 F0",
    ]

    @Test(arguments: printed) func aPrintedFrameIsRead(hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        let frame = try ModbusRTUFrame(bytes)
        #expect(frame.unit == 1)
        #expect(frame.pdu == Array(bytes[1..<(bytes.count - 2)]))
        #expect(frame.bytes == bytes)
    }

    @Test(arguments: printed) func everyFlippedBitIsFound(hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        for index in bytes.indices {
            for bit in 0..<8 {
                var wrong = bytes
                wrong[index] ^= 1 << UInt8(bit)
                #expect(throws: ModbusError.self) { try ModbusRTUFrame(wrong) }
            }
        }
    }

    @Test func lengthsThatNoFrameHasAreRefused() {
        #expect(throws: ModbusError.self) { try ModbusRTUFrame([]) }
        #expect(throws: ModbusError.self) { try ModbusRTUFrame([1, 0x7E, 0x80]) }
        #expect(throws: ModbusError.self) { try ModbusRTUFrame(Array(repeating: 0, count: 257)) }
    }

    @Test func theRequestOfTheManualIsOurs() throws {
        let pdu = try ModbusRequest.readHoldingRegisters(address: 0x4100, count: 2).pdu()
        #expect(ModbusRTUFrame(unit: 1, pdu: pdu).bytes == Hex.bytes("010341000002D037"))
    }
}
