/// A document that is not the JSON that Plumbline reads, and at which byte it stops being so.
package struct JSONError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What is wrong, in words.
    package let what: String
    /// Offset of the offending byte from the document's beginning.
    package let offset: Int

    package var description: String { "byte \(offset): \(what)" }
}

/// Reads JSON (RFC 8259) strictly: valid UTF-8, no duplicate names, whole numbers only, bounded depth.
package struct JSONParser {
    /// How deep arrays and objects may nest; what a hostile document can cost is bounded by it.
    package static let deepestNesting = 64

    private let bytes: [UInt8]
    private var position = 0

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The document in `bytes`.
    ///
    /// Throws `JSONError` for anything that is no JSON, for a fraction or exponent, for a number beyond
    /// 2⁵³−1, for a name used twice in one object, and for text after the document.
    package static func parse(_ bytes: some Sequence<UInt8>) throws(JSONError) -> JSONValue {
        let bytes = Array(bytes)
        guard String(validating: bytes, as: UTF8.self) != nil else {
            throw JSONError(what: "the document is not UTF-8", offset: 0)
        }
        var parser = JSONParser(bytes)
        let value = try parser.value(depth: 0)
        parser.skipBlanks()
        guard parser.position == bytes.count else { throw parser.error("there is text after the document") }
        return value
    }

    /// The document in `text`; throws as `parse(_:)` of bytes does.
    package static func parse(_ text: String) throws(JSONError) -> JSONValue {
        try parse(Array(text.utf8))
    }

    private func error(_ what: String) -> JSONError { JSONError(what: what, offset: position) }

    private mutating func skipBlanks() {
        while let byte = peek(), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            position += 1
        }
    }

    private func peek() -> UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: expected) else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
        guard depth < Self.deepestNesting else { throw error("nested deeper than \(Self.deepestNesting)") }
        skipBlanks()
        guard let first = peek() else { throw error("the document ends too early") }
        switch first {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw error("no JSON value begins here")
        }
    }

    private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
        guard bytes[position...].starts(with: word.utf8) else { throw error("expected \(word)") }
        position += word.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
        var members: [String: JSONValue] = [:]
        position += 1
        skipBlanks()
        if take("}") { return .object(members) }
        repeat {
            skipBlanks()
            let start = position
            guard peek() == UInt8(ascii: "\"") else { throw error("expected a member's name in quotes") }
            let name = try string()
            skipBlanks()
            guard take(":") else { throw error("expected ':' after the name") }
            let member = try value(depth: depth + 1)
            guard members.updateValue(member, forKey: name) == nil else {
                throw JSONError(what: "the name \"\(name)\" stands twice", offset: start)
            }
            skipBlanks()
        } while take(",")
        guard take("}") else { throw error("expected ',' or '}'") }
        return .object(members)
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
        var elements: [JSONValue] = []
        position += 1
        skipBlanks()
        if take("]") { return .array(elements) }
        repeat {
            elements.append(try value(depth: depth + 1))
            skipBlanks()
        } while take(",")
        guard take("]") else { throw error("expected ',' or ']'") }
        return .array(elements)
    }

    private mutating func number() throws(JSONError) -> JSONValue {
        let start = position
        _ = take("-")
        let digits = position
        while let digit = peek(), (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) { position += 1 }
        let count = position - digits
        guard count > 0, count == 1 || bytes[digits] != UInt8(ascii: "0") else {
            throw error("not a number as JSON writes it")
        }
        switch peek() {
        case UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
            throw error("a number with a fraction or exponent; measurements are written as text")
        default: break
        }
        guard let number = Int64(String(decoding: bytes[start..<position], as: UTF8.self)),
            number.magnitude <= JSONValue.largestNumber.magnitude
        else { throw JSONError(what: "a number beyond 2^53-1", offset: start) }
        return .number(number)
    }

    private mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        while let byte = peek(), byte >= 0x20, byte != UInt8(ascii: "\\") {
            position += 1
            if byte == UInt8(ascii: "\"") {
                return String(decoding: bytes[start..<position - 1], as: UTF8.self)
            }
        }
        return try escapedString(after: Array(bytes[start..<position]))
    }

    /// The rest of a string from its first escape on, or the error that stands there instead.
    private mutating func escapedString(after beginning: [UInt8]) throws(JSONError) -> String {
        var out = beginning
        while let byte = peek() {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(into: &out)
            case 0..<0x20:
                throw JSONError(what: "a control character within a string", offset: position - 1)
            default: out.append(byte)
            }
        }
        throw error("a string without its closing quote")
    }

    private mutating func escape(into out: inout [UInt8]) throws(JSONError) {
        guard let letter = peek() else { throw error("the document ends within an escape") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(letter)
        case UInt8(ascii: "b"): out.append(0x08)
        case UInt8(ascii: "f"): out.append(0x0C)
        case UInt8(ascii: "n"): out.append(0x0A)
        case UInt8(ascii: "r"): out.append(0x0D)
        case UInt8(ascii: "t"): out.append(0x09)
        case UInt8(ascii: "u"): out += String(try scalar()).utf8
        default: throw error("an escape that JSON does not have")
        }
    }

    private mutating func scalar() throws(JSONError) -> Unicode.Scalar {
        let high = try codeUnit()
        if let scalar = Unicode.Scalar(UInt32(high)) { return scalar }
        guard (0xD800...0xDBFF).contains(high), take("\\"), take("u") else {
            throw error("half of a surrogate pair")
        }
        let low = try codeUnit()
        let joined = 0x10000 + (UInt32(high) - 0xD800) << 10 + UInt32(low) &- 0xDC00
        guard (0xDC00...0xDFFF).contains(low), let scalar = Unicode.Scalar(joined) else {
            throw error("half of a surrogate pair")
        }
        return scalar
    }

    private mutating func codeUnit() throws(JSONError) -> UInt16 {
        guard position + 4 <= bytes.count,
            let pair = Hex.bytes(String(decoding: bytes[position..<position + 4], as: UTF8.self)),
            pair.count == 2
        else { throw error("expected four hexadecimal digits") }
        position += 4
        return UInt16(pair[0]) << 8 | UInt16(pair[1])
    }
}
