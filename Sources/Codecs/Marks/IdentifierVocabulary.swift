/// How the elements of a mark are named, and which of them identify an item (MIL-STD-130N, Tables A-I to
/// A-III).
struct IdentifierVocabulary: Sendable {
    private enum Syntax { case dataIdentifier, textElement, applicationIdentifier }

    private let syntax: Syntax
    private let meanings: [String: ElementMeaning]

    /// Format 06: up to three digits and a capital, the value right after it (ANSI MH10.8.2).
    static let dataIdentifiers = IdentifierVocabulary(
        syntax: .dataIdentifier,
        meanings: [
            // A CAGE or NCAGE code has five characters, a DoDAAC six, a DUNS number nine digits.
            "17V": ElementMeaning(.enterprise, .exactly(5), agency: "D"),
            "12V": ElementMeaning(.enterprise, .digits(9...9), agency: "UN"),
            "7L": ElementMeaning(.enterprise, .exactly(6), agency: "LD"),
            // GS1's own prefix is its issuing agency code.
            "3V": ElementMeaning(.enterprise, .digits(4...12)),
            "18V": ElementMeaning(.enterprise, .withAgency),
            "1P": ElementMeaning(.originalPart, .identity),
            "1T": ElementMeaning(.originalLot, .identity),
            "S": ElementMeaning(.serial, .identity),
            "18S": ElementMeaning(.enterpriseAndSerial, .codeAndSerial, agency: "D"),
            "25S": ElementMeaning(.complete, .wholeIdentity),
            "22S": ElementMeaning(.equivalent, .identity),
            "I": ElementMeaning(.equivalent, .vehicle),
            "30P": ElementMeaning(.currentPart, .text),
            "P": ElementMeaning(.customerPart, .text),
            "30T": ElementMeaning(.traceLot, .text),
        ])

    /// Formats 12 and DD: three characters, a blank, the value (ATA Common Support Data Dictionary).
    static let textElements = IdentifierVocabulary(
        syntax: .textElement,
        meanings: [
            "CAG": ElementMeaning(.enterprise, .exactly(5), agency: "D"),
            "MFR": ElementMeaning(.enterprise, .exactly(5), agency: "D"),
            "SPL": ElementMeaning(.enterprise, .exactly(5), agency: "D"),
            "DUN": ElementMeaning(.enterprise, .digits(9...9), agency: "UN"),
            "EUC": ElementMeaning(.enterprise, .digits(4...12)),
            "PNO": ElementMeaning(.originalPart, .identity),
            "LOT": ElementMeaning(.originalLot, .identity),
            "SEQ": ElementMeaning(.serial, .identity),
            "SER": ElementMeaning(.enterpriseSerial, .identity),
            "UCN": ElementMeaning(.enterpriseSerial, .identity),
            "UID": ElementMeaning(.complete, .wholeIdentity),
            "PNR": ElementMeaning(.currentPart, .text),
        ])

    /// Format 05 and symbols with FNC1: two to four digits, the value right after them (GS1 General
    /// Specifications, section 3.2).
    static let applicationIdentifiers = IdentifierVocabulary(
        syntax: .applicationIdentifier,
        meanings: Dictionary(
            uniqueKeysWithValues: [
                ("00", ElementMeaning(nil, .checked(18))),
                ("01", ElementMeaning(.tradeItem, .checked(14))),
                ("02", ElementMeaning(nil, .checked(14))), ("03", ElementMeaning(nil, .checked(14))),
                ("10", ElementMeaning(.traceLot, .graphic(20))),
                ("21", ElementMeaning(.serial, .graphic(20))),
                ("22", ElementMeaning(nil, .graphic(20))), ("235", ElementMeaning(nil, .graphic(28))),
                ("240", ElementMeaning(.currentPart, .graphic(30))),
                ("241", ElementMeaning(nil, .graphic(30))), ("250", ElementMeaning(nil, .graphic(30))),
                ("8002", ElementMeaning(.equivalent, .graphic(20))),
                ("8003", ElementMeaning(.equivalent, .returnableAsset)),
                ("8004", ElementMeaning(.equivalent, .individualAsset)),
            ] + (0...7).map { ("41\($0)", ElementMeaning(nil, .checked(13))) }))

    /// What `identifier` means; nil where it is none of those that identify an item or are checked.
    func meaning(of identifier: String) -> ElementMeaning? { meanings[identifier] }

    /// Whether values come from a commerce that allows more characters than a UII has.
    var isGS1: Bool { syntax == .applicationIdentifier }

    /// Cuts `field` into identifier and value, and checks the value by its identifier's rule.
    ///
    /// Application identifiers are cut by `GS1ElementString`, which knows where their fields end.
    func element(_ field: ArraySlice<UInt8>) throws(MarkError) -> PartMark.Element {
        let gap = syntax == .textElement ? 1 : 0
        let valueStart = try syntax == .textElement ? textValueStart(field) : dataValueStart(field)
        let identifier = String(decoding: field[field.startIndex..<(valueStart - gap)], as: UTF8.self)
        let value = field[valueStart...]
        guard !value.isEmpty else {
            throw MarkError("the element \(identifier) has no value", at: valueStart)
        }
        if let meaning = meanings[identifier] { try meaning.rule.check(value, of: identifier) }
        return PartMark.Element(
            identifier: identifier, value: String(decoding: value, as: UTF8.self), offset: field.startIndex)
    }

    private func dataValueStart(_ field: ArraySlice<UInt8>) throws(MarkError) -> Int {
        var letter = field.startIndex
        while letter < field.endIndex, letter < field.startIndex + 3, field[letter].isASCIIDigit {
            letter += 1
        }
        guard letter < field.endIndex, field[letter].isASCIICapital else {
            throw MarkError("no data identifier (up to three digits and a capital)", at: field.startIndex)
        }
        return letter + 1
    }

    private func textValueStart(_ field: ArraySlice<UInt8>) throws(MarkError) -> Int {
        let end = field.startIndex + 3
        guard field.count > 3, field[end] == 0x20,
            field[..<end].allSatisfy({ $0.isASCIICapital || $0.isASCIIDigit })
        else {
            throw MarkError("no text element identifier (three capitals and a blank)", at: field.startIndex)
        }
        return end + 1
    }
}
