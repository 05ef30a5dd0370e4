/// What the bytes of one or more registers say, before scale, unit and meaning.
package enum ModbusValue: Sendable, Hashable {
    case integer(Int128)
    case float16(Float16)
    case float32(Float)
    case float64(Double)
    /// A float that is NaN or infinite: devices say so that they have no value.
    case notFinite
    /// ASCII up to the first NUL, without blanks at the end.
    case text(String)

    /// The value of `type` in `bytes`, the registers as they came on the wire.
    ///
    /// Nil where their number is not that of the type, where `order` is of numbers of another length, where a
    /// digit of a decimal number is above 9, or where a text holds anything but printable ASCII.
    package init?(_ bytes: [UInt8], as type: ModbusValueType, order: ModbusByteOrder) {
        guard bytes.count == 2 * type.registers else { return nil }
        if case .text(_, let layout) = type {
            guard let text = Self.text(bytes, layout) else { return nil }
            self = .text(text)
            return
        }
        guard let pattern = Self.pattern(bytes, order), let value = Self.number(pattern, type) else {
            return nil
        }
        self = value
    }

    /// The 32-bit float in `bytes`, two registers as they came on the wire; nil where they are not four, and
    /// for NaN and infinities.
    package static func float32(_ bytes: ArraySlice<UInt8>, order: ModbusByteOrder) -> Float? {
        guard bytes.count == 4, let exchange = order.exchange(4) else { return nil }
        var pattern: UInt32 = 0
        for place in 0..<4 { pattern = pattern << 8 | UInt32(bytes[bytes.startIndex + (place ^ exchange)]) }
        let value = Float(bitPattern: pattern)
        return value.isFinite ? value : nil
    }

    /// The bytes in big-endian order as one number; nil where `order` is not for so many.
    private static func pattern(_ bytes: [UInt8], _ order: ModbusByteOrder) -> UInt64? {
        guard let exchange = order.exchange(bytes.count) else { return nil }
        return bytes.indices.reduce(UInt64(0)) { $0 << 8 | UInt64(bytes[$1 ^ exchange]) }
    }

    private static func number(_ pattern: UInt64, _ type: ModbusValueType) -> ModbusValue? {
        switch type {
        case .uint8(let half): .integer(Int128(byte(half, of: pattern)))
        case .int8(let half): .integer(Int128(Int8(bitPattern: byte(half, of: pattern))))
        case .uint16, .uint32, .uint64: .integer(Int128(pattern))
        case .int16: .integer(Int128(Int16(truncatingIfNeeded: pattern)))
        case .int32: .integer(Int128(Int32(truncatingIfNeeded: pattern)))
        case .int64: .integer(Int128(Int64(bitPattern: pattern)))
        case .float16: finite(Float16(bitPattern: UInt16(truncatingIfNeeded: pattern))) { .float16($0) }
        case .float32: finite(Float(bitPattern: UInt32(truncatingIfNeeded: pattern))) { .float32($0) }
        case .float64: finite(Double(bitPattern: pattern)) { .float64($0) }
        case .bcd: decimalDigits(pattern).map { .integer($0) }
        case .bit(let bit): (0...15).contains(bit) ? .integer(Int128(pattern >> UInt64(bit) & 1)) : nil
        case .bits(let mask, _):
            mask == 0 ? nil : .integer(Int128((pattern & UInt64(mask)) >> UInt64(mask.trailingZeroBitCount)))
        case .text: nil
        }
    }

    private static func byte(_ half: ModbusValueType.RegisterHalf, of pattern: UInt64) -> UInt8 {
        UInt8(truncatingIfNeeded: half == .high ? pattern >> 8 : pattern)
    }

    private static func finite<Value: BinaryFloatingPoint>(
        _ value: Value, _ wrap: (Value) -> ModbusValue
    ) -> ModbusValue { value.isFinite ? wrap(value) : .notFinite }

    /// The number that binary-coded decimal digits write; nil where one of them is above 9.
    private static func decimalDigits(_ pattern: UInt64) -> Int128? {
        var number = Int128(0)
        for shift in stride(from: UInt64(60), through: 0, by: -4) {
            let digit = pattern >> shift & 0xF
            guard digit <= 9 else { return nil }
            number = number * 10 + Int128(digit)
        }
        return number
    }

    private static func text(
        _ bytes: some RandomAccessCollection<UInt8>, _ layout: ModbusValueType.TextLayout
    ) -> String? {
        guard let all = characters(Array(bytes), layout) else { return nil }
        var characters = all.prefix { $0 != 0 }
        while characters.last == UInt8(ascii: " ") { characters.removeLast() }
        // Printable ASCII: ISO/IEC 646, 2/0 to 7/14.
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: characters, as: UTF8.self)
    }

    /// The characters in reading order; nil where a byte that holds none is not 0.
    private static func characters(_ bytes: [UInt8], _ layout: ModbusValueType.TextLayout) -> [UInt8]? {
        switch layout {
        case .highFirst: return bytes
        case .lowFirst: return bytes.indices.map { bytes[$0 ^ 1] }
        case .lowByte, .highByte:
            let place = layout == .lowByte ? 1 : 0
            let registers = stride(from: 0, to: bytes.count, by: 2)
            guard registers.allSatisfy({ bytes[$0 + 1 - place] == 0 }) else { return nil }
            return registers.map { bytes[$0 + place] }
        }
    }
}
