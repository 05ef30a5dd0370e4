import Codecs
import Foundation
import Testing

/// What a station makes of tightenings beyond one good one: tries, approvals, several screws, several
/// spindles, settings by part number. A controller that is simulated says what it did.
@Suite(.serialized) struct TighteningStepTests {
    private static let supervisor = "OP:77A0C3"

    private static func plan(_ steps: String, _ characteristics: String, parts: String = "\"4L0014-163B\"")
        -> String
    {
        """
        plan: torque
        revision: 1
        part_numbers: [\(parts)]
        operation: "070 Nozzle nut"
        cycle: {start: scan, complete: tool.cycle, timeout: 60 s, retest: 1}
        steps:
        \(steps)
        characteristics:
        \(characteristics)

        """
    }

    private static func judged(_ step: String) -> String {
        "  - {id: \(step)_torque, step: \(step), unit: N.m, lsl: \"25\", usl: \"30\", from: tool.torque}\n"
            + "  - {id: \(step)_verdict, step: \(step), from: tool.verdict, equals: OK}\n"
    }

    private func open(
        _ plan: String, profile: String = "open-protocol-controller", more: String = ""
    ) async throws -> Shop {
        let tool = Gauge.controller(
            port: try #require(try FreePorts.take(1).first), profile: profile, more: more)
        return try await Shop.open({ _ in [tool] }, plan: plan) { shop in
            try shop.write(
                "operators.yaml",
                """
                badges: {prefix: "OP:"}
                operators:
                  - {id: "1042", badge: "\(Shop.badge)", approves: true}
                  - {id: "2001", badge: "\(Self.supervisor)", approves: true}

                """)
        }
    }

    /// The tool was unlocked for this sample and try; what the page says then.
    private func acts(at shop: Shop, _ step: Int, sample: Int = 1, attempt: Int = 1) async throws -> String {
        try await shop.expectStation("step \(step), sample \(sample), try \(attempt)") {
            $0["state"] == "acting" && $0["step"]?["index"]?.integer == Int64(step)
                && $0["step"]?["sample"]?.integer == Int64(sample)
                && $0["step"]?["try"]?.integer == Int64(attempt)
        }
        return try shop.station()["instruction"]?.text ?? ""
    }

    /// Sequences of everything that the record says was done, with what became of it.
    private static func told(_ record: JSONValue) -> [String] {
        (record["steps"]?.elements ?? []).flatMap { step -> [String] in
            let tries = (step["tries"]?.elements ?? [step]).map {
                "\($0["sequence"]?.text ?? "–") \($0["result"]?.text ?? "")"
            }
            return tries
                + (step["loosenings"]?.elements ?? []).map { "\($0["sequence"]?.text ?? "–") loosened" }
        }
    }

    /// The gateway is killed between two tries, and the page says what is wrong and what to do.
    @Test func aBadScrewIsLoosenedAndTightenedAgainAndNothingOfItIsLost() async throws {
        let shop = try await open(
            Self.plan(
                "  - {id: nut, title: \"Tighten the nut\", on_fail: {retry: 2}}", Self.judged("nut")))
        try shop.scan(Shop.mark("SA10197"))
        #expect(try await acts(at: shop, 1) == "Tighten the nut")
        try shop.tighten("high_torque")
        let again = try await acts(at: shop, 1, attempt: 2)
        #expect(again.contains("is above 30. Once more, try 2 of 3: Tighten the nut"), "\(again)")
        await shop.killGateway()
        try shop.tighten("loosen")
        try await shop.startGateway()
        let isKept = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("undid work; kept")
        }
        #expect(isKept, "\(shop.gatewayLog)")
        // Nobody knows what is at the tool now: it stays locked until the part is scanned again.
        try shop.expectLocked()
        try shop.scan(Shop.mark("SA10197"))
        _ = try await acts(at: shop, 1, attempt: 2)
        try shop.tighten("low_torque")
        _ = try await acts(at: shop, 1, attempt: 3)
        try shop.tighten("ok")
        let record = try await shop.end("SA10197", "PASS")
        #expect(Self.told(record) == ["1 FAIL", "3 FAIL", "4 PASS", "2 loosened"])
        #expect(record["results"]?.elements.count == 2)
        #expect(try shop.truth().count == 4)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        try await expectEvidence(record, at: shop)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    /// Three tries and a loosening are four messages, each kept as the record names it; curves come besides.
    private func expectEvidence(_ record: JSONValue, at shop: Shop) async throws {
        let told = (record["steps"]?.elements ?? []).flatMap { step in
            (step["tries"]?.elements ?? []) + (step["loosenings"]?.elements ?? [])
        }
        let messages = told.compactMap { $0["evidence"]?.text }
        #expect(messages.count == 4 && Set(messages).count == 4, "\(messages)")
        let evidence = (record["evidence"]?.elements ?? []).compactMap(\.text)
        #expect(Set(messages).isSubset(of: evidence), "\(messages) are not all of \(evidence)")
        let names = evidence.map { "'\($0)'" }.joined(separator: ", ")
        let kept = try await shop.sqlite(
            shop.data + "/ledger.db", "SELECT count(*) FROM evidence WHERE sha256 IN (\(names))")
        #expect(kept == "\(Set(evidence).count)")
    }

    private static let fourScrews =
        "  - {id: cap, title: \"Tighten the screws\", count: 4, set: {parameter_set: \"2\"},\n"
        + "     on_fail: {retry: 1, skip: approval}}\n  - {id: nut, title: \"The nut\"}"

    @Test func fourScrewsAreFourResultsAndOneThatStaysBadNeedsSomebodyElse() async throws {
        let shop = try await open(
            Self.plan(Self.fourScrews, Self.judged("cap") + Self.judged("nut")), more: ", batch: 4")
        try shop.scan(Shop.mark("SA10197"))
        #expect(try await acts(at: shop, 1) == "Tighten the screws: 1 of 4")
        try shop.tighten("ok")
        #expect(try await acts(at: shop, 1, sample: 2) == "Tighten the screws: 2 of 4")
        try shop.tighten("low_torque")
        _ = try await acts(at: shop, 1, sample: 2, attempt: 2)
        try shop.tighten("low_torque")
        try await shop.expectStation("it waits for an approval") {
            Self.words($0).contains("Call somebody who may approve this")
        }
        // The tool is locked meanwhile, and whoever inspects the part cannot approve it.
        try shop.expectLocked()
        try shop.scan(Shop.badge)
        try await shop.expectStation("1042 may not") { $0["refusal"]?["code"]?.text == "not_allowed" }
        try shop.scan(Self.supervisor)
        for sample in [3, 4] {
            _ = try await acts(at: shop, 1, sample: sample)
            try shop.tighten("ok")
        }
        _ = try await acts(at: shop, 2)
        try shop.tighten("ok")
        let record = try await shop.end("SA10197", "FAIL")
        #expect(Self.told(record) == ["1 PASS", "2 FAIL", "3 FAIL", "4 PASS", "5 PASS", "6 "])
        let samples = (record["results"]?.elements ?? []).filter { $0["characteristic"] == "cap_torque" }
        #expect(samples.map { $0["sample"]?.integer } == [1, 2, 3, 4])
        #expect(samples.map { $0["result"] } == ["PASS", "FAIL", "PASS", "PASS"])
        #expect(record["steps"]?.elements.first?["approvals"]?.elements.map { $0["by"] } == ["2001"])
        // Its parameter set was selected once, so that the controller counted one batch.
        #expect(!shop.gatewayLog.contains("batch counter"), "\(shop.gatewayLog)")
        #expect(try await shop.audit("result.orphaned").isEmpty)
        try await shop.expectStore(
            "SELECT group_concat(sample, ' ') FROM (SELECT sample FROM result "
                + "WHERE characteristic = 'cap_torque' ORDER BY sample)", "1 2 3 4")
        #expect(await shop.stopGateway() == 0)
    }

    private static func words(_ station: JSONValue) -> String { station["instruction"]?.text ?? "" }

    @Test func twoSpindlesAreOneResultWithTheValuesOfEach() async throws {
        let judged = [1, 2].map { spindle in
            "  - {id: torque_\(spindle), step: nut, unit: N.m, lsl: \"25\", usl: \"30\", "
                + "from: tool.spindle_\(spindle).torque}\n"
                + "  - {id: verdict_\(spindle), step: nut, equals: OK, "
                + "from: tool.spindle_\(spindle).verdict}\n"
        }
        let shop = try await open(
            Self.plan(
                "  - {id: nut, title: \"Tighten the nuts\"}",
                judged.joined() + "  - {id: verdict, step: nut, from: tool.verdict, equals: OK}\n"),
            profile: "open-protocol-flex", more: ", quirks: flex, spindles: 2, resends: true")
        let cases = [("SA10197", "ok", "PASS"), ("SA10198", "low_torque", "FAIL"), ("SA10199", "ok", "PASS")]
        for (serial, outcome, verdict) in cases {
            try shop.scan(Shop.mark(serial))
            _ = try await acts(at: shop, 1)
            if serial == "SA10199" {
                try shop.control("/fault", ["device": "TW-1", "kind": "lost_result", "seconds": 2])
            }
            try shop.tighten(outcome)
            try await shop.end(serial, verdict)
        }
        let done = try shop.truth().map { entry in
            entry["spindles"]?.elements.map { $0["torque_cNm"]?.integer ?? -1 } ?? []
        }
        let told = try await shop.records().map { record in
            (record["results"]?.elements ?? []).filter { $0["kind"] == "torque" }.map {
                Int64(((Double($0["value"]?.text ?? "") ?? -1) * 100).rounded())
            }
        }
        #expect(told == done && done.count == 3 && done.allSatisfy { $0.count == 2 })
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func theParameterSetIsThatOfThePartNumber() async throws {
        let shop = try await open(
            Self.plan(
                "  - {id: nut, title: \"Nut\","
                    + " set: {parameter_set: {\"4L0014-163B\": \"3\", \"4L0014-170A\": \"4\"}}}",
                Self.judged("nut"), parts: "\"4L0014-163B\", \"4L0014-170A\""))
        for (serial, number) in [("SA10197", "4L0014-170A"), ("SA10198", "4L0014-163B")] {
            let mark = Shop.mark(serial).replacingOccurrences(of: "4L0014-163B", with: number)
            try shop.scan(mark)
            _ = try await acts(at: shop, 1)
            try shop.tighten("ok")
            try await shop.end(serial)
        }
        #expect(try shop.truth().map { $0["parameter_set"]?.integer } == [4, 3])
        let set = try await shop.records().map { $0["steps"]?.elements.first?["set"]?["parameter_set"] }
        #expect(set == ["4", "3"])
        #expect(await shop.stopGateway() == 0)
    }
}
