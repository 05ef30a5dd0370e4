import Codecs
import Testing

/// The daemon's end, as systemd asks for it.
@Suite struct StopTests {
    /// Seen failing with stations that end together with the scanners that they listen to, and with stations
    /// that leave what still waits for them when they are told that nothing more comes.
    @Test func everyScanThatReachedTheGatewayHasItsEntryWhenItIsStopped() async throws {
        let shop = try Shop(technician: false)
        try await shop.startSimulator()
        try await shop.startGateway()
        // One write of the scanner, so that all of them are there when the first one is taken.
        let serials = (0..<200).map { "SA\(20_000 + $0)" }
        try shop.scan(serials.joined(separator: "\\x0d"))
        let isHeard = await Deadline.wait(Deadline.usual) { shop.gatewayLog.contains(": SCAN-2: refused") }
        try #require(isHeard, "\(shop.gatewayLog)")
        #expect(await shop.stopGateway() == 0)
        let refused = try await shop.audit("scan.refused")
        #expect(refused.map { $0["raw"]?.text } == serials.map { Hex.text(Array($0.utf8)) })
        #expect(refused.allSatisfy { $0["code"] == "no_badge" || $0["code"] == "stopping" })
        let lines = shop.gatewayLog.split(separator: "\n").filter { $0.contains(": SCAN-2: refused") }
        #expect(lines.count == serials.count)
        #expect(!shop.gatewayLog.contains("was not taken"))
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }
}
