/// An AIM symbology identifier: `]`, a letter for the symbology, and a modifier (ISO/IEC 15424).
package struct AIMIdentifier: Sendable, Equatable {
    /// All three characters: `]d1`.
    package let text: String

    /// The identifier that exactly these bytes write; nil where they write none.
    package init?(_ bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 3, bytes[0] == UInt8(ascii: "]"), bytes[1].isASCIILetter,
            bytes[2].isASCIILetter || bytes[2].isASCIIDigit
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// Whether FNC1 stands first in the mark, which makes its content GS1 element strings (GS1 General
    /// Specifications, section 5.1.3).
    package var isGS1: Bool { ["]C1", "]e0", "]d2", "]Q3", "]J1"].contains(text) }
}

extension UInt8 {
    /// 0-9.
    var isASCIIDigit: Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(self) }
    /// A-Z.
    var isASCIICapital: Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) }
    /// A-Z and a-z.
    var isASCIILetter: Bool {
        isASCIICapital || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self)
    }
}
