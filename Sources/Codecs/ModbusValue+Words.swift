extension ModbusValue {
    /// The registers that hold this value as `type`, in the order in which they are written.
    ///
    /// Nil where the value is not of that type or does not fit: out of range, a text too long or not
    /// printable
    /// ASCII, or a single bit of a register, which cannot be written without its neighbours. A text is filled
    /// up with blanks.
    package func words(as type: ModbusValueType, order: ModbusByteOrder) -> [UInt16]? {
        guard let pattern = bigEndian(as: type) else { return nil }
        let bytes: [UInt8]
        if case .text = type { bytes = pattern } else { bytes = order.arranged(pattern) }
        return stride(from: 0, to: bytes.count - 1, by: 2).map {
            UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1])
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
        case (.float32, .float32(let value)): Self.bytes(value.bitPattern)
        case (.float64, .float64(let value)): Self.bytes(value.bitPattern)
        case (.text(let registers), .text(let text)): Self.filled(text, registers: registers)
        default: nil
        }
    }

    private static func bytes(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func filled(_ text: String, registers: Int) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count <= 2 * registers, characters.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        return characters + Array(repeating: UInt8(ascii: " "), count: 2 * registers - characters.count)
    }
}
