package import Metrology

/// How the value of a key is written and what is made of it.
///
/// `required("port", .integer(1...65_535))`, `.list(of: .text)`. A form that only one file needs is made with
/// `init(_:_:)` beside its decoder.
package struct YAMLForm<Value> {
    /// What a person should write, for messages: `a whole number of 1…65535`.
    package let expectation: String
    /// The value in a node; nil after noting what is wrong.
    package let read: (YAMLNode, FaultCollector) -> Value?

    package init(_ expectation: String, read: @escaping (YAMLNode, FaultCollector) -> Value?) {
        (self.expectation, self.read) = (expectation, read)
    }

    /// A form of one scalar; nil from `parse` is noted as a fault that quotes the text.
    package init(_ expectation: String, scalar parse: @escaping (_ text: String, _ isQuoted: Bool) -> Value?)
    {
        self.init(expectation) { node, faults in
            if case .scalar(let text, let isQuoted) = node.content, let value = parse(text, isQuoted) {
                return value
            }
            faults.fault(node.place, "\(node.form) stands here", "write \(expectation)")
            return nil
        }
    }

    /// The elements of a list with a length within `counts`; noted as a fault and empty otherwise.
    static func elements(of node: YAMLNode, _ counts: ClosedRange<Int>, _ faults: FaultCollector)
        -> [YAMLNode]
    {
        guard case .sequence(let elements) = node.content else {
            faults.fault(node.place, "\(node.form) stands here", "write a list")
            return []
        }
        guard counts.contains(elements.count) else {
            faults.fault(
                node.place, "the list has \(elements.count) elements",
                "\(counts.lowerBound)…\(counts.upperBound) are allowed")
            return []
        }
        return elements
    }

    /// A list whose elements have the same form.
    package static func list<Element>(
        of form: YAMLForm<Element>, _ counts: ClosedRange<Int> = 0...10_000
    ) -> YAMLForm<[Element]> where Value == [Element] {
        YAMLForm<[Element]>("a list, each element \(form.expectation)") { node, faults in
            let before = faults.count
            let elements = YAMLForm<Element>.elements(of: node, counts, faults).compactMap {
                form.read($0, faults)
            }
            return faults.count == before ? elements : nil
        }
    }
}

extension YAMLForm {
    /// One value, or a list of some.
    package static func oneOrMore<Element>(
        of form: YAMLForm<Element>, most: Int
    ) -> YAMLForm<[Element]> where Value == [Element] {
        YAMLForm<[Element]>("\(form.expectation), or a list") { node, faults in
            if case .scalar = node.content { return form.read(node, faults).map { [$0] } }
            return YAMLForm<[Element]>.list(of: form, 1...most).read(node, faults)
        }
    }
}

extension YAMLForm where Value == String {
    /// A text of 1…500 characters without control characters; numbers without quotes are taken as written.
    package static var text: YAMLForm { text(1...500) }

    /// A text with a length within `lengths`, without control characters.
    package static func text(_ lengths: ClosedRange<Int>) -> YAMLForm {
        YAMLForm("a text of \(lengths.lowerBound)…\(lengths.upperBound) characters") { text, _ in
            guard lengths.contains(text.count),
                !text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
            else { return nil }
            return text
        }
    }

    /// A name of letters, digits and `_ - .`, beginning with a letter or a digit, of 1…64 characters.
    package static var name: YAMLForm {
        YAMLForm("a name of letters, digits, `_`, `-` and `.`, at most 64") { text, _ in
            guard (1...64).contains(text.utf8.count), text.utf8.first.map(isAlphanumeric) == true,
                text.utf8.allSatisfy({ isAlphanumeric($0) || "_-.".utf8.contains($0) })
            else { return nil }
            return text
        }
    }

    static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }
}

extension YAMLForm where Value == Int {
    /// A whole number within `range`, decimal or `0x` hexadecimal, without quotes.
    package static func integer(_ range: ClosedRange<Int>) -> YAMLForm {
        YAMLForm("a whole number of \(range.lowerBound)…\(range.upperBound)") { text, isQuoted in
            guard !isQuoted, let value = wholeNumber(text), range.contains(value) else { return nil }
            return value
        }
    }

    /// A time in milliseconds within `range`: `500 ms`, `5 s`, `10 min`, `24 h`, also with decimals (`1.5
    /// s`).
    package static func duration(_ range: ClosedRange<Int> = 0...31 * 86_400_000) -> YAMLForm {
        YAMLForm("a time such as `500 ms`, `5 s`, `10 min` or `24 h`") { node, faults in
            guard let text = node.text, let milliseconds = milliseconds(text) else {
                faults.fault(
                    node.place, "\(node.form) is no time",
                    "write a number and a unit: `500 ms`, `5 s`, `10 min`, `24 h`")
                return nil
            }
            guard range.contains(milliseconds) else {
                faults.fault(
                    node.place, "\(node.form) is out of range",
                    "allowed are \(range.lowerBound)…\(range.upperBound) ms")
                return nil
            }
            return milliseconds
        }
    }

    /// Milliseconds that each unit of time has.
    private static let unitsOfTime = ["ms": 1, "s": 1_000, "min": 60_000, "h": 3_600_000]

    private static func milliseconds(_ text: String) -> Int? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let unit = unitsOfTime[String(parts[1])], parts[0].utf8.count <= 10,
            let number = PlainDecimal.value(String(parts[0])), number >= 0
        else { return nil }
        let scaled = number * ExactDecimal(Int128(unit))
        guard scaled.rounded(toMultipleOf: 1) == scaled else { return nil }
        return Int(scaled.rounded(toMultipleOf: 1).description)
    }
}

extension YAMLForm where Value: FixedWidthInteger {
    /// The whole number that `text` writes, decimal or `0x` hexadecimal; nil for anything else.
    static func wholeNumber(_ text: String) -> Value? {
        if text.hasPrefix("0x") {
            let digits = text.dropFirst(2)
            return digits.first?.isHexDigit == true ? Value(digits, radix: 16) : nil
        }
        let digits = text.hasPrefix("-") ? text.dropFirst() : text[...]
        return digits.first?.isNumber == true ? Value(text) : nil
    }
}

extension YAMLForm where Value == Bool {
    /// `true` or `false`, and none of YAML's other ways to say so.
    package static var flag: YAMLForm {
        YAMLForm("`true` or `false`") { text, isQuoted in
            isQuoted ? nil : ["true": true, "false": false][text]
        }
    }
}

extension YAMLForm where Value == ExactDecimal {
    /// A number as quoted decimal text, so that its digits and zeros are kept as written.
    package static var decimal: YAMLForm<ExactDecimal> {
        YAMLForm("a quoted decimal number such as \"12.50\"") { node, faults in
            guard case .scalar(let text, let isQuoted) = node.content, let value = PlainDecimal.value(text)
            else {
                faults.fault(
                    node.place, "\(node.form) is no decimal number",
                    "write at most 17 digits, such as \"12.50\"")
                return nil
            }
            guard isQuoted else {
                faults.fault(
                    node.place, "the number \(text) has no quotes", "write \"\(text)\": its digits count")
                return nil
            }
            return value
        }
    }
}

extension YAMLForm where Value == UnitOfMeasure {
    /// A UCUM code of our table.
    package static var unit: YAMLForm<UnitOfMeasure> {
        YAMLForm("a UCUM unit such as \"mm3/{stroke}\"") { node, faults in
            if node.text == ProfileText.unknownUnit {
                faults.fault(
                    node.place, "the unit is still open",
                    #"write the device's, such as bar; "1" for a count"#)
                return nil
            }
            guard let text = node.text, let unit = UnitOfMeasure(text) else {
                faults.fault(
                    node.place, "unit \(node.form) is not known",
                    UnitRemedy.text(for: node.text ?? ""))
                return nil
            }
            return unit
        }
    }
}

extension YAMLForm where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words of an enumeration.
    package static var choice: YAMLForm {
        let words = Value.allCases.map(\.rawValue)
        return YAMLForm("one of \(words.joined(separator: ", "))") { node, faults in
            guard let text = node.text, let value = Value(rawValue: text) else {
                faults.fault(
                    node.place, "\(node.form) is none of the choices",
                    NearestName.remedy(for: node.text ?? "", among: words))
                return nil
            }
            return value
        }
    }
}

/// Decimal numbers as people write them in files: no exponent, no sign but minus.
enum PlainDecimal {
    static func value(_ text: String) -> ExactDecimal? {
        guard text.utf8.count <= 40,
            text.utf8.allSatisfy({
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "-.".utf8.contains($0)
            })
        else { return nil }
        return ExactDecimal(text)
    }
}
