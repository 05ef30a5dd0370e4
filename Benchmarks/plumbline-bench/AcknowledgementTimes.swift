/// How long devices waited for their results to be acknowledged, out of the simulator's remarks.
struct AcknowledgementTimes {
    /// Milliseconds by device, in the order in which results came.
    private(set) var milliseconds: [String: [Double]] = [:]

    var all: [Double] { milliseconds.values.flatMap { $0 } }

    /// Adds what lines such as `12.345678 FTS-001: resultShown` tell; others are passed over.
    ///
    /// Throws `BenchmarkError` for a result that was never acknowledged, or let go before.
    mutating func read(remarks: String) throws {
        var shown: [Substring: Double] = [:]
        for line in remarks.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 2)
            guard words.count == 3, let time = Double(words[0]), words[1].hasSuffix(":") else { continue }
            let device = words[1].dropLast()
            // `tightened(isGood: true)` as well as `acknowledged`.
            switch words[2].prefix(while: { $0 != "(" }) {
            case "resultShown", "tightened": shown[device] = time
            case "acknowledged", "resultFetched":
                guard let start = shown.removeValue(forKey: device) else {
                    throw BenchmarkError(description: "acknowledged without a result: \(line)")
                }
                milliseconds[String(device), default: []].append((time - start) * 1_000)
            case "resultExpired": throw BenchmarkError(description: "\(device) let a result go")
            default: break
            }
        }
        guard shown.isEmpty else {
            throw BenchmarkError(
                description: "not acknowledged: \(shown.keys.sorted().joined(separator: ", "))")
        }
    }
}

extension [Double] {
    /// The smallest value that so many hundredths of all do not exceed (nearest rank).
    func percentile(_ hundredths: Double) -> Double {
        guard !isEmpty else { return .nan }
        let rank = Int((hundredths / 100 * Double(count)).rounded(.up))
        return sorted()[Swift.min(Swift.max(rank, 1), count) - 1]
    }
}
