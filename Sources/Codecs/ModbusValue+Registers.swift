extension ModbusValue {
    /// The value of `type` in the bytes of registers, as `init(_:as:order:)` says.
    ///
    /// What most points are, 32-bit numbers and single registers, is put together without an array between.
    package init?(registers bytes: [UInt8], as type: ModbusValueType, order: ModbusByteOrder) {
        guard bytes.count == 2 * type.registers else { return nil }
        switch type {
        case .float32:
            let value = Float(bitPattern: Self.pattern(bytes, order))
            self = value.isFinite ? .float32(value) : .notFinite
        case .uint32: self = .integer(Int128(Self.pattern(bytes, order)))
        case .int32: self = .integer(Int128(Int32(bitPattern: Self.pattern(bytes, order))))
        default: self.init(bytes, as: type, order: order)
        }
    }

    /// Four bytes as one big-endian number. Precondition: there are four.
    private static func pattern(_ bytes: [UInt8], _ order: ModbusByteOrder) -> UInt32 {
        // Exchanging words flips bit 1 of a byte's place, exchanging bytes bit 0.
        let exchange = (order.reversesWords ? 2 : 0) | (order.swapsBytes ? 1 : 0)
        return (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[$1 ^ exchange]) }
    }
}
