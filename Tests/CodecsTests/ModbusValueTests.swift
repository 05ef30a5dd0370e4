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

    private func hexadecimal(_ words: [UInt16]) -> String {
        Hex.text(words.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] })
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

    @Test("Whole numbers, signed and not")
    func integers() throws {
        let cases: [(String, ModbusValueType, Int128)] = [
            ("FFFE", .uint16, 65_534), ("FFFE", .int16, -2), ("0001609E", .int32, 90_270),
            ("FFFFFF38", .int32, -200), ("FFFFFF38", .uint32, 4_294_967_096),
            ("80000000", .int32, -2_147_483_648),
            ("FFFFFFFFFFFFFFFF", .uint64, 18_446_744_073_709_551_615), ("FFFFFFFFFFFFFFFE", .int64, -2),
            ("8001", .bit(0), 1), ("8001", .bit(1), 0), ("8001", .bit(15), 1),
            ("12C4", .bits(mask: 0x00F0), 12), ("8000", .bits(mask: 0xFFFF), 32_768),
        ]
        for (hex, type, number) in cases {
            #expect(try value(hex, type) == .integer(number), "\(hex) \(type)")
        }
    }

    /// 01 02 … 08 with the bytes as the letters say: A is 01, H is 08. Four of them are EMQX Neuron's.
    @Test(
        "Sixty-four bits in six orders, and in the four that a whole device may have",
        arguments: [
            (ModbusByteOrder.abcdefgh, "0102030405060708"), (.badcfehg, "0201040306050807"),
            (.ghefcdab, "0708050603040102"), (.hgfedcba, "0807060504030201"),
            (.cdabghef, "0304010207080506"), (.efghabcd, "0506070801020304"),
            (.abcd, "0102030405060708"), (.badc, "0201040306050807"),
            (.cdab, "0708050603040102"), (.dcba, "0807060504030201"),
        ])
    func longNumbers(_ order: ModbusByteOrder, _ hex: String) throws {
        #expect(try value(hex, .uint64, order) == .integer(0x0102_0304_0506_0708))
        let words = ModbusValue.integer(0x0102_0304_0506_0708).words(as: .uint64, order: order)
        #expect(words.map(hexadecimal) == hex)
    }

    @Test("Eight letters say nothing of shorter numbers")
    func orderOfAnotherLength() throws {
        for order in ModbusByteOrder.allCases where order.byteCount == 8 {
            #expect(try value("0102", .uint16, order) == nil)
            #expect(try value("01020304", .float32, order) == nil)
            #expect(ModbusValue.integer(1).words(as: .int32, order: order) == nil)
        }
        #expect(try value("3FF8000000000000", .float64) == .float64(1.5))
    }

    /// ATEQ F6: words travel low byte first, longs low word first; program 3 is written as 02 00.
    @Test("A device that sends every word low byte first")
    func lowByteFirst() throws {
        #expect(try value("0200", .uint16, .dcba) == .integer(2))
        #expect(ModbusValue.integer(2).words(as: .uint16, order: .dcba) == [0x0200])
        #expect(try value("18FCFFFF", .int32, .dcba) == .integer(-1_000))
        #expect(try value("0200", .uint16, .cdab) == .integer(0x0200))
    }

    /// IEEE 754-2008, binary16: 1, the largest, the smallest, −2.
    @Test(
        "Half-precision floats",
        arguments: [
            ("3C00", Float16(1)), ("7BFF", 65_504), ("0001", 5.960_464_477_539_063e-8), ("C000", -2),
        ])
    func halfPrecision(_ hex: String, _ number: Float16) throws {
        #expect(try value(hex, .float16) == .float16(number))
        #expect(
            ModbusValue.float16(number).words(as: .float16, order: .abcd).map(hexadecimal) == hex.lowercased()
        )
        #expect(try value("7E00", .float16) == .notFinite)
        #expect(try value("FC00", .float16) == .notFinite)
    }

    @Test("One byte of a register")
    func halves() throws {
        #expect(try value("FE7F", .uint8(.high)) == .integer(254))
        #expect(try value("FE7F", .int8(.high)) == .integer(-2))
        #expect(try value("FE7F", .uint8(.low)) == .integer(127))
        #expect(try value("FE7F", .uint8(.low), .badc) == .integer(254))
        #expect(ModbusValue.integer(1).words(as: .uint8(.low), order: .abcd) == nil)
    }

    @Test(
        "Binary-coded decimal reads as its digits show",
        arguments: [
            ("1234", 1, Int128(1_234)), ("0000", 1, 0), ("9999", 1, 9_999), ("00123456", 2, 123_456),
            ("1234567890123456", 4, 1_234_567_890_123_456),
        ])
    func decimals(_ hex: String, _ registers: Int, _ number: Int128) throws {
        let type = ModbusValueType.bcd(registers: registers)
        #expect(try value(hex, type) == .integer(number))
        let words = try #require(ModbusValue.integer(number).words(as: type, order: .abcd))
        #expect(hexadecimal(words) == hex)
    }

    @Test("A digit above nine is no decimal number", arguments: ["123A", "F000", "00A0"])
    func noDigit(_ hex: String) throws {
        #expect(try value(hex, .bcd(registers: 1)) == nil)
        #expect(try value("0000" + hex, .bcd(registers: 2)) == nil)
        #expect(ModbusValue.integer(10_000).words(as: .bcd(registers: 1), order: .abcd) == nil)
        #expect(ModbusValue.integer(-1).words(as: .bcd(registers: 1), order: .abcd) == nil)
    }

    @Test("Some bits of a long word, in its own order")
    func longMasks() throws {
        #expect(try value("00010203", .bits(mask: 0x00FF_FF00, registers: 2)) == .integer(0x0102))
        #expect(try value("02030001", .bits(mask: 0x00FF_FF00, registers: 2), .cdab) == .integer(0x0102))
        #expect(try value("80000000", .bits(mask: 0x8000_0000, registers: 2)) == .integer(1))
        #expect(try value("8000", .bits(mask: 0x8000_0000, registers: 2)) == nil)
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

    @Test(
        "Texts in four layouts, both ways",
        arguments: [
            (ModbusValueType.TextLayout.highFirst, "4B52414C2020", 3), (.lowFirst, "524B4C412020", 3),
            (.lowByte, "004B00520041004C", 4), (.highByte, "4B00520041004C00", 4),
        ])
    func layouts(_ layout: ModbusValueType.TextLayout, _ hex: String, _ registers: Int) throws {
        let type = ModbusValueType.text(registers: registers, layout: layout)
        #expect(try value(hex, type) == .text("KRAL"))
        let words = try #require(ModbusValue.text("KRAL").words(as: type, order: .abcd))
        #expect(hexadecimal(words) == hex.lowercased())
    }

    @Test("One character a register leaves the other byte empty")
    func brokenLayouts() throws {
        #expect(try value("4B52414C", .text(registers: 2, layout: .lowByte)) == nil)
        #expect(try value("4B52414C", .text(registers: 2, layout: .highByte)) == nil)
        #expect(try value("004B0000", .text(registers: 2, layout: .lowByte)) == .text("K"))
        #expect(ModbusValue.text("KRA").words(as: .text(registers: 2, layout: .lowByte), order: .abcd) == nil)
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
