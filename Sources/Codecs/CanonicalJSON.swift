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
        var out = CanonicalOutput()
        defer { out.end() }
        append(value, to: &out)
        return out.bytes
    }

    /// The canonical form of `value` as text.
    package static func text(_ value: JSONValue) -> String {
        String(decoding: bytes(value), as: UTF8.self)
    }

    private static func append(_ value: JSONValue, to out: inout CanonicalOutput) {
        switch value {
        case .null: out.append("null")
        case .bool(let flag): out.append(flag ? "true" : "false")
        case .number(let number):
            precondition(abs(number) <= JSONValue.largestNumber, "a JSON number beyond 2^53-1")
            out.append(String(number))
        case .string(let text): append(text, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                append(element, to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members): append(members, to: &out)
        }
    }

    private static func append(_ members: [String: JSONValue], to out: inout CanonicalOutput) {
        var ordered: [Member] = []
        ordered.reserveCapacity(members.count)
        for (name, value) in members { ordered.append(Member(name, value)) }
        ordered.sort { $0.precedes($1) }
        out.append(UInt8(ascii: "{"))
        for (index, member) in ordered.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            append(member.name, to: &out)
            out.append(UInt8(ascii: ":"))
            append(member.value, to: &out)
        }
        out.append(UInt8(ascii: "}"))
    }

    /// A member of an object with the beginning of its name as a number, which orders nearly all names.
    private struct Member {
        let name: String
        let value: JSONValue
        /// The first eight bytes, the first of them the most significant; zeros where there are fewer.
        private let beginning: UInt64
        /// Whether one of those bytes is 0xEE or more, from where on UTF-8 is ordered otherwise.
        private let isHigh: Bool

        init(_ name: String, _ value: JSONValue) {
            var (beginning, isHigh, shift) = (UInt64(0), false, UInt64(64))
            for byte in name.utf8.prefix(8) {
                shift -= 8
                beginning |= UInt64(byte) << shift
                isHigh = isHigh || byte >= 0xEE
            }
            (self.name, self.value, self.beginning, self.isHigh) = (name, value, beginning, isHigh)
        }

        func precedes(_ other: Member) -> Bool {
            if beginning != other.beginning, !isHigh, !other.isHigh { return beginning < other.beginning }
            return CanonicalJSON.precedes(name, other.name)
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
    private static func append(_ text: String, to out: inout CanonicalOutput) {
        out.append(UInt8(ascii: "\""))
        let isPlain = text.utf8.withContiguousStorageIfAvailable { bytes in
            guard bytes.allSatisfy(standsForItself) else { return false }
            out.append(bytes)
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
    private static func appendEscaped(_ text: String, to out: inout CanonicalOutput) {
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                out.append(UInt8(ascii: "\\"))
                out.append(byte)
            case 0x08: out.append("\\b")
            case 0x09: out.append("\\t")
            case 0x0A: out.append("\\n")
            case 0x0C: out.append("\\f")
            case 0x0D: out.append("\\r")
            case 0..<0x20: out.append("\\u00\(Hex.text([byte]))")
            default: out.append(byte)
            }
        }
    }
}

/// Bytes that grow at their end; `end()` gives their memory back.
private struct CanonicalOutput {
    private var storage: UnsafeMutableBufferPointer<UInt8>
    private var count = 0

    /// Room for most entries of a ledger without growing.
    init() { storage = .allocate(capacity: 4_096) }

    var bytes: [UInt8] { Array(storage[..<count]) }

    func end() { storage.deallocate() }

    mutating func append(_ byte: UInt8) {
        if count == storage.count { grow(by: 1) }
        storage[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        if storage.count - count < bytes.count { grow(by: bytes.count) }
        _ = storage[count...].initialize(from: bytes)
        count += bytes.count
    }

    mutating func append(_ text: String) { for byte in text.utf8 { append(byte) } }

    private mutating func grow(by more: Int) {
        let larger = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 2 * (storage.count + more))
        _ = larger.initialize(from: storage[..<count])
        storage.deallocate()
        storage = larger
    }
}
