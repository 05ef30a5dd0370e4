/// A JSON document held as a value: what records, audit entries and tool output are made of.
///
/// Numbers are integers within ±(2⁵³−1), the range that every JSON reader keeps exact (RFC 8785 section
/// 3.2.2.3 with RFC 7493 section 2.2). A measurement is never a JSON number: it is text, so that no reader
/// rounds it.
package enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    case number(Int64)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Largest magnitude that a JSON number may have here: 2⁵³−1 (RFC 7493 section 2.2).
    package static let largestNumber: Int64 = 9_007_199_254_740_991

    /// The member `key` of an object, or nil where this is no object or has no such member.
    package subscript(key: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members[key]
    }

    /// The text of a string, or nil for anything else.
    package var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The value of a number, or nil for anything else.
    package var integer: Int64? {
        guard case .number(let value) = self else { return nil }
        return value
    }

    /// The value of a boolean, or nil for anything else.
    package var flag: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements of an array; empty for anything else.
    package var elements: [JSONValue] {
        guard case .array(let elements) = self else { return [] }
        return elements
    }

    /// `text` as a JSON string, or null where there is none.
    package static func optional(_ text: String?) -> JSONValue {
        text.map(JSONValue.string) ?? .null
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .number(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }
}
