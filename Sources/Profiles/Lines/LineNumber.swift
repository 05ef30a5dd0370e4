package import Metrology

/// How a device writes a number, and what it measures.
package struct LineNumber: Sendable, Equatable {
    /// Where a sign may stand.
    package enum Sign: String, Sendable, CaseIterable {
        /// In front, or none.
        case optional
        /// In front, always: a number without one is bad.
        case required
        /// Behind the digits, or none.
        case behind
        case none
    }

    /// The character between the whole number and its decimals.
    package enum DecimalMark: String, Sendable, CaseIterable {
        case point, comma

        var byte: UInt8 { self == .point ? UInt8(ascii: ".") : UInt8(ascii: ",") }
    }

    /// Where the unit comes from.
    package enum Unit: Sendable, Equatable {
        case fixed(UnitOfMeasure)
        /// The point of the same line whose word is the UCUM code, and what is taken where it is left out;
        /// nil for nothing, which makes the value bad.
        case from(String, otherwise: UnitOfMeasure?)
    }

    package let sign: Sign
    package let decimalMark: DecimalMark
    /// Value of one count, where the decimals are not written.
    package let scale: ExactDecimal
    package let unit: Unit
    package let kind: QuantityKind
    /// What the device can give, in the unit as it is written; nil where nothing is known.
    package let valid: DevicePoint.ValidRange?
    /// What stands in the number's place where there is none; longest first.
    package let missing: [[UInt8]]

    private static let digits = UInt8(ascii: "0")...UInt8(ascii: "9")

    /// Whether a number of any width may hold this character.
    package func mayHold(_ byte: UInt8) -> Bool {
        if Self.digits.contains(byte) || byte == decimalMark.byte { return true }
        return sign != .none && (byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+"))
    }

    /// The number in `field`, blanks around it left out; nil where there is none.
    package func value(_ field: ArraySlice<UInt8>) -> ExactDecimal? {
        var digits = field.trimmed
        var sign: UInt8?
        if self.sign == .behind, let last = digits.last, Self.isSign(last) {
            (sign, digits) = (last, digits.dropLast().trimmed)
        } else if self.sign != .behind, let first = digits.first, Self.isSign(first) {
            guard self.sign != .none else { return nil }
            // In a column, blanks may stand between the sign and its digits.
            (sign, digits) = (first, digits.dropFirst().trimmed)
        }
        guard self.sign != .required || sign != nil, digits.count <= Self.mostCharacters,
            digits.allSatisfy({ Self.digits.contains($0) || $0 == decimalMark.byte })
        else { return nil }
        let text = digits.map { $0 == decimalMark.byte ? UInt8(ascii: ".") : $0 }
        let number = ExactDecimal(
            String(decoding: (sign == UInt8(ascii: "-") ? [UInt8(ascii: "-")] : []) + text, as: UTF8.self))
        guard let number, number.isBounded else { return nil }
        return number.scaled(by: scale)
    }

    /// More digits than `ExactDecimal` holds, with zeros before them.
    private static let mostCharacters = 40

    private static func isSign(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+")
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks before and behind.
    var trimmed: ArraySlice<UInt8> {
        let blank = UInt8(ascii: " ")
        let start = drop { $0 == blank }
        guard let last = start.lastIndex(where: { $0 != blank }) else { return [] }
        return start[...last]
    }
}
