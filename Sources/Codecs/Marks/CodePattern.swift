/// The form of a plain code: `#` a digit, `@` a letter A to Z, `?` either of both, all else itself.
///
/// Every slot stands for exactly one character, so matching takes as many steps as the code has characters,
/// whatever was scanned, and two patterns can be compared: whether some code fits both.
package struct CodePattern: Sendable, Hashable {
    /// As written: `SA#####`.
    package let text: String
    private let slots: [UInt8]

    /// How messages describe what may be written.
    package static let rule =
        "write 1…64 ASCII characters, `#` for a digit, `@` for a letter A…Z, `?` for either"

    /// Nil where `text` is not 1 to 64 characters of printable ASCII without blanks.
    package init?(_ text: String) {
        slots = Array(text.utf8)
        guard (1...64).contains(slots.count), slots.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        self.text = text
    }

    /// Whether all of `code` has this form.
    package func matches(_ code: String) -> Bool {
        let code = code.utf8
        return code.count == slots.count && zip(slots, code).allSatisfy { Self.fits($0, $1) }
    }

    /// A code that both this pattern and `other` fit; nil where there is none.
    package func code(alsoOf other: CodePattern) -> String? {
        guard slots.count == other.slots.count else { return nil }
        var common: [UInt8] = []
        for (mine, its) in zip(slots, other.slots) {
            guard
                let both = Self.candidates(mine, its).first(where: {
                    Self.fits(mine, $0) && Self.fits(its, $0)
                })
            else { return nil }
            common.append(both)
        }
        return String(decoding: common, as: UTF8.self)
    }

    /// If two slots have a character in common, then one of these.
    private static func candidates(_ first: UInt8, _ second: UInt8) -> [UInt8] {
        [first, second, UInt8(ascii: "0"), UInt8(ascii: "A")]
    }

    private static func fits(_ slot: UInt8, _ character: UInt8) -> Bool {
        switch slot {
        case UInt8(ascii: "#"): character.isASCIIDigit
        case UInt8(ascii: "@"): character.isASCIICapital
        case UInt8(ascii: "?"): character.isASCIIDigit || character.isASCIICapital
        default: character == slot
        }
    }
}
