internal import Glibc

/// What a body says of itself, found in its bytes without making values of them.
///
/// Whatever this cannot be sure of it leaves to the reader of JSON, which says in words what is wrong: it
/// answers only for a body that is its own canonical form.
struct BodyScan {
    /// A text without escapes, where it stands in the body: valid as long as the body is.
    typealias Text = UnsafeBufferPointer<UInt8>

    /// The members that tables or other entries repeat.
    enum Field: Int, CaseIterable {
        case schema, id, serial, record, disposition, station, operation, result, provenance, endedAt
        case event, cycle, sink, sha256, partSerial, partNumber, partUII

        /// The one that a body's member of this name is.
        init?(member name: Text) {
            switch name.count {
            case 2 where name.reads("id"): self = .id
            case 4 where name.reads("sink"): self = .sink
            case 5 where name.reads("event"): self = .event
            case 5 where name.reads("cycle"): self = .cycle
            case 6 where name.reads("schema"): self = .schema
            case 6 where name.reads("serial"): self = .serial
            case 6 where name.reads("record"): self = .record
            case 6 where name.reads("result"): self = .result
            case 6 where name.reads("sha256"): self = .sha256
            case 7 where name.reads("station"): self = .station
            case 8 where name.reads("ended_at"): self = .endedAt
            case 9 where name.reads("operation"): self = .operation
            case 10 where name.reads("provenance"): self = .provenance
            case 11 where name.reads("disposition"): self = .disposition
            default: return nil
            }
        }

        /// The one that a member of the body's `part` is.
        init?(memberOfPart name: Text) {
            switch name.count {
            case 3 where name.reads("uii"): self = .partUII
            case 6 where name.reads("serial"): self = .partSerial
            case 6 where name.reads("number"): self = .partNumber
            default: return nil
            }
        }
    }

    private var texts = InlineArray<17, Text>(repeating: Text(start: nil, count: 0))
    /// The texts in the array `evidence`.
    private(set) var evidence: [Text] = []

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    /// Whether the body has bytes that are no ASCII.
    private var isWide = false

    /// As deep as `JSONParser.deepestNesting`, one below it for certain.
    private static let deepest = 60
    /// Digits of a number that is within ±(2⁵³−1) for certain.
    private static let mostDigits = 15

    /// Nil where the body is not canonical for certain.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        guard next() == UInt8(ascii: "{"), members(of: .body, depth: 1), position == bytes.count else {
            return nil
        }
        // No byte of a character beyond ASCII is one that JSON gives a meaning to.
        guard !isWide || String(validating: bytes, as: UTF8.self) != nil else { return nil }
    }

    /// The member's text; nil where it is missing or no text.
    subscript(_ field: Field) -> Text? {
        let text = texts[field.rawValue]
        return text.baseAddress == nil ? nil : text
    }

    /// Where in a body a value stands, as far as that matters.
    private enum Place { case body, part, evidence, elsewhere }

    private mutating func next() -> UInt8 {
        guard position < bytes.count else { return 0 }
        defer { position += 1 }
        return bytes[position]
    }

    private mutating func skip(_ word: StaticString) -> Bool {
        guard bytes.count - position >= word.utf8CodeUnitCount else { return false }
        for offset in 0..<word.utf8CodeUnitCount where bytes[position + offset] != word.utf8Start[offset] {
            return false
        }
        position += word.utf8CodeUnitCount
        return true
    }

    /// The members of an object whose brace has been read; names must ascend, and so each is there once.
    private mutating func members(of place: Place, depth: Int) -> Bool {
        guard depth < Self.deepest else { return false }
        if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
            position += 1
            return true
        }
        var last = Text(start: nil, count: 0)
        var isFirst = true
        while true {
            guard next() == UInt8(ascii: "\""), let name = name(), next() == UInt8(ascii: ":"),
                isFirst || last.precedes(name), member(name, of: place, depth: depth)
            else { return false }
            (last, isFirst) = (name, false)
            switch next() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "}"): return true
            default: return false
            }
        }
    }

    private mutating func member(_ name: Text, of place: Place, depth: Int) -> Bool {
        switch place {
        case .body where name.reads("part"): return value(.part, depth: depth)
        case .body where name.reads("evidence"): return value(.evidence, depth: depth)
        case .body, .part:
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                return value(.elsewhere, depth: depth)
            }
            position += 1
            guard let field = place == .body ? Field(member: name) : Field(memberOfPart: name) else {
                return skipText()
            }
            guard let text = plainText() else { return false }
            texts[field.rawValue] = text
            return true
        case .evidence, .elsewhere: return value(.elsewhere, depth: depth)
        }
    }

    private mutating func value(_ place: Place, depth: Int) -> Bool {
        let first = next()
        switch first {
        case UInt8(ascii: "\""): return skipText()
        case UInt8(ascii: "{"):
            return members(of: place == .part ? .part : .elsewhere, depth: depth + 1)
        case UInt8(ascii: "["): return elements(place, depth: depth + 1)
        case UInt8(ascii: "n"): return skip("ull")
        case UInt8(ascii: "t"): return skip("rue")
        case UInt8(ascii: "f"): return skip("alse")
        default: return number(first)
        }
    }

    private mutating func elements(_ place: Place, depth: Int) -> Bool {
        guard depth < Self.deepest else { return false }
        if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
            position += 1
            return true
        }
        while true {
            if place == .evidence, position < bytes.count, bytes[position] == UInt8(ascii: "\"") {
                position += 1
                guard let text = plainText() else { return false }
                evidence.append(text)
            } else if !value(.elsewhere, depth: depth) {
                return false
            }
            switch next() {
            case UInt8(ascii: ","): continue
            case UInt8(ascii: "]"): return true
            default: return false
            }
        }
    }

    /// A whole number that has one way of being written.
    private mutating func number(_ first: UInt8) -> Bool {
        let isNegative = first == UInt8(ascii: "-")
        let leading = isNegative ? next() : first
        guard leading >= UInt8(ascii: "0"), leading <= UInt8(ascii: "9") else { return false }
        if leading == UInt8(ascii: "0") { return !isNegative && !isDigitNext }
        var digits = 1
        while isDigitNext { (digits, position) = (digits + 1, position + 1) }
        return digits <= Self.mostDigits
    }

    private var isDigitNext: Bool {
        position < bytes.count && bytes[position] >= UInt8(ascii: "0") && bytes[position] <= UInt8(ascii: "9")
    }
}

// MARK: Texts

extension BodyScan {
    /// Moves behind the next byte of a text that is a quote, a backslash, no ASCII, or a control character;
    /// that byte, 0 at the end of the body.
    private mutating func skipPlain() -> UInt8 {
        var index = position
        let (start, count) = (bytes.baseAddress, bytes.count)
        guard let start else { return 0 }
        while index < count {
            let byte = start[index]
            index += 1
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || byte < 0x20 || byte >= 0x80 {
                position = index
                return byte
            }
        }
        position = index
        return 0
    }

    /// The rest of a text whose quote has been read; escapes must be those that canonical form has.
    private mutating func skipText() -> Bool {
        while true {
            let byte = skipPlain()
            if byte == UInt8(ascii: "\"") { return true }
            if byte >= 0x80 {
                isWide = true
            } else if byte == UInt8(ascii: "\\") {
                switch next() {
                case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"),
                    UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
                    continue
                default: return false
                }
            } else {
                return false
            }
        }
    }

    /// The rest of a text without escapes.
    private mutating func plainText() -> Text? {
        let start = position
        while true {
            let byte = skipPlain()
            if byte == UInt8(ascii: "\"") { return Text(rebasing: bytes[start..<position - 1]) }
            guard byte >= 0x80 else { return nil }
            isWide = true
        }
    }

    /// A member's name in ASCII: others may be equal without having the same bytes, or ordered otherwise.
    private mutating func name() -> Text? {
        let start = position
        guard skipPlain() == UInt8(ascii: "\"") else { return nil }
        return Text(rebasing: bytes[start..<position - 1])
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether these are the bytes of `word`.
    func reads(_ word: StaticString) -> Bool {
        guard count == word.utf8CodeUnitCount, let start = baseAddress else { return false }
        for offset in 0..<count where start[offset] != word.utf8Start[offset] { return false }
        return true
    }

    /// Whether these bytes come before others; of two that begin alike the shorter one does.
    func precedes(_ other: Self) -> Bool {
        guard let mine = baseAddress, let theirs = other.baseAddress else { return other.count > count }
        for offset in 0..<Swift.min(count, other.count) where mine[offset] != theirs[offset] {
            return mine[offset] < theirs[offset]
        }
        return count < other.count
    }

    func isSame(_ other: Self) -> Bool {
        guard count == other.count else { return false }
        guard let mine = baseAddress, let theirs = other.baseAddress else { return count == 0 }
        return memcmp(mine, theirs, count) == 0
    }
}
