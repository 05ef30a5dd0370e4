/// GS1 element strings: application identifiers (AI) with their values, one after another.
///
/// A value of predefined length ends by itself, every other one at FNC1, which readers send as GS, or at the
/// end. So an AI that is not known here still ends where it ends: it is kept, and nothing is guessed of it.
enum GS1ElementString {
    /// FNC1 in any place but the first has no ASCII value of its own; readers send GS for it.
    static let separator: UInt8 = 0x1D

    /// The elements of `text`, checked; throws `MarkError` with indices of `text` as offsets.
    static func elements(_ text: ArraySlice<UInt8>) throws(MarkError) -> [PartMark.Element] {
        var elements: [PartMark.Element] = []
        elements.reserveCapacity(4)
        var position = text.startIndex
        while position < text.endIndex {
            guard elements.count < PartMark.mostElements else {
                throw MarkError("more than \(PartMark.mostElements) elements", at: position)
            }
            let end = try fieldEnd(text[position...])
            elements.append(try element(text[position..<end]))
            position = end
            // After a value of predefined length a separator is needless, and readers have to bear it.
            if position < text.endIndex, text[position] == separator { position += 1 }
        }
        return elements
    }

    /// An element out of a web address: identifier and value stand apart there.
    ///
    /// Throws `MarkError` with indices of `value` as offsets, which is already decoded.
    static func element(
        _ identifier: ArraySlice<UInt8>, value: ArraySlice<UInt8>
    ) throws(MarkError) -> PartMark.Element {
        let name = String(decoding: identifier, as: UTF8.self)
        try check(value, of: name, group: group(identifier))
        return PartMark.Element(
            identifier: name, value: String(decoding: value, as: UTF8.self), offset: identifier.startIndex)
    }

    /// Whether `digits` are as many as an application identifier that begins so has.
    static func isIdentifier(_ digits: ArraySlice<UInt8>) -> Bool {
        guard (2...4).contains(digits.count), digits.allSatisfy(\.isASCIIDigit) else { return false }
        return identifierLength(group(digits)) == digits.count
    }

    /// Whether `byte` is of GS1's character set 82 (GS1 General Specifications, figure 7.11-1).
    static func isGraphic(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "\""), UInt8(ascii: "%")...UInt8(ascii: "?"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }

    private static func fieldEnd(_ text: ArraySlice<UInt8>) throws(MarkError) -> Int {
        let start = text.startIndex
        guard text.count >= 2, text[start].isASCIIDigit, text[start + 1].isASCIIDigit else {
            throw MarkError("no application identifier (two to four digits) begins here", at: start)
        }
        var end = start
        while end < text.endIndex, text[end] != separator { end += 1 }
        guard let length = predefinedLength(group(text)) else { return end }
        guard end - start >= length else {
            throw MarkError(
                "the element that begins with \(digits(text)) has \(end - start) characters, not \(length)",
                at: end)
        }
        return start + length
    }

    private static func element(_ field: ArraySlice<UInt8>) throws(MarkError) -> PartMark.Element {
        let group = group(field)
        let length = identifierLength(group)
        let start = field.startIndex
        for index in start..<min(start + length, field.endIndex) where !field[index].isASCIIDigit {
            throw MarkError(
                "byte \(Hex.text([field[index]])) in an application identifier of \(length) digits", at: index
            )
        }
        guard field.count > length else {
            throw MarkError("the element that begins with \(digits(field)) has no value", at: field.endIndex)
        }
        let name = String(decoding: field[..<(start + length)], as: UTF8.self)
        let value = field[(start + length)...]
        try check(value, of: name, group: group)
        return PartMark.Element(
            identifier: name, value: String(decoding: value, as: UTF8.self), offset: start)
    }

    private static func check(
        _ value: ArraySlice<UInt8>, of identifier: String, group: Int
    ) throws(MarkError) {
        if let meaning = IdentifierVocabulary.applicationIdentifiers.meaning(of: identifier) {
            return try meaning.rule.check(value, of: identifier)
        }
        if let length = predefinedLength(group) {
            // All elements of predefined length are numbers.
            let count = length - identifier.utf8.count
            return try ElementRule.digits(count...count).check(value, of: identifier)
        }
        let name = identifier.isEmpty ? "an element of an unknown identifier" : identifier
        try ElementRule.graphic(ElementRule.longestGraphic).check(value, of: name)
    }

    private static func digits(_ text: ArraySlice<UInt8>) -> String {
        String(decoding: text.prefix(2), as: UTF8.self)
    }

    private static func group(_ text: ArraySlice<UInt8>) -> Int {
        Int(text[text.startIndex] & 0x0F) * 10 + Int(text[text.startIndex + 1] & 0x0F)
    }

    /// Characters of identifier and value together, where the first two digits tell them (GS1 General
    /// Specifications, figure 7.8.5-2).
    private static func predefinedLength(_ group: Int) -> Int? {
        switch group {
        case 0: 20
        case 4: 18
        case 1...3, 41: 16
        case 11...19: 8
        case 20: 4
        case 31...36: 10
        default: nil
        }
    }

    /// Digits of the application identifiers that begin with `group`; 0 where none was assigned yet, so that
    /// where identifier ends and value begins is not known.
    private static func identifierLength(_ group: Int) -> Int {
        switch group {
        case 0...4, 10...22, 30, 37, 90...99: 2
        case 23...25, 40...42, 71: 3
        case 31...36, 39, 43, 70, 72, 80...82: 4
        default: 0
        }
    }
}
