package import Metrology

/// What a person reads off a device and looks for in its registers: `902.70`, `K-100`.
package struct ExpectedReading: Sendable, Equatable {
    /// As it was typed.
    package let text: String
    /// The number that the text writes, with its digits; nil for a word.
    package let number: ExactDecimal?

    /// Nil for an empty text and for one that cannot stand in registers: only printable ASCII can, at most
    /// `mostCharacters` of it.
    package init?(_ text: String) {
        // Printable ASCII: ISO/IEC 646, 2/0 to 7/14.
        guard (1...Self.mostCharacters).contains(text.utf8.count),
            text.utf8.allSatisfy({ (0x20...0x7E).contains($0) })
        else { return nil }
        self.text = text
        number = PlainDecimal.value(text)
    }

    /// The longest text that is looked for: serial numbers and names are shorter.
    package static let mostCharacters = 32

    /// Registers that a value of this reading can take at most: a text may have one character in each.
    package var mostRegisters: Int { max(4, text.utf8.count) }

    /// How `value` agrees with this reading; nil where it does not.
    ///
    /// Rounding counts at the digits that were typed, so `902.70` and `902.7` are not the same.
    func match(_ value: ExactDecimal) -> ByteOrderAnswer.Match? {
        guard let number, value.isBounded else { return nil }
        if value == number { return .exact }
        if value.rounded(toPlace: number.exponent) == number { return .rounded }
        let distance = value - number
        let step = ExactDecimal(1, e: number.exponent)
        return ExactDecimal(-1, e: number.exponent) < distance && distance < step ? .near : nil
    }
}
