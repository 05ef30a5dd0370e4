extension Benchmark {
    /// What polling costs by itself, as the peers' scripts are measured: connections, engine, decoding, and
    /// the newest samples of each device.
    static let modbusRSS1000 = Benchmark(
        key: "modbus.rss.1000", bar: .valueAtMost(40),
        about: """
            MB (10⁶ bytes) of VmRSS of a process that polls 1,000 devices every 100 ms with the engine, \
            decodes ten floats each by the profile and keeps the newest samples
            """
    ) {
        try await residentMemory(limit: 40, ChildPoller.engine)
    }

    /// The daemon as it is shipped: each device has its driver, and the page shows its values.
    static let daemonRSS1000 = Benchmark(
        key: "daemon.rss.1000", bar: .valueAtMost(80),
        about: """
            MB (10⁶ bytes) of VmRSS of the daemon that polls 1,000 devices every 100 ms, ten floats each; \
            its polls on time and its processor time are told beside it
            """
    ) {
        try await residentMemory(limit: 80, ChildPoller.daemon)
    }

    private static func residentMemory(
        limit: Double, _ start: @Sendable (MeteredDevices, PollLoad) throws -> ChildPoller
    ) async throws -> BenchmarkResult {
        let load = PollLoad(devices: 1_000, every: .milliseconds(100))
        let devices = try MeteredDevices(count: load.devices)
        let poller = try start(devices, load)
        let reading = try await load.run(devices, settle: .seconds(3)) { _, _ in poller }
        guard let usage = poller.usage else { throw BenchmarkError(description: "nothing was measured") }
        Main.say("  \(reading)\n  \(usage)")
        let value = Double(usage.residentKilobytes) * 1_024 / 1e6
        return BenchmarkResult(value: value, unit: "MB", limit: limit, ratio: value / limit)
    }
}
