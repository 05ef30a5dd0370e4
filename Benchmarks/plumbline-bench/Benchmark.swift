/// One line of `make bench`: a key that never changes its meaning, what it must reach, and how it is
/// measured.
struct Benchmark: Sendable {
    /// What a result must reach.
    enum Bar: Sendable, CustomStringConvertible {
        /// At least this part of the limit measured in the same run.
        case ratioAtLeast(Double)
        case ratioAtMost(Double)
        case valueAtLeast(Double)
        case valueAtMost(Double)

        func isMet(by result: BenchmarkResult) -> Bool {
            switch self {
            case .ratioAtLeast(let bar): (result.ratio ?? 0) >= bar
            case .ratioAtMost(let bar): (result.ratio ?? .infinity) <= bar
            case .valueAtLeast(let bar): result.value >= bar
            case .valueAtMost(let bar): result.value <= bar
            }
        }

        var description: String {
            switch self {
            case .ratioAtLeast(let bar): "ratio ≥ \(bar)"
            case .ratioAtMost(let bar): "ratio ≤ \(bar)"
            case .valueAtLeast(let bar): "value ≥ \(bar)"
            case .valueAtMost(let bar): "value ≤ \(bar)"
            }
        }
    }

    let key: String
    let bar: Bar
    /// What is measured, in one line of `--help`.
    let about: String
    let run: @Sendable () async throws -> BenchmarkResult

    static let all = [modbusRead125TCP1, pathCompleteToDurable, daemonRSS3]
}

/// Why a benchmark could not be measured.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
}
