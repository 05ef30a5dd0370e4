internal import CBaselines
internal import Metrology
internal import Transports

extension Benchmark {
    /// Twice: once nothing listens for 3 s, once every dial is taken and closed at once, which is how the
    /// devices can count dials; the slower return counts, and a dial above the ceiling fails the line.
    static let modbusRestart100 = Benchmark(
        key: "modbus.restart.100", bar: .valueAtMost(2),
        about: """
            s from the return of 100 devices that were gone for 3 s until each of them is polled again; \
            fails where one is dialed more than once a second, or all more than 500 times
            """
    ) {
        let load = PollLoad(devices: 100, every: .milliseconds(100))
        let devices = try MeteredDevices(count: load.devices)
        var worst = 0.0
        for outage in [PLUMBLINE_BASELINE_GONE, PLUMBLINE_BASELINE_REJECT] {
            let poller = try EnginePoller(devices, load)
            try await Task.sleep(for: .seconds(2))
            let seconds = try await recovery(devices, from: outage)
            let dials = devices.dials
            let dialed = poller.lines.map(\.status.dials).reduce(0, +)
            try await poller.stop()
            Main.say(
                "  back after \((seconds * 1_000).rounded() / 1_000) s; \(dialed) dials in all, "
                    + "\(dials.dials) seen; most in a second \(dials.most_in_a_second), shortest gap of one "
                    + "device \(dials.shortest_gap < 0 ? "none" : "\(dials.shortest_gap / 1_000_000) ms")")
            // As the devices see it: a dial may be 50 ms longer on its way than the next.
            guard dials.shortest_gap < 0 || dials.shortest_gap >= 950_000_000, dials.most_in_a_second <= 500
            else { throw BenchmarkError(description: "dials above the ceiling") }
            worst = max(worst, seconds)
        }
        return BenchmarkResult(value: worst, unit: "s", limit: nil, ratio: nil)
    }

    /// Seconds until all were polled again after 3 s of `outage`.
    private static func recovery(
        _ devices: MeteredDevices, from outage: plumbline_baseline_behaviour
    ) async throws -> Double {
        let all = 0..<devices.ports.count
        devices.forgetDials()
        try devices.behave(outage, all)
        try await Task.sleep(for: .seconds(3))
        try devices.behave(PLUMBLINE_BASELINE_ANSWER, all)
        let back = PollLoad.now()
        while devices.polledCount(since: back) < all.count {
            guard PollLoad.now() - back < 20_000_000_000 else {
                throw BenchmarkError(description: "not all devices were polled again within 20 s")
            }
            try await Task.sleep(for: .milliseconds(5))
        }
        return Double(PollLoad.now() - back) / 1e9
    }
}
