/// What one or more registers hold.
package enum ModbusValueType: Sendable, Hashable {
    /// One byte of a register.
    case uint8(RegisterHalf)
    case int8(RegisterHalf)
    case uint16, int16, uint32, int32, uint64, int64
    case float16, float32, float64
    /// Binary-coded decimal, four digits a register, without sign: 1, 2 or 4 registers.
    case bcd(registers: Int)
    /// One bit of a register; 0 is the least significant.
    case bit(Int)
    /// The bits that the mask selects of a 16-bit or 32-bit number, shifted down to the mask's lowest.
    case bits(mask: UInt32, registers: Int = 1)
    /// ASCII.
    case text(registers: Int, layout: TextLayout = .highFirst)

    /// Which byte of a register.
    package enum RegisterHalf: String, Sendable, CaseIterable {
        case high, low
    }

    /// How characters stand in registers.
    package enum TextLayout: String, Sendable, CaseIterable {
        /// Two characters a register, the first in the high byte.
        case highFirst = "high_first"
        /// Two characters a register, the first in the low byte.
        case lowFirst = "low_first"
        /// One character a register, in the low byte; the high byte is 0.
        case lowByte = "low_byte"
        /// One character a register, in the high byte; the low byte is 0.
        case highByte = "high_byte"

        package var charactersPerRegister: Int {
            switch self {
            case .highFirst, .lowFirst: 2
            case .lowByte, .highByte: 1
            }
        }
    }

    /// Registers that a value takes.
    package var registers: Int {
        switch self {
        case .uint8, .int8, .uint16, .int16, .float16, .bit: 1
        case .uint32, .int32, .float32: 2
        case .uint64, .int64, .float64: 4
        case .bcd(let registers), .bits(_, let registers), .text(let registers, _): registers
        }
    }

    /// Every whole number that it can say; nil for floats and texts.
    package var wholeNumbers: ClosedRange<Int128>? {
        switch self {
        case .bit: 0...1
        case .uint8: 0...Int128(UInt8.max)
        case .int8: Int128(Int8.min)...Int128(Int8.max)
        case .uint16: 0...Int128(UInt16.max)
        case .int16: Int128(Int16.min)...Int128(Int16.max)
        case .uint32: 0...Int128(UInt32.max)
        case .int32: Int128(Int32.min)...Int128(Int32.max)
        case .uint64: 0...Int128(UInt64.max)
        case .int64: Int128(Int64.min)...Int128(Int64.max)
        case .bits(let mask, _): 0...Int128(mask >> UInt32(mask.trailingZeroBitCount & 31))
        case .bcd(let registers):
            0...(0..<max(0, min(registers, 4))).reduce(Int128(1)) { n, _ in n * 10_000 } - 1
        case .float16, .float32, .float64, .text: nil
        }
    }
}
