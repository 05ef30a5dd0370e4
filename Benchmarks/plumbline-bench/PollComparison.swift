/// Interleaved runs of our engine and of the C client under one load, on the same devices.
struct PollComparison: Sendable {
    private(set) var ours: [PollReading] = []
    private(set) var limits: [PollReading] = []
    private(set) var peers: [PollReading] = []

    static let pairs = 5

    /// - Parameter peers: how many of the pairs have pymodbus beside them.
    init(_ load: PollLoad, pairs: Int = Self.pairs, peers peerRuns: Int = 0) async throws {
        let devices = try MeteredDevices(count: load.devices)
        for pair in 0..<pairs {
            limits.append(try await load.run(devices) { try CPoller($0, $1) })
            ours.append(try await load.run(devices) { try EnginePoller($0, $1) })
            if pair < peerRuns {
                peers.append(try await load.run(devices) { try PymodbusPoller($0, $1) })
                Main.say("  pymodbus: \(peers[pair])")
            }
            Main.say("  C client: \(limits[pair])\n  ours:     \(ours[pair])")
        }
    }

    /// The median of `measure` of ours, of the limit, and of their ratio pair by pair.
    func result(unit: String, _ measure: (PollReading) -> Double) -> BenchmarkResult {
        let ratios = zip(ours, limits).map { measure($0) / measure($1) }
        return BenchmarkResult(
            value: ours.map(measure).median, unit: unit, limit: limits.map(measure).median,
            ratio: ratios.median, peer: peers.isEmpty ? nil : peers.map(measure).median)
    }
}

/// A measurement that several lines share: made once, by whichever asks first.
actor SharedMeasurement<Value: Sendable> {
    private let measure: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    init(_ measure: @escaping @Sendable () async throws -> Value) { self.measure = measure }

    func value() async throws -> Value {
        let running = task ?? Task { try await measure() }
        task = running
        return try await running.value
    }
}
