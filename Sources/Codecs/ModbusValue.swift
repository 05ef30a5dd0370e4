/// How the bytes of a number stand in registers, by the letters of its big-endian bytes as they arrive.
///
/// Longer numbers follow the same two choices: whether the two bytes of each register are swapped, and
/// whether
/// the registers come in reverse. So CDAB of a 64-bit number is GHEFCDAB.
package enum ModbusByteOrder: String, Sendable, CaseIterable {
    case abcd = "ABCD"
    case cdab = "CDAB"
    case badc = "BADC"
    case dcba = "DCBA"

    var swapsBytes: Bool { self == .badc || self == .dcba }
    var reversesWords: Bool { self == .cdab || self == .dcba }

    /// Bytes from wire order into big-endian order, or back: each order undoes itself.
    func arranged(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let bytes = Array(bytes)
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        let starts = stride(from: 0, to: bytes.count - 1, by: 2)
        for start in reversesWords ? Array(starts.reversed()) : Array(starts) {
            out.append(bytes[start + (swapsBytes ? 1 : 0)])
            out.append(bytes[start + (swapsBytes ? 0 : 1)])
        }
        return out
    }
}

/// What one or more registers hold.
package enum ModbusValueType: Sendable, Hashable {
    case uint16, int16, uint32, int32, uint64, int64, float32, float64
    /// One bit of a register; 0 is the least significant.
    case bit(Int)
    /// The bits of a register that the mask selects, shifted down to the mask's lowest.
    case bits(mask: UInt16)
    /// ASCII, two characters a register, the high byte first.
    case text(registers: Int)

    /// Registers that a value takes.
    package var registers: Int {
        switch self {
        case .uint16, .int16, .bit, .bits: 1
        case .uint32, .int32, .float32: 2
        case .uint64, .int64, .float64: 4
        case .text(let registers): registers
        }
    }
}

/// What the bytes of one or more registers say, before scale, unit and meaning.
package enum ModbusValue: Sendable, Hashable {
    case integer(Int128)
    case float32(Float)
    case float64(Double)
    /// A float that is NaN or infinite: devices say so that they have no value.
    case notFinite
    /// ASCII up to the first NUL, without blanks at the end.
    case text(String)

    /// The value of `type` in `bytes`, the registers as they came on the wire.
    ///
    /// Nil where their number is not that of the type, or where a text holds anything but printable ASCII.
    package init?(_ bytes: some Collection<UInt8>, as type: ModbusValueType, order: ModbusByteOrder) {
        guard bytes.count == 2 * type.registers else { return nil }
        if case .text = type {
            guard let text = Self.text(bytes) else { return nil }
            self = .text(text)
            return
        }
        let arranged = order.arranged(bytes)
        let pattern = arranged.reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch type {
        case .uint16, .uint32, .uint64: self = .integer(Int128(pattern))
        case .int16: self = .integer(Int128(Int16(truncatingIfNeeded: pattern)))
        case .int32: self = .integer(Int128(Int32(truncatingIfNeeded: pattern)))
        case .int64: self = .integer(Int128(Int64(bitPattern: pattern)))
        case .float32:
            let value = Float(bitPattern: UInt32(truncatingIfNeeded: pattern))
            self = value.isFinite ? .float32(value) : .notFinite
        case .float64:
            let value = Double(bitPattern: pattern)
            self = value.isFinite ? .float64(value) : .notFinite
        case .bit(let bit):
            guard (0...15).contains(bit) else { return nil }
            self = .integer(Int128(pattern >> UInt64(bit) & 1))
        case .bits(let mask):
            guard mask != 0 else { return nil }
            self = .integer(Int128((pattern & UInt64(mask)) >> UInt64(mask.trailingZeroBitCount)))
        case .text: return nil
        }
    }

    private static func text(_ bytes: some Collection<UInt8>) -> String? {
        var characters = Array(bytes.prefix { $0 != 0 })
        while characters.last == UInt8(ascii: " ") { characters.removeLast() }
        // Printable ASCII: ISO/IEC 646, 2/0 to 7/14.
        guard characters.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return String(decoding: characters, as: UTF8.self)
    }
}
