extension Benchmark {
    /// From the instant at which a device shows its result to the instant at which it is told that the result
    /// is stored. The gateway tells it only after the commit, so this is no less than the time to the durable
    /// record. Both instants are of the simulator's one clock.
    static let pathCompleteToDurable = Benchmark(
        key: "path.complete_to_durable.p99", bar: .valueAtMost(50),
        about: """
            ms from a device's result to its acknowledgement, which follows the commit; 99th percentile of \
            all results of 30 simulated parts, on the release programs
            """
    ) {
        try await BenchShop.onOwnThread {
            var times = AcknowledgementTimes()
            for speed in speeds {
                let shop = try BenchShop(speed: speed, parts: partsAtEachSpeed)
                try shop.finish(within: 60)
                let usage = try ProcessUsage(shop.gateway.process)
                try shop.close()
                let records = try shop.recordCount()
                guard records == partsAtEachSpeed else {
                    throw BenchmarkError(description: "\(partsAtEachSpeed) parts gave \(records) records")
                }
                try times.read(remarks: try shop.remarks())
                Main.say("  \(times.all.count) results so far; gateway: \(usage)")
            }
            for (device, values) in times.milliseconds.sorted(by: { $0.key < $1.key }) {
                Main.say("  \(device): \(spread(of: values))")
            }
            let value = times.all.percentile(99)
            return BenchmarkResult(value: value, unit: "ms", limit: 50, ratio: value / 50)
        }
    }

    private static let partsAtEachSpeed = 6
    /// Shop seconds in a real one. A step begins when the one before was polled, so its length decides at
    /// which moment between two polls it ends: at one speed alone, that would be the same moments for ever.
    private static let speeds = [41, 43, 47, 49, 53]

    private static func spread(of values: [Double]) -> String {
        let shown = [50, 90, 99, 100].map { hundredths in
            "p\(hundredths) \((values.percentile(Double(hundredths)) * 10).rounded() / 10)"
        }
        return "\(values.count) results, \(shown.joined(separator: ", ")) ms"
    }
}
