import Codecs
import Foundation
import Testing

/// A gateway whose ledger was damaged while it was off: it sets it aside, goes on, and says so.
@Suite(.timeLimit(.minutes(10))) struct DamagedLedgerTests {
    /// What a person reads and types, from the damage to its acknowledgement.
    @Test func aDamagedLedgerIsSetAsideSaidAndAcknowledged() async throws {
        let shop = try Shop(technician: false)
        try shop.shortenPlan()
        try await shop.startSimulator()
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.bring("SA10800")
        #expect(await shop.stopGateway() == 0)
        // The hash of the first two entries: what was signed does not follow any more.
        let damage = try await Program.run(
            "sqlite3",
            [
                shop.data + "/ledger.db",
                "DROP TRIGGER node_fixed; UPDATE node SET hash = zeroblob(32)",
            ], in: shop.folder)
        try #require(damage.code == 0, "\(damage.errors)")

        try await shop.startGateway()
        #expect(shop.gatewayLog.contains("it is being set aside"))
        let folder = try #require(try await shop.audit("ledger.salvaged").first?["folder"]?.text)
        try await shop.expectStation("the page says so and the part is still there") {
            $0["notices"]?.elements.first?.text?.contains(folder) == true
                && $0["part"]?["serial"]?.text == "SA10800"
        }
        let said = try await shop.plumbline(["status"])
        #expect(said.output.contains("A damaged ledger was set aside at"), "\(said.output)")
        let verified = try await shop.plumbline(["ledger", "verify"])
        #expect(verified.code == 0, "\(verified.output)")
        #expect(verified.output.contains("this is segment 2"))
        let aside = "\(shop.data)/\(folder)"
        let linked = try await shop.plumbline(["ledger", "verify", "--earlier", aside])
        #expect(linked.code == 0 && linked.output.contains("goes on from the one in"), "\(linked.output)")
        let wrong = try await shop.plumbline(["ledger", "verify", "--earlier", shop.data])
        #expect(wrong.code == 5 && wrong.output.contains("is NOT proved"))

        try await acknowledge(shop, folder)
        #expect(await shop.stopGateway() == 0)
        #expect(FileManager.default.fileExists(atPath: aside + "/ledger.db"))
    }

    private func acknowledge(_ shop: Shop, _ folder: String) async throws {
        let seen = try await shop.plumbline(["ledger", "acknowledge", "--by", "1042"])
        #expect(seen.code == 0, "\(seen.errors)")
        try await shop.expectAudit("ledger.salvage_seen", that: "it is entered") {
            $0.first?["by"] == "1042"
        }
        try await shop.expectStation("the page says it no more") {
            $0["notices"]?.elements.contains { $0.text?.contains(folder) == true } == false
        }
        #expect(try await shop.plumbline(["ledger", "acknowledge", "--by", "1042"]).code == 1)
    }
}
