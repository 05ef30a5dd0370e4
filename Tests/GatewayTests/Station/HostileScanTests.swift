import Codecs
import Glibc
import Inspection
import Judging
import Ledger
import Linux
import Metrology
import Profiles
import Testing
import Transports

@testable import Gateway

/// Hostile scans on the whole way from the reports of a scanner to the ledger on the disk, the log, the pages
/// and what is exported. What is there afterwards is judged in Python, from the files alone.
@Suite(.timeLimit(.minutes(10)))
struct HostileScanTests {
    private static let scans = 100_000
    /// Stations that write to one ledger at a time, as in a shop: what they append shares its commits.
    private static let stations = 16

    @Test func eachIsStoredExactlyOrRefusedWithAReasonAndOneLineOfTheLog() async throws {
        let seed = SeededRandom.seed()
        print("hostile scans: seed \(seed)")
        let shop = try HostileShop(stations: Self.stations, scansEach: Self.scans / Self.stations, seed: seed)
        let clock = ContinuousClock()
        let start = clock.now
        try await shop.run()
        let ran = clock.now
        let data = shop.data
        async let verified = LedgerReader(path: data).verify()
        try shop.export()
        let judged = try shop.judged()
        #expect(try await verified.mismatches == [], "seed \(seed)")
        print("hostile scans: \(judged.text); \(ran - start) and \(clock.now - ran)")
        #expect(judged.status == 0, "seed \(seed): \(judged.text)")
        #expect(judged.text.hasPrefix("\(Self.scans) scans"), "seed \(seed)")
        // A shop that never inspects anything has tested nothing.
        #expect(try LedgerReader(path: shop.data).records().count > 100, "seed \(seed)")
    }
}
