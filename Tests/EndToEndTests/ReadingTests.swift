import Codecs
import Foundation
import Judging
import Testing

/// Who read what is in the ledger, whether the gateway ran at that moment or not.
@Suite(.timeLimit(.minutes(10))) struct ReadingTests {
    @Test func whoeverReadsRecordsIsInTheLedger() async throws {
        let shop = try Shop(technician: true)
        try await shop.startSimulator(parts: 1)
        try await shop.startGateway()
        try await shop.expectDelivered(1)
        let records = try await shop.records()
        let id = try #require(records.first?["id"]?.text)
        let serial = try #require(records.first?["part"]?["serial"]?.text)
        #expect(try await shop.plumbline(["records", "show", id]).code == 0)
        let seen = try await shop.expectAudit("record.read", that: "list and record were read") { entries in
            entries.contains { $0["asked"]?["id"]?.text == id }
        }
        let shown = try #require(seen.first { $0["command"]?.text == "records show" })
        #expect(shown["found"]?.integer == 1)
        #expect(shown["uid"]?.integer == Int64(geteuid()))
        #expect(shown["by"]?["user"]?.text == NSUserName())
        #expect(seen.contains { $0["command"]?.text == "records list" })

        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["records", "trace", serial]).code == 0)
        #expect(try await shop.plumbline(["records", "show", "nothing"]).code == 1)
        try await shop.startGateway()
        try await shop.expectAudit("record.read", that: "what was read meanwhile is entered") { entries in
            let traced = entries.contains { $0["asked"]?["serial"]?.text == serial }
            let missed = entries.contains {
                $0["asked"]?["id"]?.text == "nothing" && $0["found"]?.integer == 0
            }
            return traced && missed
        }
        _ = try shop.station()
        try await shop.expectAudit("page.opened", that: "the page's address is entered") { entries in
            entries.contains { $0["from"]?["address"]?.text == "127.0.0.1" }
        }
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }
}
