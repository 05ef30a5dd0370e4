import Codecs

/// Records as comma-separated values (RFC 4180), one row a measurement.
enum RecordCSV {
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
            ("taken_at", { _, result in result["taken_at"] }),
        ]

    static var header: String { columns.map(\.name).joined(separator: ",") }

    static func rows(_ record: JSONValue) -> [String] {
        (record["results"]?.elements ?? []).map { result in
            columns.map { cell($0.value(record, result)) }.joined(separator: ",")
        }
    }

    /// A value as a cell. One that a spreadsheet would take for a formula is made text by a leading
    /// apostrophe (OWASP, "CSV Injection"); numbers with a sign stay numbers.
    private static func cell(_ value: JSONValue?) -> String {
        var text: String
        switch value {
        case .string(let string): text = string
        case .number(let number): return String(number)
        case .bool(let flag): return flag ? "true" : "false"
        default: return ""
        }
        let isNumber = text.utf8.allSatisfy { ($0 >= 0x30 && $0 <= 0x39) || [0x2B, 0x2D, 0x2E].contains($0) }
        if let first = text.first, "=+-@\t\r".contains(first), !isNumber { text = "'" + text }
        guard text.contains(where: { "\",\n\r".contains($0) }) else { return text }
        return "\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
            + "\""
    }
}
