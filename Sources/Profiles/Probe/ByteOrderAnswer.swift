package import Codecs
package import Metrology

/// One way to read registers that gives what a person expected.
package struct ByteOrderAnswer: Sendable, Equatable {
    /// How well the value agrees with what was expected.
    package enum Match: Int, Sendable, Comparable {
        /// The same number, or the same text.
        case exact
        /// The same once it is rounded to the digits that were expected.
        case rounded
        /// Less than one step of the last expected digit away: a display that cuts off, or a value that
        /// moves.
        case near

        package static func < (left: Match, right: Match) -> Bool { left.rawValue < right.rawValue }
    }

    package let table: RegisterTable
    /// Zero-based address of the first register.
    package let address: Int
    /// The types that all give this value, the one to prefer first.
    package let types: [ModbusValueType]
    package let byteOrder: ModbusByteOrder
    package let scale: ExactDecimal
    /// What a profile makes of it.
    package let value: PointValue
    package let match: Match
    /// Registers before (−1) or behind (1) those that were asked for; 0 within them.
    package let offset: Int
    /// The bytes of the value in wire order.
    package let raw: [UInt8]

    /// How far-fetched the answer is; of two answers the smaller one is more likely.
    ///
    /// The weights put what devices usually do first: see `ByteOrderSolver`.
    package let oddity: Int

    /// Registers that it takes.
    package var registers: Int { types.first?.registers ?? 0 }

    /// `0x4100 (416641)`.
    package var addressText: String { AddressText.both(table, address) }

    /// A line for `points:` of a profile.
    ///
    /// - Parameter unit: a UCUM code, or `ProfileText.unknownUnit` for the person to fill in.
    package func pointLine(id: String, unit: String) -> String {
        var fields = ["id: \(id)"]
        if table != .holding { fields.append("table: \(table.rawValue)") }
        fields.append("address: \(AddressText.hex(address))")
        if let type = types.first { fields += type.profileFields }
        if byteOrder != .abcd, byteOrder != .abcdefgh { fields.append("byte_order: \(byteOrder.rawValue)") }
        if scale != 1 { fields.append("scale: \"\(scale)\"") }
        if case .decimal = value { fields.append("unit: \(ProfileText.scalar(unit))") }
        return "- {\(fields.joined(separator: ", "))}"
    }

    /// A line for `vectors:` of a profile: the bytes that were read, and what they mean.
    package func vectorLine(id: String) -> String {
        let table = table == .holding ? "" : "table: \(table.rawValue), "
        let head = Hex.text([self.table.readFunction, UInt8(clamping: raw.count)])
        return "- {request: {\(table)address: \(AddressText.hex(address)), count: \(registers)}, "
            + "reply: \"\(head) \(Hex.text(raw))\", expect: {\(id): \"\(value)\"}}"
    }
}

/// How texts are put into profiles.
package enum ProfileText {
    /// Stands where a person must write a unit; `profile check` asks for it by place.
    package static let unknownUnit = "?"

    /// `text` as a YAML scalar: in quotes unless it is a plain word.
    package static func scalar(_ text: String) -> String {
        let isPlain =
            text.utf8.first.map { ($0 | 0x20) >= 0x61 && ($0 | 0x20) <= 0x7A } == true
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789_-./".unicodeScalars.contains($0))
            }
            && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
        return isPlain ? text : quoted(text)
    }

    /// `text` in double quotes, whatever it holds; control characters become blanks.
    package static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            default:
                if scalar.properties.generalCategory == .control {
                    out += " "
                } else {
                    out.unicodeScalars.append(scalar)
                }
            }
        }
        return out + "\""
    }
}

extension ModbusValueType {
    /// The word for `type:` of a profile.
    package var profileName: String {
        switch self {
        case .uint8: "uint8"
        case .int8: "int8"
        case .uint16, .bits(_, 1): "uint16"
        case .int16: "int16"
        case .uint32, .bits: "uint32"
        case .int32: "int32"
        case .uint64: "uint64"
        case .int64: "int64"
        case .float16: "float16"
        case .float32: "float32"
        case .float64: "float64"
        case .bcd(let registers): "bcd\(16 * registers)"
        case .bit: "bit"
        case .text: "string"
        }
    }

    /// Whether it is ASCII, which has no byte order, scale or unit.
    var isText: Bool {
        guard case .text = self else { return false }
        return true
    }

    /// `type: float32`, with what belongs to the type.
    var profileFields: [String] {
        switch self {
        case .text(let registers, let layout):
            ["type: \(profileName)", "count: \(registers)"]
                + (layout == .highFirst ? [] : ["layout: \(layout.rawValue)"])
        case .uint8(let half), .int8(let half): ["type: \(profileName)", "half: \(half.rawValue)"]
        case .bits(let mask, _):
            ["type: \(profileName)", "mask: 0x\(String(mask, radix: 16, uppercase: true))"]
        case .bit(let bit): ["type: \(profileName)", "bit: \(bit)"]
        default: ["type: \(profileName)"]
        }
    }
}
