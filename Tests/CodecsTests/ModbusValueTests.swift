import Testing

@testable import Codecs

@Suite("Values in Modbus registers")
struct ModbusValueTests {
    /// Registers as they arrive, for each byte order: libmodbus documents 123456.0, the others follow from
    /// IEEE 754.
    static let floats: [(Float, [ModbusByteOrder: String])] = [
        (123456.0, [.abcd: "47F1 2000", .cdab: "2000 47F1", .badc: "F147 0020", .dcba: "0020 F147"]),
        (40.25, [.abcd: "4221 0000", .cdab: "0000 4221", .badc: "2142 0000", .dcba: "0000 2142"]),
        (52.3, [.abcd: "4251 3333", .cdab: "3333 4251", .badc: "5142 3333", .dcba: "3333 5142"]),
    ]

    private func value(_ hex: String, _ type: ModbusValueType, _ order: ModbusByteOrder = .abcd) throws
        -> ModbusValue?
    {
        ModbusValue(try #require(Hex.bytes(hex)), as: type, order: order)
    }

    @Test("Floats in all four byte orders, both ways", arguments: floats)
    func byteOrders(_ number: Float, _ wire: [ModbusByteOrder: String]) throws {
        for (order, hex) in wire {
            #expect(try value(hex, .float32, order) == .float32(number))
            let bytes = try #require(Hex.bytes(hex))
            let words = stride(from: 0, to: 4, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
            #expect(ModbusValue.float32(number).words(as: .float32, order: order) == words)
        }
    }

    @Test(
        "Whole numbers, signed and not",
        arguments: [
            ("FFFE", ModbusValueType.uint16, Int128(65_534)), ("FFFE", .int16, -2),
            ("0001609E", .int32, 90_270),
            ("FFFFFF38", .int32, -200), ("FFFFFF38", .uint32, 4_294_967_096),
            ("80000000", .int32, -2_147_483_648),
            ("FFFFFFFFFFFFFFFF", .uint64, 18_446_744_073_709_551_615), ("FFFFFFFFFFFFFFFE", .int64, -2),
            ("8001", .bit(0), 1), ("8001", .bit(1), 0), ("8001", .bit(15), 1),
            ("12C4", .bits(mask: 0x00F0), 12),
            ("8000", .bits(mask: 0xFFFF), 32_768),
        ])
    func integers(_ hex: String, _ type: ModbusValueType, _ number: Int128) throws {
        #expect(try value(hex, type) == .integer(number))
    }

    @Test("Sixty-four bits follow the same orders")
    func longNumbers() throws {
        #expect(try value("0102030405060708", .uint64) == .integer(0x0102_0304_0506_0708))
        #expect(try value("0708050603040102", .uint64, .cdab) == .integer(0x0102_0304_0506_0708))
        #expect(try value("0201040306050807", .uint64, .badc) == .integer(0x0102_0304_0506_0708))
        #expect(try value("0807060504030201", .uint64, .dcba) == .integer(0x0102_0304_0506_0708))
        #expect(try value("3FF8000000000000", .float64) == .float64(1.5))
    }

    @Test(
        "NaN and infinity are no numbers",
        arguments: [
            ("7FC00000", ModbusValueType.float32), ("7F800000", .float32), ("FF800000", .float32),
            ("7FF8000000000000", .float64), ("FFF0000000000000", .float64),
        ])
    func notFinite(_ hex: String, _ type: ModbusValueType) throws {
        #expect(try value(hex, type) == .notFinite)
    }

    @Test("Texts end at the first NUL and lose their blanks; what is not printable is no text")
    func texts() throws {
        let type = ModbusValueType.text(registers: 4)
        #expect(try value("5341313031393700", type) == .text("SA10197"))
        #expect(try value("4142202020202020", type) == .text("AB"))
        #expect(try value("4100 FFFF FFFF FFFF", type) == .text("A"))
        #expect(try value("2020202020202020", type) == .text(""))
        #expect(try value("41 0A 4243 44454647", type) == nil)
        #expect(try value("C3A4 4243 44454647", type) == nil)
        #expect(
            ModbusValue.text("C0000009").words(as: type, order: .dcba) == [0x4330, 0x3030, 0x3030, 0x3039])
        #expect(ModbusValue.text("C00000091").words(as: type, order: .abcd) == nil)
        #expect(ModbusValue.text("AB").words(as: .text(registers: 2), order: .abcd) == [0x4142, 0x2020])
    }

    @Test("Bytes of another length say nothing", arguments: [0, 1, 3, 5, 8])
    func lengths(_ count: Int) {
        #expect(ModbusValue([UInt8](repeating: 0, count: count), as: .int32, order: .abcd) == nil)
    }

    @Test("What does not fit is not written")
    func overflow() {
        #expect(ModbusValue.integer(65_536).words(as: .uint16, order: .abcd) == nil)
        #expect(ModbusValue.integer(-1).words(as: .uint16, order: .abcd) == nil)
        #expect(ModbusValue.integer(-1).words(as: .int16, order: .abcd) == [0xFFFF])
        #expect(ModbusValue.integer(1).words(as: .float32, order: .abcd) == nil)
        #expect(ModbusValue.integer(1).words(as: .bit(0), order: .abcd) == nil)
        #expect(ModbusValue.text("ä").words(as: .text(registers: 2), order: .abcd) == nil)
    }
}
