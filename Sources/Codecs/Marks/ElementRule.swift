/// What the value of an element must look like.
enum ElementRule: Sendable, Equatable {
    /// Capitals, digits, hyphen and slash: the characters of a UII.
    case identity
    /// The code of an enterprise: capitals and digits, exactly so many.
    case exactly(Int)
    /// Digits only, so many of them.
    case digits(ClosedRange<Int>)
    /// As `identity`, beginning with an issuing agency code and an enterprise identifier.
    case withAgency
    /// As `withAgency`, and a serial number of one character at least.
    case wholeIdentity
    /// As `identity`: a CAGE code, and a serial number of one character at least.
    case codeAndSerial
    /// A vehicle identification number: 17 capitals and digits without I, O and Q (ISO 3779).
    case vehicle
    /// Printable ASCII.
    case text
    /// So many digits, the last of which is GS1's check digit.
    case checked(Int)
    /// Characters of GS1's set 82, up to so many.
    case graphic(Int)
    /// A GRAI: a zero, 13 digits with check digit, and 1 to 16 characters of a serial number, without which
    /// it names a kind of asset.
    case returnableAsset
    /// A GIAI: 5 to 30 characters of which the first four at least are digits of the company prefix.
    case individualAsset
}

extension ElementRule {
    /// Longest UII, and so longest part of one: 50 characters, as marking practice has it.
    static let longestIdentity = 50
    /// Longest value of any GS1 element string (GS1 General Specifications, AIs 91-99).
    static let longestGraphic = 90

    /// Throws `MarkError` at the byte of `value` that breaks this rule; offsets are the slice's indices.
    func check(_ value: ArraySlice<UInt8>, of identifier: String) throws(MarkError) {
        switch self {
        case .identity: try Self.checkIdentity(value, identifier)
        case .text: try Self.checkLength(value, Self.longestIdentity, identifier)
        case .exactly(let count):
            try Self.checkCode(value, identifier)
            try Self.checkCount(value, count, identifier)
        case .digits(let counts): try Self.checkDigits(value, counts, identifier)
        case .withAgency: try Self.checkAgency(value, identifier)
        case .wholeIdentity:
            let maker = try Self.checkAgency(value, identifier)
            try Self.checkSerial(value, after: maker, identifier)
        case .codeAndSerial:
            try Self.checkIdentity(value, identifier)
            try Self.checkCode(value.prefix(IssuingAgency.cageCount), identifier)
            try Self.checkSerial(value, after: IssuingAgency.cageCount, identifier)
        case .vehicle:
            try Self.checkIdentity(value, identifier)
            try Self.checkCount(value, 17, identifier)
            try Self.refuse(value, "\(identifier), a vehicle's number without I, O, Q, - and /") {
                [
                    UInt8(ascii: "I"), UInt8(ascii: "O"), UInt8(ascii: "Q"), UInt8(ascii: "-"),
                    UInt8(ascii: "/"),
                ]
                .contains($0)
            }
        case .checked(let count):
            try Self.checkDigits(value, count...count, identifier)
            try GS1CheckDigit.check(value, of: identifier)
        case .graphic(let longest): try Self.checkGraphic(value, longest, identifier)
        case .returnableAsset: try Self.checkReturnableAsset(value, identifier)
        case .individualAsset: try Self.checkIndividualAsset(value, identifier)
        }
    }

    private static func checkIdentity(
        _ value: ArraySlice<UInt8>, _ identifier: String
    ) throws(MarkError) {
        try checkLength(value, longestIdentity, identifier)
        for index in value.indices where !value[index].isItemIdentity {
            throw MarkError(
                "byte \(Hex.text([value[index]])) in \(identifier), which holds A-Z 0-9 - / only", at: index)
        }
    }

    private static func checkLength(
        _ value: ArraySlice<UInt8>, _ longest: Int, _ identifier: String
    ) throws(MarkError) {
        guard value.count <= longest else {
            throw MarkError(
                "\(identifier) has \(value.count) characters, more than \(longest)",
                at: value.startIndex + longest)
        }
    }

    private static func checkCount(
        _ value: ArraySlice<UInt8>, _ count: Int, _ identifier: String
    ) throws(MarkError) {
        guard value.count == count else {
            throw MarkError(
                "\(identifier) has \(value.count) characters, not \(count)", at: value.startIndex)
        }
    }

    private static func checkDigits(
        _ value: ArraySlice<UInt8>, _ counts: ClosedRange<Int>, _ identifier: String
    ) throws(MarkError) {
        try refuse(value, "\(identifier), which holds digits only") { !$0.isASCIIDigit }
        guard counts.contains(value.count) else {
            let wanted =
                counts.count == 1 ? "\(counts.lowerBound)" : "\(counts.lowerBound) to \(counts.upperBound)"
            throw MarkError(
                "\(identifier) has \(value.count) digits, not \(wanted)", at: value.startIndex)
        }
    }

    /// Hyphen and slash belong to part numbers and serial numbers, and to no registered code.
    private static func checkCode(_ value: ArraySlice<UInt8>, _ identifier: String) throws(MarkError) {
        try refuse(value, "\(identifier), whose enterprise code holds A-Z 0-9 only") {
            !$0.isASCIICapital && !$0.isASCIIDigit
        }
    }

    /// Checks the issuing agency code and the shortest enterprise identifier behind it, and returns how many
    /// characters both have.
    @discardableResult
    private static func checkAgency(
        _ value: ArraySlice<UInt8>, _ identifier: String
    ) throws(MarkError) -> Int {
        try checkIdentity(value, identifier)
        guard let count = IssuingAgency.leastIdentifier(atStartOf: value) else {
            throw MarkError(
                "\(identifier) begins with no issuing agency code (\(IssuingAgency.known))",
                at: value.startIndex)
        }
        try checkCode(value.prefix(count), identifier)
        guard value.count >= count else {
            throw MarkError(
                "\(identifier) holds no whole enterprise identifier, which has at least \(count) characters",
                at: value.endIndex)
        }
        return count
    }

    /// Refuses a value that ends before a serial number: it names a maker or a kind of item, and no item.
    private static func checkSerial(
        _ value: ArraySlice<UInt8>, after count: Int, _ identifier: String
    ) throws(MarkError) {
        guard value.count > count else {
            throw MarkError(
                "\(identifier) has no serial number behind its first \(count) characters",
                at: value.endIndex)
        }
    }

    private static func checkGraphic(
        _ value: ArraySlice<UInt8>, _ longest: Int, _ identifier: String
    ) throws(MarkError) {
        try checkLength(value, longest, identifier)
        try refuse(value, "\(identifier), which GS1 does not allow in an element") {
            !GS1ElementString.isGraphic($0)
        }
    }

    private static func checkReturnableAsset(
        _ value: ArraySlice<UInt8>, _ identifier: String
    ) throws(MarkError) {
        let kind = value.prefix(14)
        try checkDigits(kind, 14...14, identifier)
        guard kind.first == UInt8(ascii: "0") else {
            throw MarkError("\(identifier) does not begin with 0", at: value.startIndex)
        }
        try GS1CheckDigit.check(kind, of: identifier)
        try checkSerial(value, after: 14, identifier)
        try checkGraphic(value.dropFirst(14), 16, identifier)
    }

    private static func checkIndividualAsset(
        _ value: ArraySlice<UInt8>, _ identifier: String
    ) throws(MarkError) {
        try checkGraphic(value, 30, identifier)
        try refuse(
            value.prefix(IssuingAgency.leastPrefix), "\(identifier), which begins with a GS1 company prefix"
        ) { !$0.isASCIIDigit }
        try checkSerial(value, after: IssuingAgency.leastPrefix, identifier)
    }

    private static func refuse(
        _ value: ArraySlice<UInt8>, _ place: @autoclosure () -> String, where isWrong: (UInt8) -> Bool
    ) throws(MarkError) {
        for index in value.indices where isWrong(value[index]) {
            throw MarkError("byte \(Hex.text([value[index]])) in \(place())", at: index)
        }
    }
}

/// Who registers enterprises: the codes that MIL-STD-130N, Table V names before their identifiers.
enum IssuingAgency {
    /// As messages name them.
    static let known = "D, UN, LD, LB, LH or a digit"

    /// Characters of a CAGE or NCAGE code (MIL-STD-130N).
    static let cageCount = 5
    /// Least digits of a GS1 company prefix (GS1 General Specifications, section 1.4.4).
    static let leastPrefix = 4

    /// Characters of the agency code that `value` begins with, and of the shortest enterprise identifier
    /// behind it: five of a CAGE code, nine of a DUNS number, six of a DoDAAC, one of LB and LH. GS1's own
    /// code is the first digit of its prefixes. Nil where there is no such code.
    static func leastIdentifier(atStartOf value: ArraySlice<UInt8>) -> Int? {
        guard let first = value.first else { return nil }
        if first.isASCIIDigit { return leastPrefix }
        switch (first, value.dropFirst().first) {
        case (UInt8(ascii: "D"), _): return 1 + cageCount
        case (UInt8(ascii: "U"), UInt8(ascii: "N")): return 2 + 9
        case (UInt8(ascii: "L"), UInt8(ascii: "D")): return 2 + 6
        case (UInt8(ascii: "L"), UInt8(ascii: "B")), (UInt8(ascii: "L"), UInt8(ascii: "H")): return 2 + 1
        default: return nil
        }
    }
}
