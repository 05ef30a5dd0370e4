import Codecs
import Foundation
import Testing

/// A station whose results come as lines of text: a torque controller that says one for each rundown, and a
/// tester that is asked.
@Suite(.serialized) struct TorqueToolTests {
    private static let plan = """
        plan: torque
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "070 Nozzle nut"
        cycle: {start: scan, complete: tool.cycle, timeout: 60 s, retest: 1}
        steps:
          - {id: nut, title: "Tighten the nozzle nut"}
        characteristics:
          - {id: nut_torque, step: nut, unit: N.m, nominal: "27.5", lsl: "25", usl: "30", from: tool.torque}
          - {id: nut_verdict, step: nut, from: tool.judgement, equals: OK}
          - {id: residual, step: nut, unit: N.m, lsl: "20", usl: "30", from: tester.torque,
             resolution: "0.01"}

        """

    private func open() async throws -> Shop {
        let shop = try Shop(technician: false)
        let lines = shop.folder.path + "/sim"
        try shop.furnish(
            "torque",
            [
                Gauge(
                    id: "TC-001", role: "tool", simulated: "model: acradyne-gen4, pty: \(lines)/controller",
                    profile: "acradyne-gen4", link: "serial://\(lines)/controller?baud=9600"),
                Gauge(
                    id: "TT-001", role: "tester", simulated: "model: mark-10-tt, pty: \(lines)/tester",
                    profile: "mark-10-tt", link: "serial://\(lines)/tester?baud=9600"),
            ], plan: Self.plan)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        // What is said before a line is open is lost.
        for id in ["TC-001", "TT-001"] { try await shop.expectScanner(id, "online") }
        try shop.control("/tighten", ["device": "TT-001", "torque_cNm": 2_410])
        return shop
    }

    private func begin(_ serial: String, at shop: Shop) async throws {
        try shop.scan(Shop.mark(serial))
        try await shop.expectStation("\(serial) waits for its nut") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
        }
    }

    private func end(_ serial: String, at shop: Shop, _ verdict: String) async throws {
        try await shop.expectStation("\(serial) is decided") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == verdict
        }
    }

    @Test func aLineOfTheToolBecomesTheRecordOfTheScannedPartWithItsBytesAsEvidence() async throws {
        let shop = try await open()
        try await begin("SA10197", at: shop)
        try shop.control("/tighten", ["device": "TC-001", "torque_cNm": 2_750, "angle": 45])
        try await end("SA10197", at: shop, "PASS")

        let record = try #require(try await shop.records().last)
        let results = record["results"]?.elements ?? []
        #expect(results.map { $0["value"]?.text } == ["27.5", "OK", "24.10"])
        #expect(results.map { $0["unit"]?.text } == ["N.m", nil, "N.m"])
        // "# 1 1 01 027.5 0045 0000 0000 @" and "24.10 Nm" by xxd(1), the first's SHA-256 by sha256sum(1).
        let line = "2320312031203031203032372e352030303435203030303020303030302040"
        #expect(results.map { $0["raw"]?.text } == [line, line, "32342e3130204e6d"])
        let hash = "dbd80e80b16a6403b7f296391cddd53d84b229905d1962ba7c64d0e366d76786"
        #expect(record["steps"]?.elements.first?["evidence"]?.text == hash)
        let kept = try await shop.sqlite(
            shop.data + "/ledger.db", "SELECT count(*) FROM evidence WHERE sha256 = '\(hash)'")
        #expect(kept == "1")
        // Counts are told a moment after the record.
        _ = try await Deadline.wait(Deadline.usual) {
            try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/api/v1/devices")).elements
                .contains { $0["id"] == "TC-001" && $0["results"] == 1 }
        }
        #expect(
            try await Self.states(shop) == ["SCAN-2 online 0", "TC-001 online 1", "TT-001 online 0"])
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    /// Each device with its state and how many results it gave, as the command lists them.
    private static func states(_ shop: Shop) async throws -> [String] {
        let devices = try await shop.plumbline(["devices", "--json"])
        return try devices.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            .map { "\($0["id"]?.text ?? "") \($0["state"]?.text ?? "") \($0["results"]?.integer ?? -1)" }
            .sorted()
    }

    @Test func aLineThatComesTwiceCountsOnceAndOneWithoutAStepIsKept() async throws {
        let shop = try await open()
        let line = "# 1 1 07 027.5 0045 0000 0000 @\\x0d\\x0a"
        try shop.control("/say", ["device": "TC-001", "text": .string(line)])
        let isKept = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("belongs to no cycle; kept")
        }
        #expect(isKept, "\(shop.gatewayLog)")
        try await begin("SA10197", at: shop)
        try shop.control("/tighten", ["device": "TC-001", "torque_cNm": 3_120, "angle": 45])
        try await end("SA10197", at: shop, "FAIL")
        // The cable bounces: the same line again, while the next part is being inspected.
        try await begin("SA10198", at: shop)
        try shop.control(
            "/say", ["device": "TC-001", "text": "# 1 1 09 026.0 0045 0000 0000 @\\x0d\\x0a"])
        try await end("SA10198", at: shop, "PASS")
        try shop.control(
            "/say", ["device": "TC-001", "text": "# 1 1 09 026.0 0045 0000 0000 @\\x0d\\x0a"])
        let isSaid = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("came once more; it counts once")
        }
        #expect(isSaid, "\(shop.gatewayLog)")
        #expect(try await shop.records().compactMap { $0["result"]?.text } == ["FAIL", "PASS"])
        #expect(try await shop.audit("result.orphaned").count == 1)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aLineThatCannotBeReadIsNoPass() async throws {
        let shop = try await open()
        try await begin("SA10197", at: shop)
        try shop.control(
            "/say", ["device": "TC-001", "text": "# 1 1 01 02\\x077.5 0045 0000 0000 @\\x0d\\x0a"])
        try await end("SA10197", at: shop, "INDETERMINATE")
        let record = try #require(try await shop.records().last)
        #expect(record["reasons"] == ["bad_value"])
        #expect(await shop.stopGateway() == 0)
    }
}
