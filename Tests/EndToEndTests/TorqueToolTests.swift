import Codecs
import Foundation
import Testing

/// A station whose results come as lines of text: a torque controller that says one for each rundown, and a
/// tester that is asked.
@Suite(.serialized) struct TorqueToolTests {
    private static func scenario(_ shop: Shop) -> String {
        """
        scenario: torque
        seed: 7
        devices:
          SCAN-2: {model: serial-scanner, pty: \(shop.folder.path)/sim/scan-2, suffix: cr}
          TC-001: {model: acradyne-gen4, pty: \(shop.folder.path)/sim/controller}
          TT-001: {model: mark-10-tt, pty: \(shop.folder.path)/sim/tester}

        """
    }

    private static func configuration(_ shop: Shop) -> String {
        """
        gateway: {site: plant-1, id: bench-pc-07}
        data: data
        profiles: ["\(Program.checkout.path)/DeviceProfiles"]
        operators: operators.yaml
        devices:
          SCAN-2:
            provenance: simulated
            profile: serial-scanner
            link: "serial://\(shop.folder.path)/sim/scan-2?baud=9600"
          TC-001:
            provenance: simulated
            profile: acradyne-gen4
            link: "serial://\(shop.folder.path)/sim/controller?baud=9600"
            calibration: {certificate: C-1, due: 2099-12-31}
          TT-001:
            provenance: simulated
            profile: mark-10-tt
            link: "serial://\(shop.folder.path)/sim/tester?baud=9600"
            calibration: {certificate: C-2, due: 2099-12-31}
        stations:
          flow-test-1:
            scanners: [SCAN-2]
            plan: plans/torque.yaml
            bind: {tool: TC-001, tester: TT-001}
        sinks:
          qms: {kind: sqlite, path: qms.db, accepts: test}
        web: {listen: 127.0.0.1:\(shop.ports.web)}

        """
    }

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
        try shop.write("shop.yaml", Self.scenario(shop))
        try shop.write("gateway.yaml", Self.configuration(shop))
        try shop.write("plans/torque.yaml", Self.plan)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
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
        try await shop.expectStation(within: 20, "\(serial) is decided") {
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
        let devices = try await shop.plumbline(["devices", "--json"])
        let states = try devices.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
            .map { "\($0["id"]?.text ?? "") \($0["state"]?.text ?? "") \($0["results"]?.integer ?? -1)" }
        #expect(states.sorted() == ["SCAN-2 online 0", "TC-001 online 1", "TT-001 online 0"])
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aLineThatComesTwiceCountsOnceAndOneWithoutAStepIsKept() async throws {
        let shop = try await open()
        let line = "# 1 1 07 027.5 0045 0000 0000 @\\x0d\\x0a"
        try shop.control("/say", ["device": "TC-001", "text": .string(line)])
        let isKept = await Deadline.wait(10) { shop.gatewayLog.contains("belongs to no cycle; kept") }
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
        let isSaid = await Deadline.wait(10) { shop.gatewayLog.contains("came once more; it counts once") }
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
