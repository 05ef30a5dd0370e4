/// A variable field: a value that says what it is (specification R2.16, section 2.4, table 4).
package struct OpenProtocolParameter: Sendable, Equatable {
    /// Parameter id, such as 2213 for the divisor of a curve.
    package let id: Int
    /// 1 unsigned, 2 signed, 3 decimal, 4 text, 5 time, 6 boolean, 7 hexadecimal and further (table 216).
    package let type: Int
    /// Such as 1 for Nm, 50 for degrees, 202 for milliseconds (table 217).
    package let unit: Int
    /// 0 where it is of no step.
    package let step: Int
    /// The value as it came.
    package let bytes: [UInt8]

    /// Bytes before the value.
    static let headBytes = 17

    init(_ cursor: inout OpenProtocolCursor) throws(OpenProtocolError) {
        id = try cursor.required(5, "a parameter's id")
        let count = try cursor.required(3, "the length of parameter \(id)")
        type = try cursor.number(2, "the type of parameter \(id)") ?? 0
        unit = try cursor.number(3, "the unit of parameter \(id)") ?? 0
        step = try cursor.number(4, "the step of parameter \(id)") ?? 0
        bytes = Array(try cursor.slice(count, "parameter \(id)"))
    }

    /// `count` in three digits, and so many parameters.
    static func list(
        _ cursor: inout OpenProtocolCursor, _ what: String
    ) throws(OpenProtocolError) -> [OpenProtocolParameter] {
        let count = try cursor.itemCount(3, of: headBytes, what)
        var parameters: [OpenProtocolParameter] = []
        for _ in 0..<count { parameters.append(try OpenProtocolParameter(&cursor)) }
        return parameters
    }

    /// The value as text, without blanks at its end.
    package var text: String { OpenProtocolText.text(bytes[...]) }
    /// The value as a number, exactly; nil where it is none.
    package var number: OpenProtocolDecimal? {
        (1...3).contains(type) ? OpenProtocolDecimal(bytes[...]) : nil
    }
}
