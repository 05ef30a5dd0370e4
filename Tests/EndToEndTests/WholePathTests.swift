import Codecs
import Foundation
import Judging
import Testing

/// The project's main job on its real programs: scan → bench → record → ledger → store.
@Suite(.serialized) struct WholePathTests {
    @Test func fivePartsThroughTheUSBScannerBecomeFiveProvenRecords() async throws {
        let shop = try Shop(technician: true, usb: true)
        try await shop.startSimulator(parts: 5)
        try await shop.startGateway(usb: true)
        let code = await shop.simulator?.end(within: 120)
        #expect(code == 0, "the simulator did not end well: \(shop.simulator?.errorText ?? "")")
        try await shop.expectDelivered(5)
        #expect(await shop.stopGateway() == 0)

        let records = try await shop.records()
        #expect(records.compactMap { $0["part"]?["serial"]?.text } == (10_197...10_201).map { "SA\($0)" })
        let verdicts = records.compactMap { $0["result"]?.text }
        #expect(verdicts.sorted() == ["FAIL", "PASS", "PASS", "PASS", "PASS"])
        #expect(records.allSatisfy { $0["provenance"] == "simulated" && $0["inspector"] == "1042" })
        #expect(records.allSatisfy { $0["part"]?["uii"]?.text?.hasPrefix("D988974L0014-163BSA10") == true })
        #expect(records.allSatisfy { $0["results"]?.elements.count == 14 })

        try await expectStoreEqualsLedger(shop, records)
        let verified = try await shop.plumbline(["ledger", "verify"])
        #expect(verified.code == 0)
        #expect(verified.output.contains("the ledger verifies"))
        try await expectJudgesAgree(shop)
    }

    /// Every measurement in the store, as the sqlite3 shell shows it, is the ledger's.
    private func expectStoreEqualsLedger(_ shop: Shop, _ records: [JSONValue]) async throws {
        let rows = try await shop.sqlite(
            shop.store,
            "SELECT serial, part_result, characteristic, ifnull(value, ''), ifnull(unit, ''), result "
                + "FROM measurement ORDER BY ended_at, position")
        let expected = records.flatMap { record in
            (record["results"]?.elements ?? []).map { result in
                [
                    record["part"]?["serial"], record["result"], result["characteristic"], result["value"],
                    result["unit"], result["result"],
                ].map { $0?.text ?? "" }.joined(separator: "|")
            }
        }
        #expect(rows.split(separator: "\n").map(String.init) == expected)
        let whole = try await shop.sqlite(shop.store, "SELECT record FROM inspection ORDER BY ended_at")
        #expect(whole.split(separator: "\n").map(String.init) == records.map { CanonicalJSON.text($0) })
    }

    /// rfc8785 writes the same canonical bytes, pymerkle finds the same root, OpenSSL the signature good.
    private func expectJudgesAgree(_ shop: Shop) async throws {
        try await Program.judge("ledger_judge.py", [shop.data], in: shop.folder)
    }

    @Test func killedAgainAndAgainNothingAcknowledgedIsMissingAndNothingDoubled() async throws {
        let seed = SeededRandom.seed()
        var generator = SeededRandom(seed: seed)
        let shop = try Shop(technician: true)
        try waitLonger(shop)
        try await shop.startSimulator(parts: 4)
        try await shop.startGateway()
        for _ in 0..<6 {
            try await Task.sleep(for: .milliseconds(Int.random(in: 300...2_500, using: &generator)))
            await shop.killGateway()
            try await shop.startGateway()
        }
        let code = await shop.simulator?.end(within: 180)
        #expect(code == 0, "seed \(seed): \(shop.simulator?.errorText ?? "")")
        try await shop.expectDelivered(4)
        #expect(await shop.stopGateway() == 0)

        let records = try await shop.records()
        let serials = records.compactMap { $0["part"]?["serial"]?.text }
        #expect(Set(serials).count == serials.count, "seed \(seed): a part has two records: \(serials)")
        #expect(serials.count == 4, "seed \(seed): \(serials); \(shop.simulator?.errorText ?? "")")
        let stored = try await shop.sqlite(shop.store, "SELECT count(*), count(DISTINCT id) FROM inspection")
        #expect(stored == "\(records.count)|\(records.count)", "seed \(seed)")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0, "seed \(seed)")

        // What the bench was told is stored must be in a record or be kept as an orphan.
        let acknowledged = (shop.simulator?.errorText ?? "").split(separator: "\n").count {
            $0.contains("FTS-001: acknowledged")
        }
        let taken = records.flatMap { $0["steps"]?.elements ?? [] }.count { $0["device"] == "FTS-001" }
        let orphans = try await shop.audit("result.orphaned").count
        #expect(acknowledged <= taken + orphans, "seed \(seed): \(acknowledged) told, \(taken) taken")
    }

    /// A gateway that is killed once the bench was told that its result is kept, and before it is told the
    /// next step, leaves it idle: nobody then takes the part out within eight seconds of real time.
    private func waitLonger(_ shop: Shop) throws {
        let scenario = try String(
            contentsOf: shop.folder.appendingPathComponent("shop.yaml"), encoding: .utf8)
        let patient = scenario.replacingOccurrences(of: "quiet: 1500 ms", with: "quiet: 160 s")
        try #require(patient != scenario)
        try shop.write("shop.yaml", patient)
    }

    @Test func interruptedInMidCycleTheCycleIsTakenUpAgain() async throws {
        let shop = try Shop(technician: true)
        try await shop.startSimulator(parts: 1, speed: 10)
        try await shop.startGateway()
        try await shop.expectStation(within: 30, "a bench step runs") {
            ($0["step"]?["index"]?.integer ?? 0) >= 3
        }
        #expect(await shop.stopGateway(SIGINT) == 0)

        try await shop.startGateway()
        let isTakenUp = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("takes up SA10197 again")
        }
        #expect(isTakenUp, "\(shop.gatewayLog)")
        try await shop.expectStation(within: 60, "the part is decided") { $0["verdict"] == "PASS" }
        let records = try await shop.records()
        #expect(records.count == 1)
        #expect(records.first?["steps"]?.elements.count == 6)
        #expect(try await shop.audit("cycle.opened").count == 1)
    }
}
