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
            let parts = 30
            // At this speed a part takes two seconds; the gateway's own polls and commits know no speed.
            let shop = try BenchShop(speed: 50, parts: parts)
            try shop.finish(within: 120)
            let usage = try ProcessUsage(shop.gateway.process)
            try shop.close()
            let records = try shop.recordCount()
            guard records == parts else {
                throw BenchmarkError(description: "\(parts) parts gave \(records) records")
            }
            let times = try AcknowledgementTimes(remarks: try shop.remarks())
            for (device, values) in times.milliseconds.sorted(by: { $0.key < $1.key }) {
                Main.say("  \(device): \(spread(of: values))")
            }
            Main.say("  all: \(spread(of: times.all)); gateway: \(usage)")
            let value = times.all.percentile(99)
            return BenchmarkResult(value: value, unit: "ms", limit: 50, ratio: value / 50)
        }
    }

    private static func spread(of values: [Double]) -> String {
        let shown = [50, 90, 99, 100].map { hundredths in
            "p\(hundredths) \((values.percentile(Double(hundredths)) * 10).rounded() / 10)"
        }
        return "\(values.count) results, \(shown.joined(separator: ", ")) ms"
    }
}
