internal import Glibc

/// 64 torque controllers, each tightening once a second with two curves of 2,000 samples.
///
/// Results are those of parts: told to the tool, credited, judged, stored with both curves, acknowledged.
extension Benchmark {
    private struct Reading: Sendable {
        let times: [Double]
        let tightened: Int
        let lost: Int
        let processorPercent: Double
    }

    static let torque64Controllers = [
        Benchmark(
            key: "torque.64controllers.p99_ms", bar: .valueAtMost(50),
            about: """
                ms from a tightening, on the simulator's clock, to the acknowledgement of its result, which \
                follows the commit of result and curves; 99th percentile in 60 s of 64 controllers, one \
                tightening a second each, two curves of 2,000 samples
                """
        ) {
            let value = try await minute.value().times.percentile(99)
            return BenchmarkResult(value: value, unit: "ms", limit: 50, ratio: value / 50)
        },
        Benchmark(
            key: "torque.64controllers.lost", bar: .valueAtMost(0),
            about: """
                tightenings that the simulated tools made and that are in no record with both curves, of the \
                same run
                """
        ) {
            let reading = try await minute.value()
            Main.say("  \(reading.tightened) tightenings")
            return BenchmarkResult(
                value: Double(reading.lost), unit: "tightenings", limit: nil, ratio: nil)
        },
        Benchmark(
            key: "torque.64controllers.cpu_percent", bar: .valueAtMost(10),
            about: "% of a core that the gateway takes in that minute, in user space and in the kernel"
        ) {
            let value = try await minute.value().processorPercent
            return BenchmarkResult(value: value, unit: "%", limit: 10, ratio: value / 10)
        },
    ]

    private static let (controllers, samples, seconds): (Int, Int, UInt32) = (64, 2_000, 60)

    private static let minute = SharedMeasurement {
        try await BenchShop.onOwnThread {
            let shop = try TorqueShop(controllers: controllers)
            try shop.begin()
            // What is measured is a span of time, so that it is slept through: first until sessions,
            // statements and pools are warm, and every tool has turned.
            sleep(2)
            let before = try ProcessUsage(shop.gateway.process)
            sleep(seconds)
            let after = try ProcessUsage(shop.gateway.process)
            try shop.finish()
            let (tightened, lost) = try shop.lost(samples: samples)
            var times = AcknowledgementTimes()
            try times.read(remarks: try shop.remarks())
            try shop.close()
            Main.say("  \(after)")
            let all = times.all
            let shown = [50.0, 90, 99, 100].map { "p\(Int($0)) \(all.percentile($0))" }
            Main.say("  \(all.count) results: \(shown.joined(separator: ", ")) ms")
            guard all.count > controllers * Int(seconds) * 9 / 10 else {
                throw BenchmarkError(
                    description: "\(all.count) results in \(seconds) s of \(controllers) controllers")
            }
            let used = after.processorSeconds - before.processorSeconds
            return Reading(
                times: all, tightened: tightened, lost: lost,
                processorPercent: used / (after.age - before.age) * 100)
        }
    }
}
