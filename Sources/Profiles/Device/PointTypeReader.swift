internal import Codecs

/// Reads what a point's registers hold and in which order: `type` and the keys that only some types have.
struct PointTypeReader {
    let mapping: YAMLMapping
    /// Whether the point lies in a table of bits.
    let isBitTable: Bool

    /// Words of `type:`.
    enum Name: String, CaseIterable {
        case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float16, float32, float64
        case bcd16, bcd32, bcd64, bit, string

        var isFloat: Bool { self == .float16 || self == .float32 || self == .float64 }
    }

    /// Keys that only some types have, the types, and what to write instead.
    private static let keys: [(key: String, types: Set<Name>, what: String, remedy: String)] = [
        (
            "mask", [.uint16, .uint32], "only a uint16 or uint32 has a mask",
            "write that `type`, or remove `mask`"
        ),
        (
            "half", [.uint8, .int8], "only a uint8 or int8 is half a register",
            "write that `type`, or remove `half`"
        ),
        ("count", [.string], "only a string has a count", "write `length` for an array, or remove `count`"),
        ("layout", [.string], "only a string has a layout", "write `byte_order` for a number, or remove it"),
    ]

    /// What `type: name` with its further keys is; nil after noting what is wrong.
    func type(_ name: Name) -> ModbusValueType? {
        let mask = mapping.optional("mask", .integer(1...(name == .uint32 ? 0xFFFF_FFFF : 0xFFFF)))
        let half: ModbusValueType.RegisterHalf? = mapping.optional("half", .choice)
        let layout: ModbusValueType.TextLayout? = mapping.optional("layout", .choice)
        mapping.knows("bit", "count")
        for entry in Self.keys where mapping.has(entry.key) && !entry.types.contains(name) {
            mapping.fault(entry.key, entry.what, entry.remedy)
        }
        if mapping.has("bit"), name != .bit || isBitTable {
            mapping.fault(
                "bit", "only a bit of a register has a number", "write `type: bit`, or remove `bit`")
        }
        switch name {
        case .uint8: return required(half).map { .uint8($0) }
        case .int8: return required(half).map { .int8($0) }
        case .uint16: return mask.map { .bits(mask: UInt32($0)) } ?? .uint16
        case .uint32: return mask.map { .bits(mask: UInt32($0), registers: 2) } ?? .uint32
        case .bit: return isBitTable ? .bit(0) : mapping.required("bit", .integer(0...15)).map { .bit($0) }
        case .string:
            return mapping.required("count", .integer(1...125))
                .map { .text(registers: $0, layout: layout ?? .highFirst) }
        default: return Self.plain[name]
        }
    }

    private static let plain: [Name: ModbusValueType] = [
        .int16: .int16, .int32: .int32, .uint64: .uint64, .int64: .int64,
        .float16: .float16, .float32: .float32, .float64: .float64,
        .bcd16: .bcd(registers: 1), .bcd32: .bcd(registers: 2), .bcd64: .bcd(registers: 4),
    ]

    private func required(_ half: ModbusValueType.RegisterHalf?) -> ModbusValueType.RegisterHalf? {
        // Asked again only where it is missing, for the message that says so.
        half ?? mapping.required("half", .choice)
    }

    /// The order of a `type`'s bytes, and the point that says it where the device decides.
    func order(_ type: ModbusValueType?, _ usual: ModbusByteOrder) -> (order: ModbusByteOrder, from: String?)
    {
        let written: ModbusByteOrder? = mapping.optional("byte_order", .choice)
        let from = mapping.optional("byte_order_from", .name)
        if from != nil, mapping.has("byte_order") {
            mapping.fault("byte_order_from", "there is a byte order already", "keep one of the two")
        }
        if case .text = type {
            for key in ["byte_order", "byte_order_from"] where mapping.has(key) {
                mapping.fault(key, "a text has no byte order", "write `layout`, or remove `\(key)`")
            }
        } else if let written, let type, !written.suits(type) {
            let bits = 16 * type.registers
            mapping.fault(
                "byte_order",
                "\(written.rawValue) orders \(8 * written.byteCount) bits, the point has \(bits)",
                bits == 64
                    ? "write eight letters, such as \(written.of64Bits.rawValue)"
                    : "write four letters, such as CDAB")
        }
        return (written ?? usual, from)
    }
}

extension ModbusByteOrder {
    /// Whether a point of `type` may name it: eight letters for 64 bits, four for all others.
    func suits(_ type: ModbusValueType) -> Bool { (byteCount == 8) == (type.registers == 4) }

    /// What it comes to where it is the habit of a whole device.
    fileprivate var of64Bits: ModbusByteOrder {
        switch self {
        case .abcd: .abcdefgh
        case .cdab: .ghefcdab
        case .badc: .badcfehg
        case .dcba: .hgfedcba
        default: self
        }
    }
}
