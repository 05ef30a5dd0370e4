package import Codecs
internal import Metrology

/// Records as comma-separated values (RFC 4180), one row a measurement.
package enum RecordCSV {
    private static let columns:
        [(name: String, value: @Sendable (_ record: JSONValue, _ result: JSONValue) -> JSONValue?)] = [
            ("record", { record, _ in record["id"] }), ("serial", { record, _ in record["part"]?["serial"] }),
            ("part_number", { record, _ in record["part"]?["number"] }),
            ("operation", { record, _ in record["operation"] }),
            ("attempt", { record, _ in record["attempt"] }),
            ("station", { record, _ in record["station"] }),
            ("inspector", { record, _ in record["inspector"] }),
            ("ended_at", { record, _ in record["ended_at"] }),
            ("record_result", { record, _ in record["result"] }),
            ("provenance", { record, _ in record["provenance"] }),
            ("characteristic", { _, result in result["characteristic"] }),
            ("value", { _, result in result["value"] }),
            ("unit", { _, result in result["unit"] }), ("nominal", { _, result in result["nominal"] }),
            ("lsl", { _, result in result["lsl"] }), ("usl", { _, result in result["usl"] }),
            ("result", { _, result in result["result"] }), ("gauge", { _, result in result["gauge"]?["id"] }),
            ("certificate", { _, result in result["gauge"]?["calibration"]?["certificate"] }),
            ("taken_at", { _, result in result["taken_at"] }), ("sample", { _, result in result["sample"] }),
        ]

    /// The first row, without a line end.
    package static var header: String { columns.map(\.name).joined(separator: ",") }

    /// The rows of a record, without line ends.
    package static func rows(_ record: JSONValue) -> [String] {
        (record["results"]?.elements ?? []).map { result in
            columns.map { cell($0.value(record, result)) }.joined(separator: ",")
        }
    }

    /// What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection"); the last four are
    /// the wide forms that it reads as the narrow ones.
    private static let formulaStarts: Set<Unicode.Scalar> = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}",
    ]
    private static let quoted: Set<Unicode.Scalar> = ["\"", ",", "\n", "\r"]

    /// A value as a cell. One that a spreadsheet would take for a formula is made text by a leading
    /// apostrophe; numbers with a sign stay numbers.
    ///
    /// Looked at scalar by scalar, as readers of the file do: a character may be a comma and its accent.
    static func cell(_ value: JSONValue?) -> String {
        let text: String
        switch value {
        case .string(let string): text = string
        case .number(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: return ""
        }
        var out: [Unicode.Scalar] = []
        if let first = text.unicodeScalars.first, formulaStarts.contains(first), ExactDecimal(text) == nil {
            out.append("'")
        }
        for scalar in text.unicodeScalars { out += scalar == "\"" ? ["\"", "\""] : [scalar] }
        if text.unicodeScalars.contains(where: quoted.contains) { out = ["\""] + out + ["\""] }
        return String(String.UnicodeScalarView(out))
    }
}
