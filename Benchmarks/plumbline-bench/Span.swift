internal import Metrology
internal import Transports

/// How fast a counter runs, once it has got going.
struct Span: Sendable {
    let settle: Duration
    let measure: Duration

    /// Counts a second between the settling time and the end.
    func rate(of counter: () -> UInt64) async throws -> Double {
        let time = SystemTime()
        try await Task.sleep(for: settle)
        let (firstCount, first) = (counter(), time.now().monotonicNanoseconds)
        try await Task.sleep(for: measure)
        let (lastCount, last) = (counter(), time.now().monotonicNanoseconds)
        return Double(lastCount - firstCount) * 1e9 / Double(last - first)
    }
}
