/// An AIM symbology identifier: `]`, a letter for the symbology, and a modifier (ISO/IEC 15424).
package struct AIMIdentifier: Sendable, Equatable {
    /// Where the symbol has the function character FNC1, which says how its content is built.
    package enum FunctionCharacter: Sendable, Equatable {
        /// In the first place: the content is GS1 element strings (GS1 General Specifications, 5.1.3).
        case first
        /// In the first place, together with extended channel interpretation, which GS1 does not have.
        case firstWithInterpretation
        /// In the second place: an industry's own format, told by an application indicator before it.
        case second
    }

    /// All three characters: `]d1`.
    package let text: String
    /// Nil where the symbol has none, or where its symbology cannot tell.
    package let functionCharacter: FunctionCharacter?
    /// Whether the symbol is one of EAN or UPC, which hold a trade item's number and never a serial.
    package let isTradeItem: Bool

    /// The identifier that exactly these bytes write; nil where they write none.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 3 else { return nil }
        let second = bytes.index(after: bytes.startIndex)
        let (symbology, modifier) = (bytes[second], bytes[bytes.index(after: second)])
        guard bytes[bytes.startIndex] == UInt8(ascii: "]"), symbology.isASCIILetter,
            modifier.isASCIILetter || modifier.isASCIIDigit
        else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
        functionCharacter = Self.functionCharacter(symbology, modifier)
        isTradeItem = symbology == UInt8(ascii: "E")
    }

    /// Whether the mark's content is GS1 element strings.
    package var isGS1: Bool { functionCharacter == .first }

    /// By the modifiers of ISO/IEC 15417 (Code 128), 16022 (Data Matrix), 18004 (QR Code), 24724 (DataBar)
    /// and AIM DotCode.
    private static func functionCharacter(_ symbology: UInt8, _ modifier: UInt8) -> FunctionCharacter? {
        switch (symbology, modifier) {
        case (UInt8(ascii: "C"), UInt8(ascii: "1")), (UInt8(ascii: "d"), UInt8(ascii: "2")),
            (UInt8(ascii: "Q"), UInt8(ascii: "3")), (UInt8(ascii: "e"), UInt8(ascii: "0")),
            (UInt8(ascii: "J"), UInt8(ascii: "1")):
            .first
        case (UInt8(ascii: "d"), UInt8(ascii: "5")), (UInt8(ascii: "Q"), UInt8(ascii: "4")):
            .firstWithInterpretation
        case (UInt8(ascii: "C"), UInt8(ascii: "2")), (UInt8(ascii: "d"), UInt8(ascii: "3")),
            (UInt8(ascii: "d"), UInt8(ascii: "6")), (UInt8(ascii: "Q"), UInt8(ascii: "5")),
            (UInt8(ascii: "Q"), UInt8(ascii: "6")):
            .second
        default: nil
        }
    }
}

extension UInt8 {
    /// 0-9.
    var isASCIIDigit: Bool { self &- UInt8(ascii: "0") < 10 }
    /// A-Z.
    var isASCIICapital: Bool { self &- UInt8(ascii: "A") < 26 }
    /// A-Z and a-z.
    var isASCIILetter: Bool { (self | 0x20) &- UInt8(ascii: "a") < 26 }
    /// A character of a unique item identifier: A-Z 0-9 - /.
    var isItemIdentity: Bool {
        isASCIICapital || isASCIIDigit || self == UInt8(ascii: "-") || self == UInt8(ascii: "/")
    }
}
