/// RFC 8785 (JSON Canonicalization Scheme): one document, one sequence of bytes.
///
/// Members are ordered by the UTF-16 code units of their names, strings escape only what must be escaped,
/// nothing is indented. What a hash or a signature covers is always written by this and nothing else.
package enum CanonicalJSON {
    /// The canonical bytes of `value`.
    ///
    /// Precondition: every number is within ±`JSONValue.largestNumber`; a number beyond it is a programmer's
    /// error, because nothing read from outside can make one (`JSONParser` refuses it).
    package static func bytes(_ value: JSONValue) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        append(value, to: &out)
        return out
    }

    /// The canonical form of `value` as text.
    package static func text(_ value: JSONValue) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    private static func append(_ value: JSONValue, to out: inout [UInt8]) {
        switch value {
        case .null: out += "null".utf8
        case .bool(let flag): out += (flag ? "true" : "false").utf8
        case .number(let number):
            precondition(abs(number) <= JSONValue.largestNumber, "a JSON number beyond 2^53-1")
            out += String(number).utf8
        case .string(let text): append(text, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { precedes($0.key, $1.key) }).enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                append(member.value, to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// RFC 8785 section 3.2.3: names are compared as arrays of UTF-16 code units.
    ///
    /// UTF-8 bytes order the same way but for one case. Code points beyond U+FFFF begin with a byte of 0xF0
    /// or more, yet as surrogates (0xD800 to 0xDFFF) they come before U+E000 to U+FFFF, whose first byte is
    /// 0xEE or 0xEF.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        var left = left.utf8.makeIterator()
        var right = right.utf8.makeIterator()
        while let second = right.next() {
            guard let first = left.next() else { return true }
            if first == second { continue }
            if first >= 0xEE, second >= 0xEE, (first >= 0xF0) != (second >= 0xF0) { return first >= 0xF0 }
            return first < second
        }
        return false
    }

    /// A string in quotes; one that needs no escape, which is nearly every one, is copied whole.
    private static func append(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.allSatisfy(standsForItself) else { return false }
            out.append(contentsOf: bytes)
            return true
        }
        if isPlain != true { appendEscaped(text, to: &out) }
        out.append(UInt8(ascii: "\""))
    }

    private static func standsForItself(_ byte: UInt8) -> Bool {
        byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// RFC 8785 section 3.2.2.2: two-letter escapes where JSON has one, `\u00xx` for other control
    /// characters.
    private static func appendEscaped(_ text: String, to out: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0x08: out += "\\b".utf8
            case 0x09: out += "\\t".utf8
            case 0x0A: out += "\\n".utf8
            case 0x0C: out += "\\f".utf8
            case 0x0D: out += "\\r".utf8
            case 0..<0x20: out += "\\u00\(Hex.text([byte]))".utf8
            default: out.append(byte)
            }
        }
    }
}
