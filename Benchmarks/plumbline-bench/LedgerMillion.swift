internal import CBaselines
internal import Codecs
internal import Glibc
internal import Ledger
internal import Linux

/// What reading costs in a ledger of 1,000,000 entries, and in one of 100,000: it must not depend on it.
///
/// Files are in the system's cache, as they are on a gateway that has just written them.
extension Benchmark {
    static let ledgerTrace = growing(
        "ledger.trace.1m", most: 20,
        about: """
            ms to open a ledger of 1,000,000 entries for reading and to read one part's history; 99th \
            percentile of 200 parts
            """
    ) { ledger in
        try ledger.serials(200).map { serial in
            try milliseconds {
                let history = try LedgerReader(path: ledger.path).partHistory(serial: serial)
                guard history.count == LedgerPart.entries - 1 else {
                    throw BenchmarkError(description: "\(serial) has \(history.count) entries")
                }
            }
        }
    }

    static let ledgerReconstruct = growing(
        "ledger.reconstruct.1m", most: 500,
        about: """
            ms to make one part's bundle out of a ledger of 1,000,000 entries, story and signature included, \
            and to verify it, as `ledger reconstruct` does; 99th percentile of 100 parts
            """
    ) { ledger in
        try ledger.serials(100).map { serial in
            try milliseconds {
                let reader = try LedgerReader(path: ledger.path)
                guard
                    let bundle = try reader.bundle(
                        serial: serial, madeAt: "2026-11-21T13:08:04.831065632Z", software: [:])
                else { throw BenchmarkError(description: "there is no part \(serial)") }
                let file = try BundleFile(bundle, signedBy: try reader.signingKey())
                let report = BundleReport(on: file.bytes, trusted: nil)
                guard bundle.leaves.count == LedgerPart.entries + 1, report.mismatches.isEmpty else {
                    throw BenchmarkError(description: "the bundle of \(serial) does not verify")
                }
            }
        }
    }

    static let ledgerOpen = growing(
        "ledger.open.1m", most: 500,
        about: """
            ms to open a ledger of 1,000,000 entries for writing, its head checked against the signed ones; \
            99th percentile of 30, of which none may take more than 8 MB of memory
            """
    ) { ledger in
        var times: [Double] = []
        for _ in 0..<10 {
            let before = try ProcessUsage(getpid()).anonymousKilobytes
            var writer: LedgerWriter?
            times.append(
                try milliseconds {
                    writer = try LedgerWriter(path: ledger.path, origin: LedgerFixture.origin)
                })
            let grown = try ProcessUsage(getpid()).anonymousKilobytes - before
            try await writer?.close()
            guard grown < 8_192 else { throw BenchmarkError(description: "opening took \(grown) kB") }
        }
        return times
    }

    static let ledgerVerify = Benchmark(
        key: "ledger.verify.1m", bar: .ratioAtMost(3),
        about: """
            seconds to verify a ledger of 1,000,000 entries whole, against the time that libcrypto takes to \
            hash the same bytes: bodies as leaves, pairs of subtrees, contents that receipts confirm
            """
    ) {
        let ledger = try await LedgerFixture.large.value()
        var (times, limits): ([Double], [Double]) = ([], [])
        for _ in 0..<3 {
            let hashing = plumbline_baseline_ledger_hash(DataDirectory(ledger.path).database)
            guard hashing.hashing > 0, hashing.entries == UInt64(ledger.entries) else {
                throw BenchmarkError(description: "the C program could not hash the ledger")
            }
            limits.append(hashing.hashing)
            times.append(
                try milliseconds {
                    let report = try LedgerReader(path: ledger.path).verify()
                    guard report.isSound, report.entries == ledger.entries else {
                        throw BenchmarkError(description: "the ledger does not verify: \(report.mismatches)")
                    }
                } / 1_000)
            let read = (hashing.all * 100).rounded() / 100
            Main.say(
                "  hashing \(hashing.bytes) bytes: \(limits[limits.count - 1]) s, \(read) s with reading; "
                    + "verifying: \(times[times.count - 1]) s")
        }
        return BenchmarkResult(
            value: times.median, unit: "s", limit: limits.median,
            ratio: zip(times, limits).map { $0 / $1 }.median)
    }

    /// A duration that has a limit, and must not grow with the ledger.
    private static func growing(
        _ key: String, most: Double, about: String,
        _ times: @escaping @Sendable (LedgerFixture) async throws -> [Double]
    ) -> [Benchmark] {
        let measured = SharedMeasurement {
            // In turn, so that whatever else the machine does meets both.
            var (large, small): ([Double], [Double]) = ([], [])
            for _ in 0..<3 {
                large += try await times(try await LedgerFixture.large.value())
                small += try await times(try await LedgerFixture.small.value())
            }
            Main.say("  median \(large.median) ms, of 100,000 entries \(small.median) ms")
            return (large, small)
        }
        return [
            Benchmark(key: key, bar: .valueAtMost(most), about: about) {
                let value = try await measured.value().0.percentile(99)
                return BenchmarkResult(value: value, unit: "ms", limit: most, ratio: value / most)
            },
            Benchmark(
                key: key + ".growth", bar: .ratioAtMost(1.5),
                about: "the median of that, against a ledger of 100,000 entries"
            ) {
                let (large, small) = try await measured.value()
                return BenchmarkResult(
                    value: large.median, unit: "ms", limit: small.median, ratio: large.median / small.median)
            },
        ]
    }

    private static func milliseconds(_ body: () throws -> Void) rethrows -> Double {
        let began = Condition.monotonicNanoseconds()
        try body()
        return Double(Condition.monotonicNanoseconds() - began) / 1e6
    }
}
