/// An ISO/IEC 15434 message of one envelope, cut into its elements.
struct ISO15434Message {
    private static let recordSeparator: UInt8 = 0x1E
    private static let groupSeparator: UInt8 = 0x1D
    private static let endOfTransmission: UInt8 = 0x04

    /// The characters that begin every message; the separator RS has to follow.
    static let header = Array("[)>".utf8)
    /// Most elements of one message; an identification mark has three to six.
    static let mostElements = 64

    /// The two characters of the envelope's format: `06`.
    let format: String
    let vocabulary: IdentifierVocabulary
    let elements: [PartMark.Element]

    /// Reads `bytes` whole; throws `MarkError` with the offset of the first byte that is not
    /// as the standard has it.
    init(_ bytes: [UInt8]) throws(MarkError) {
        let separator = Self.header.count
        guard bytes.count > separator else {
            throw MarkError("the message ends after its header", at: bytes.count)
        }
        guard bytes[separator] == Self.recordSeparator else {
            throw MarkError(
                "byte \(Hex.text([bytes[separator]])) where RS (1e) follows the header: a scanner in "
                    + "keyboard mode destroys the separators; switch it to HID POS or serial", at: separator)
        }
        let body = separator + 1
        guard bytes.count >= body + 2 else {
            throw MarkError("the message ends before its format", at: bytes.count)
        }
        (format, vocabulary) = try Self.format(bytes[body], bytes[body + 1], at: body)
        guard let end = bytes[body...].firstIndex(of: Self.recordSeparator) else {
            throw MarkError("the message is cut off: RS and EOT are missing at its end", at: bytes.count)
        }
        guard end + 1 < bytes.count else {
            throw MarkError("the message is cut off: EOT is missing", at: bytes.count)
        }
        guard bytes[end + 1] == Self.endOfTransmission else {
            throw MarkError(
                "a second envelope in the message: which is the part's cannot be told", at: end + 1)
        }
        guard end + 2 == bytes.count else {
            throw MarkError("there are bytes after the message", at: end + 2)
        }
        elements = try Self.elements(bytes[(body + 2)..<end], vocabulary)
    }

    private static func format(
        _ first: UInt8, _ second: UInt8, at offset: Int
    ) throws(MarkError) -> (String, IdentifierVocabulary) {
        switch (first, second) {
        case (UInt8(ascii: "0"), UInt8(ascii: "6")): return ("06", .dataIdentifiers)
        case (UInt8(ascii: "1"), UInt8(ascii: "2")): return ("12", .textElements)
        case (UInt8(ascii: "D"), UInt8(ascii: "D")): return ("DD", .textElements)
        case (UInt8(ascii: "0"), UInt8(ascii: "5")):
            throw MarkError(
                "format 05 (GS1 application identifiers); what is read: \(PartMark.formatsRead)", at: offset)
        default:
            throw MarkError(
                "format bytes \(Hex.text([first, second])); what is read: \(PartMark.formatsRead)", at: offset
            )
        }
    }

    private static func elements(
        _ body: ArraySlice<UInt8>, _ vocabulary: IdentifierVocabulary
    ) throws(MarkError) -> [PartMark.Element] {
        guard body.first == groupSeparator else {
            throw MarkError("GS (1d) is missing after the format", at: body.startIndex)
        }
        var elements: [PartMark.Element] = []
        for field in body.dropFirst().split(separator: groupSeparator, omittingEmptySubsequences: false) {
            guard elements.count < mostElements else {
                throw MarkError("more than \(mostElements) elements", at: field.startIndex)
            }
            guard !field.isEmpty else { throw MarkError("an empty element", at: field.startIndex) }
            if let bad = field.firstIndex(where: { !(0x20...0x7E).contains($0) }) {
                throw MarkError("byte \(Hex.text([field[bad]])) within an element", at: bad)
            }
            elements.append(try vocabulary.element(field))
        }
        return elements
    }
}
