/// What was measured, and the limit that was measured beside it.
struct BenchmarkResult: Sendable {
    let value: Double
    let unit: String
    let limit: Double?
    /// `value ÷ limit`, taken pair by pair where runs are interleaved; nil without a limit.
    let ratio: Double?
    /// What another program reached in the same run; nil where none was measured.
    var peer: Double?

    /// The line that `make bench` prints.
    func json(key: String) -> String {
        var text = "{\"bench\":\"\(key)\",\"value\":\(Self.number(value)),\"unit\":\"\(unit)\""
        if let limit { text += ",\"limit\":\(Self.number(limit))" }
        if let ratio { text += ",\"ratio\":\(Self.number(ratio))" }
        if let peer { text += ",\"peer\":\(Self.number(peer))" }
        return text + "}"
    }

    /// Whole from 1,000 on, three decimals below.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if abs(value) >= 1_000 { return String(Int64(value.rounded())) }
        return String((value * 1_000).rounded() / 1_000)
    }
}

extension [Double] {
    /// The middle one in order of size; the upper of two.
    var median: Double { isEmpty ? .nan : sorted()[count / 2] }
}
