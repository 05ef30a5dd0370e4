extension ModbusValue {
    /// The registers that hold this value as `type`, in the order in which they are written.
    ///
    /// Nil where the value is not of that type or does not fit: out of range, a text too long or not
    /// printable ASCII, a part of a register, which cannot be written without its neighbours, or an `order`
    /// of numbers of another length. A text is filled up with blanks.
    package func words(as type: ModbusValueType, order: ModbusByteOrder) -> [UInt16]? {
        guard let bytes = bigEndian(as: type) else { return nil }
        var exchange = 0
        if case .text = type {
        } else {
            guard let places = order.exchange(bytes.count) else { return nil }
            exchange = places
        }
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            UInt16(bytes[$0 ^ exchange]) << 8 | UInt16(bytes[($0 + 1) ^ exchange])
        }
    }

    private func bigEndian(as type: ModbusValueType) -> [UInt8]? {
        switch (type, self) {
        case (.uint16, .integer(let value)): UInt16(exactly: value).map(Self.bytes)
        case (.int16, .integer(let value)): Int16(exactly: value).map(Self.bytes)
        case (.uint32, .integer(let value)): UInt32(exactly: value).map(Self.bytes)
        case (.int32, .integer(let value)): Int32(exactly: value).map(Self.bytes)
        case (.uint64, .integer(let value)): UInt64(exactly: value).map(Self.bytes)
        case (.int64, .integer(let value)): Int64(exactly: value).map(Self.bytes)
        case (.float16, .float16(let value)): Self.bytes(value.bitPattern)
        case (.float32, .float32(let value)): Self.bytes(value.bitPattern)
        case (.float64, .float64(let value)): Self.bytes(value.bitPattern)
        case (.bcd(let registers), .integer(let value)): Self.decimalDigits(value, registers: registers)
        case (.text(let registers, let layout), .text(let text)):
            Self.filled(text, registers: registers, layout)
        default: nil
        }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func decimalDigits(_ value: Int128, registers: Int) -> [UInt8]? {
        guard ModbusValueType.bcd(registers: registers).wholeNumbers?.contains(value) == true else {
            return nil
        }
        var (pattern, rest) = (UInt64(0), value)
        for digit in 0..<min(registers, 4) * 4 {
            pattern |= UInt64(rest % 10) << UInt64(4 * digit)
            rest /= 10
        }
        return Array(bytes(pattern).suffix(2 * registers))
    }

    private static func filled(
        _ text: String, registers: Int, _ layout: ModbusValueType.TextLayout
    ) -> [UInt8]? {
        var characters = Array(text.utf8)
        let room = layout.charactersPerRegister * registers
        guard characters.count <= room, characters.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            return nil
        }
        characters += Array(repeating: UInt8(ascii: " "), count: room - characters.count)
        switch layout {
        case .highFirst: return characters
        case .lowFirst: return characters.indices.map { characters[$0 ^ 1] }
        case .lowByte: return characters.flatMap { [0, $0] }
        case .highByte: return characters.flatMap { [$0, 0] }
        }
    }
}
