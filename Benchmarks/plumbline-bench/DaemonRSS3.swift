internal import Glibc

extension Benchmark {
    /// Resident memory of the daemon while it polls a bench, a meter and a tool, after 20 s and some records.
    static let daemonRSS3 = Benchmark(
        key: "daemon.rss.3", bar: .valueAtMost(30),
        about: "MB (10⁶ bytes) of VmRSS of the daemon that polls three devices, after 20 s and some records"
    ) {
        try await BenchShop.onOwnThread {
            let shop = try BenchShop(speed: 20, parts: nil)
            sleep(20)
            guard shop.gateway.isRunning else { throw shop.gateway.explained("has ended") }
            let usage = try ProcessUsage(shop.gateway.process)
            try shop.close()
            let records = try shop.recordCount()
            guard records >= 2 else {
                throw BenchmarkError(description: "only \(records) records in 20 s")
            }
            Main.say("  after \(records) records: \(usage)")
            let value = Double(usage.residentKilobytes) * 1_024 / 1e6
            return BenchmarkResult(value: value, unit: "MB", limit: 30, ratio: value / 30)
        }
    }
}
