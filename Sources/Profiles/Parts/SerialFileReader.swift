internal import Inspection

/// Reads a file of serial numbers: comma-separated text, one serial or range a line.
///
/// ```
/// first,last,reason
/// SA10197
/// SA10700,SA10799
/// SA10666,,"stolen, lot 7"
/// ```
/// The first line may name the columns. Empty lines, and those that begin with `#`, say nothing. Fields may
/// stand in double quotes, within which two of them mean one.
struct SerialFileReader {
    let file: SourceFile
    let faults: FaultCollector

    /// The columns' names, of which a first line must have the first to be one.
    private static let columns = ["first", "last", "reason"]
    /// Longest reason in characters, as in the table.
    private static let longestReason = 200

    /// The lines that could be read; those that could not are noted.
    func read() -> [SerialList.Entry] {
        guard file.bytes.count <= YAMLReader.mostBytes else {
            fault(1, 1, "the file is longer than \(YAMLReader.mostBytes) bytes", "write ranges, or split it")
            return []
        }
        guard var text = String(validating: file.bytes, as: UTF8.self) else {
            fault(1, 1, "the file is not UTF-8", "save it as UTF-8")
            return []
        }
        if text.hasPrefix("\u{FEFF}") { text.removeFirst() }
        var entries: [SerialList.Entry] = []
        var isFirst = true
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (index, line) in lines.enumerated() {
            guard !line.allSatisfy(\.isWhitespace), line.first != "#" else { continue }
            guard let fields = fields(line, index + 1) else { continue }
            defer { isFirst = false }
            if isFirst, fields[0].text.lowercased() == Self.columns[0] { continue }
            if let entry = entry(fields, index + 1) { entries.append(entry) }
        }
        if entries.isEmpty { fault(1, 1, "the file holds no serial number", SerialRange.rule) }
        return entries
    }

    private func entry(_ fields: [Field], _ line: Int) -> SerialList.Entry? {
        guard fields.count <= Self.columns.count else {
            fault(
                line, fields[Self.columns.count].column,
                "the line has \(fields.count) fields", "write first, last and reason")
            return nil
        }
        let first = fields[0].text
        let last = fields.count > 1 && !fields[1].text.isEmpty ? fields[1].text : first
        guard let range = SerialRange(first, last) else {
            let written = first == last ? first : "\(first)..\(last)"
            fault(
                line, fields[0].column, "\(Wording.quoted(written)) is no serial number and no range",
                "write one serial number a line, or a first and a last one, equally long and different in "
                    + "digits at their end only")
            return nil
        }
        let reason = fields.count > 2 && !fields[2].text.isEmpty ? fields[2].text : nil
        guard reason.map(isPlain) != false else {
            fault(
                line, fields[2].column,
                "the reason holds control characters, or is longer than \(Self.longestReason) characters",
                "write one short sentence")
            return nil
        }
        return SerialList.Entry(range, reason: reason)
    }

    private func isPlain(_ text: String) -> Bool {
        text.count <= Self.longestReason
            && !text.unicodeScalars.contains { $0.properties.generalCategory == .control }
    }

    /// What stands between two commas, without blanks around it.
    private struct Field {
        var text = ""
        /// From 1.
        let column: Int
    }

    /// The fields of a line, at least one; nil after noting a quote that is not closed.
    private func fields(_ line: Substring, _ number: Int) -> [Field]? {
        var fields = [Field(column: 1)]
        var isQuoted = false
        var quoteEnded = false
        for (offset, character) in line.enumerated() {
            switch character {
            case "\"" where isQuoted:
                isQuoted = false
                quoteEnded = true
            case "\"":
                // A quote right after the end of a quoted text is one that stands within it.
                if quoteEnded { fields[fields.count - 1].text.append("\"") }
                isQuoted = true
                quoteEnded = false
            case "," where !isQuoted:
                fields.append(Field(column: offset + 2))
                quoteEnded = false
            default:
                fields[fields.count - 1].text.append(character)
                quoteEnded = false
            }
        }
        guard !isQuoted else {
            fault(
                number, fields[fields.count - 1].column, "a quote is not closed",
                "close it in the same line")
            return nil
        }
        return fields.map { Field(text: Self.trimmed($0.text), column: $0.column) }
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        return String(start.reversed().drop { $0.isWhitespace }.reversed())
    }

    private func fault(_ line: Int, _ column: Int, _ what: String, _ remedy: String) {
        faults.fault(SourcePlace(file: file.path, line: line, column: column), what, remedy)
    }
}
