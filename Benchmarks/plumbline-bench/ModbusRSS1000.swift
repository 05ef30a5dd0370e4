extension Benchmark {
    /// The daemon as it is shipped, configured with a thousand devices: each has its connection, its driver
    /// and the newest sample of each point.
    static let modbusRSS1000 = Benchmark(
        key: "modbus.rss.1000", bar: .valueAtMost(40),
        about: """
            MB (10⁶ bytes) of VmRSS of the daemon that polls 1,000 devices every 100 ms, ten floats each \
            decoded into samples, after the polls of 2 s were counted
            """
    ) {
        let load = PollLoad(devices: 1_000, every: .milliseconds(100))
        let devices = try MeteredDevices(count: load.devices)
        let daemon = try DaemonPoller(devices, load)
        let reading = try await load.run(devices, settle: .seconds(3)) { _, _ in daemon }
        let usage = try daemon.lastUsage()
        Main.say("  \(reading)\n  \(usage)")
        let value = Double(usage.residentKilobytes) * 1_024 / 1e6
        return BenchmarkResult(value: value, unit: "MB", limit: 40, ratio: value / 40)
    }
}
