/// An ISO/IEC 15434 message of one envelope, cut into its elements.
struct ISO15434Message {
    private static let recordSeparator: UInt8 = 0x1E
    private static let groupSeparator: UInt8 = 0x1D
    private static let endOfTransmission: UInt8 = 0x04

    /// The characters that begin every message; the separator RS has to follow.
    static let header = Array("[)>".utf8)

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
        let end = try Self.end(of: bytes, from: body + 2)
        guard body + 2 < end, bytes[body + 2] == Self.groupSeparator else {
            throw MarkError("GS (1d) is missing after the format", at: body + 2)
        }
        let fields = bytes[(body + 3)..<end]
        if let bad = fields.firstIndex(where: { !(0x20...0x7E).contains($0) && $0 != Self.groupSeparator }) {
            throw MarkError("byte \(Hex.text([bytes[bad]])) within an element", at: bad)
        }
        if let nested = Self.header(in: fields) {
            throw MarkError("a message within the message", at: nested)
        }
        elements =
            try vocabulary.isGS1 ? Self.elementStrings(fields) : Self.elements(fields, vocabulary)
    }

    private static func format(
        _ first: UInt8, _ second: UInt8, at offset: Int
    ) throws(MarkError) -> (String, IdentifierVocabulary) {
        switch (first, second) {
        case (UInt8(ascii: "0"), UInt8(ascii: "5")): return ("05", .applicationIdentifiers)
        case (UInt8(ascii: "0"), UInt8(ascii: "6")): return ("06", .dataIdentifiers)
        case (UInt8(ascii: "1"), UInt8(ascii: "2")): return ("12", .textElements)
        case (UInt8(ascii: "D"), UInt8(ascii: "D")): return ("DD", .textElements)
        default:
            throw MarkError(
                "format bytes \(Hex.text([first, second])); what is read: \(PartMark.formatsRead)", at: offset
            )
        }
    }

    /// Where the only envelope's RS stands, with EOT behind it and nothing else.
    private static func end(of bytes: [UInt8], from start: Int) throws(MarkError) -> Int {
        guard let end = bytes[start...].firstIndex(of: recordSeparator) else {
            throw MarkError("the message is cut off: RS and EOT are missing at its end", at: bytes.count)
        }
        guard end + 1 < bytes.count else {
            throw MarkError("the message is cut off: EOT is missing", at: bytes.count)
        }
        guard bytes[end + 1] == endOfTransmission else {
            throw MarkError(
                "a second envelope in the message: which is the part's cannot be told", at: end + 1)
        }
        guard end + 2 == bytes.count else {
            throw MarkError("there are bytes after the message", at: end + 2)
        }
        return end
    }

    /// Where another message's header stands in `fields`.
    private static func header(in fields: ArraySlice<UInt8>) -> Int? {
        fields.indices.first { fields[$0] == header[0] && fields[$0...].starts(with: header) }
    }

    private static func elements(
        _ fields: ArraySlice<UInt8>, _ vocabulary: IdentifierVocabulary
    ) throws(MarkError) -> [PartMark.Element] {
        var elements: [PartMark.Element] = []
        elements.reserveCapacity(4)
        var start = fields.startIndex
        // Ends by its bounds: each turn begins behind a separator, and elements are counted.
        while true {
            let end = fields[start...].firstIndex(of: groupSeparator) ?? fields.endIndex
            guard elements.count < PartMark.mostElements else {
                throw MarkError("more than \(PartMark.mostElements) elements", at: start)
            }
            guard start < end else { throw MarkError("an empty element", at: start) }
            elements.append(try vocabulary.element(fields[start..<end]))
            guard end < fields.endIndex else { return elements }
            start = end + 1
        }
    }

    private static func elementStrings(_ fields: ArraySlice<UInt8>) throws(MarkError) -> [PartMark.Element] {
        guard !fields.isEmpty else { throw MarkError("an empty element", at: fields.startIndex) }
        return try GS1ElementString.elements(fields)
    }
}
