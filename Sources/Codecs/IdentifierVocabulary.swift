/// How the elements of an envelope are named, and which of them identify an item (MIL-STD-130N, Table A-II).
struct IdentifierVocabulary: Sendable {
    /// What an element contributes to the identity of the item that it is marked on.
    enum Role: Hashable {
        /// Who assigned the serial: an enterprise identifier, before which its issuing agency code is put.
        case enterprise(agency: String)
        /// Original part number, part of a UII of construct 2.
        case originalPart
        /// Lot or batch, part of a UII of construct 2 in place of the part number.
        case originalLot
        /// Serial number, unique within the part number or lot where there is one.
        case serial
        /// Enterprise and serial in one value (construct 1); its issuing agency code is put before it.
        case enterpriseAndSerial(agency: String)
        /// A serial number unique within the enterprise (construct 1).
        case enterpriseSerial
        /// A complete UII, issuing agency code included.
        case complete
        /// What the department of defense takes in place of a UII: VIN, electronic serial number.
        case equivalent
        /// The part number that the item has now.
        case currentPart
        /// A lot for tracing that is no part of the UII.
        case traceLot
    }

    /// What a value must look like.
    enum Rule: Hashable {
        /// Capitals, digits, hyphen and slash: the characters of a UII.
        case identity
        /// As `identity`, and exactly so many characters.
        case exactly(Int)
        /// Digits only, so many of them.
        case digits(ClosedRange<Int>)
        /// As `identity`, beginning with an issuing agency code.
        case withAgency
        /// Printable ASCII.
        case text
    }

    private enum Syntax { case dataIdentifier, textElement }

    private let syntax: Syntax
    private let roles: [String: (Role, Rule)]

    /// Format 06: up to three digits and a capital, the value right after it (ANSI MH10.8.2).
    static let dataIdentifiers = IdentifierVocabulary(
        syntax: .dataIdentifier,
        roles: [
            // A CAGE or NCAGE code has five characters, a DoDAAC six, a DUNS number nine digits.
            "17V": (.enterprise(agency: "D"), .exactly(5)),
            "12V": (.enterprise(agency: "UN"), .digits(9...9)),
            "7L": (.enterprise(agency: "LD"), .exactly(6)),
            // GS1's own prefix is its issuing agency code.
            "3V": (.enterprise(agency: ""), .digits(4...12)),
            "18V": (.enterprise(agency: ""), .withAgency),
            "1P": (.originalPart, .identity),
            "1T": (.originalLot, .identity),
            "S": (.serial, .identity),
            "18S": (.enterpriseAndSerial(agency: "D"), .identity),
            "25S": (.complete, .withAgency),
            "22S": (.equivalent, .identity),
            "I": (.equivalent, .identity),
            "30P": (.currentPart, .text),
            "30T": (.traceLot, .text),
        ])

    /// Formats 12 and DD: three characters, a blank, the value (ATA Common Support Data Dictionary).
    static let textElements = IdentifierVocabulary(
        syntax: .textElement,
        roles: [
            "CAG": (.enterprise(agency: "D"), .exactly(5)),
            "MFR": (.enterprise(agency: "D"), .exactly(5)),
            "SPL": (.enterprise(agency: "D"), .exactly(5)),
            "DUN": (.enterprise(agency: "UN"), .digits(9...9)),
            "EUC": (.enterprise(agency: ""), .digits(4...12)),
            "PNO": (.originalPart, .identity),
            "LOT": (.originalLot, .identity),
            "SEQ": (.serial, .identity),
            "SER": (.enterpriseSerial, .identity),
            "UCN": (.enterpriseSerial, .identity),
            "UID": (.complete, .withAgency),
            "PNR": (.currentPart, .text),
        ])

    /// What an element named `identifier` contributes; nil where it says nothing of the item's identity.
    func role(of identifier: String) -> Role? { roles[identifier]?.0 }

    /// Cuts `field` into identifier and value, and checks the value by its identifier's rule.
    func element(_ field: ArraySlice<UInt8>) throws(MarkError) -> PartMark.Element {
        let valueStart = try valueStart(field)
        let gap = syntax == .textElement ? 1 : 0
        let identifier = String(decoding: field[field.startIndex..<(valueStart - gap)], as: UTF8.self)
        let value = field[valueStart...]
        guard !value.isEmpty else {
            throw MarkError("the element \(identifier) has no value", at: valueStart)
        }
        if let (_, rule) = roles[identifier] { try rule.check(value, of: identifier) }
        return PartMark.Element(
            identifier: identifier, value: String(decoding: value, as: UTF8.self), offset: field.startIndex)
    }

    private func valueStart(_ field: ArraySlice<UInt8>) throws(MarkError) -> Int {
        switch syntax {
        case .dataIdentifier:
            guard let letter = field.prefix(4).firstIndex(where: { !$0.isASCIIDigit }),
                field[letter].isASCIICapital
            else {
                throw MarkError("no data identifier (up to three digits and a capital)", at: field.startIndex)
            }
            return letter + 1
        case .textElement:
            let end = field.startIndex + 3
            guard field.count > 3, field[end] == 0x20,
                field[..<end].allSatisfy({ $0.isASCIICapital || $0.isASCIIDigit })
            else {
                throw MarkError(
                    "no text element identifier (three capitals and a blank)", at: field.startIndex)
            }
            return end + 1
        }
    }
}

extension IdentifierVocabulary.Rule {
    /// Longest UII, and so longest part of one: 50 characters, as marking practice has it.
    static let longestIdentity = 50
    /// Issuing agency codes that MIL-STD-130N names; those of GS1 are digits.
    private static let agencies = ["D", "UN", "LD", "LB", "LH"].map { Array($0.utf8) }

    /// Throws `MarkError` at the byte of `value` that breaks this rule.
    func check(_ value: ArraySlice<UInt8>, of identifier: String) throws(MarkError) {
        guard value.count <= Self.longestIdentity else {
            throw MarkError(
                "\(identifier) has \(value.count) characters, more than \(Self.longestIdentity)",
                at: value.startIndex + Self.longestIdentity)
        }
        if self == .text { return }
        if let bad = value.firstIndex(where: { !Self.isIdentity($0) }) {
            throw MarkError(
                "byte \(Hex.text([value[bad]])) in \(identifier), which holds A-Z 0-9 - / only", at: bad)
        }
        switch self {
        case .identity, .text: break
        case .exactly(let count):
            guard value.count == count else {
                throw MarkError(
                    "\(identifier) has \(value.count) characters, not \(count)", at: value.startIndex)
            }
        case .digits(let counts):
            guard counts.contains(value.count), value.allSatisfy(\.isASCIIDigit) else {
                throw MarkError(
                    "\(identifier) is not \(counts.lowerBound) to \(counts.upperBound) digits",
                    at: value.startIndex)
            }
        case .withAgency:
            let isKnown =
                value.first?.isASCIIDigit == true || Self.agencies.contains { value.starts(with: $0) }
            guard isKnown else {
                throw MarkError(
                    "\(identifier) begins with no issuing agency code (D, UN, LD, LB, LH or a digit)",
                    at: value.startIndex)
            }
        }
    }

    private static func isIdentity(_ byte: UInt8) -> Bool {
        byte.isASCIICapital || byte.isASCIIDigit || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "/")
    }
}
