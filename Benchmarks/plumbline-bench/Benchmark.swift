/// One line of `make bench`: a key that never changes its meaning, what it must reach, and how it is
/// measured.
struct Benchmark: Sendable {
    /// What a result must reach.
    indirect enum Bar: Sendable, CustomStringConvertible {
        /// At least this part of the limit measured in the same run.
        case ratioAtLeast(Double)
        case ratioAtMost(Double)
        case valueAtLeast(Double)
        case valueAtMost(Double)
        /// Below what the peer of the same run reached.
        case belowPeer
        case both(Bar, Bar)

        func isMet(by result: BenchmarkResult) -> Bool {
            switch self {
            case .ratioAtLeast(let bar): (result.ratio ?? 0) >= bar
            case .ratioAtMost(let bar): (result.ratio ?? .infinity) <= bar
            case .valueAtLeast(let bar): result.value >= bar
            case .valueAtMost(let bar): result.value <= bar
            case .belowPeer: result.value < (result.peer ?? -.infinity)
            case .both(let first, let second): first.isMet(by: result) && second.isMet(by: result)
            }
        }

        var description: String {
            switch self {
            case .ratioAtLeast(let bar): "ratio ≥ \(bar)"
            case .ratioAtMost(let bar): "ratio ≤ \(bar)"
            case .valueAtLeast(let bar): "value ≥ \(bar)"
            case .valueAtMost(let bar): "value ≤ \(bar)"
            case .belowPeer: "value < that of the peer"
            case .both(let first, let second): "\(first), \(second)"
            }
        }
    }

    let key: String
    let bar: Bar
    /// What is measured, in one line of `--help`.
    let about: String
    let run: @Sendable () async throws -> BenchmarkResult

    static let all =
        [modbusRead125TCP1] + modbusPoll1000x100ms + [modbusPoll100x10msOnTime] + modbusPoll100x100ms
        + [
            modbusHang10of100OnTime, modbusSaturated1000, modbusRSS1000, modbusRestart100, modbusRTU8Units,
            modbusAllocationsPerPoll, pathCompleteToDurable, daemonRSS3,
            daemonRSS1000, marksParse, openProtocolDecode,
        ] + scanAccepted + torque64Controllers + ledgerAppend + ledgerTrace + ledgerReconstruct + ledgerOpen
        + [ledgerVerify]
}

/// Why a benchmark could not be measured.
struct BenchmarkError: Error, CustomStringConvertible {
    let description: String
}
