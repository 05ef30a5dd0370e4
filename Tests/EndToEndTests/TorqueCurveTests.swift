import Codecs
import Foundation
import Testing

/// Curves from the wire to the evidence of the ledger and to the CSV: what the simulator says it drew is what
/// is kept, whatever happened to the line meanwhile.
@Suite(.serialized) struct TorqueCurveTests {
    private static let plan = """
        plan: nut
        revision: 1
        part_numbers: ["4L0014-163B"]
        operation: "070 Nozzle nut"
        cycle: {start: scan, timeout: 60 s, retest: 1}
        steps:
          - {id: nut, title: "Tighten the nozzle nut", complete: tool.cycle, set: {parameter_set: "2"}}
        characteristics:
          - {id: nut_torque, step: nut, title: "Nut torque", unit: N.m, nominal: "27.5", lsl: "25", usl: "30",
             from: tool.torque}
          - {id: nut_verdict, step: nut, from: tool.verdict, equals: OK}

        """

    /// `wait` stands in the profile's place for how long a result waits for its curves.
    private func open(wait: String = "1 s") async throws -> Shop {
        let shop = try Shop(technician: false)
        let link = "openprotocol://127.0.0.1:\(try FreePorts.take(1)[0])"
        let tool = Gauge(
            id: "TW-1", role: "tool", simulated: "model: open-protocol, link: \"\(link)\", locked: true",
            profile: "own-controller", link: link)
        try shop.furnish("nut", [tool], plan: Self.plan)
        try shop.writeProfile("own-controller", like: "open-protocol-controller") {
            $0.replacingOccurrences(of: "wait: 1 s}", with: "wait: \(wait)}")
        }
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.expectScanner("TW-1", "online")
        return shop
    }

    private func begin(_ serial: String, at shop: Shop) async throws {
        try shop.scan(Shop.mark(serial))
        try await shop.expectStation("\(serial) is at the tool") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
        }
    }

    private func tighten(_ outcome: String = "ok", at shop: Shop) throws {
        try shop.control("/tighten", ["device": "TW-1", "outcome": .string(outcome)])
    }

    private func end(_ serial: String, _ verdict: String = "PASS", at shop: Shop) async throws {
        try await shop.expectStation(within: 30, "\(serial) is decided") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == verdict
        }
    }

    /// What the independent judge found in the ledger, once curves that came late had time to be asked for.
    private func judged(_ shop: Shop, tries: Int = 1) async throws -> JSONValue {
        let root = Program.checkout.path
        let judge = try await Program.run(
            "\(root)/.build/venv/bin/python3",
            [
                "\(root)/Tests/EndToEndTests/Judges/curve_judge.py", shop.data + "/ledger.db",
                "127.0.0.1:\(shop.ports.control)", "TW-1", Program.folder.path + "/plumbline", shop.data,
            ], in: shop.folder)
        if judge.code != 0, tries > 1 {
            try await Task.sleep(for: .milliseconds(500))
            return try await judged(shop, tries: tries - 1)
        }
        try #require(judge.code == 0, "\(judge.errors); \(shop.gatewayLog)")
        return try JSONParser.parse(Array(judge.output.utf8.dropLast()))
    }

    @Test func recordsHaveTheCurvesThatTheToolDrew() async throws {
        // On a busy machine two curves of 2,000 values may take more than the second that is usual; 5 s is the
        // most that a profile may say.
        let shop = try await open(wait: "5 s")
        for (serial, outcome) in [("SA10197", "ok"), ("SA10198", "high_torque"), ("SA10199", "ok")] {
            try await begin(serial, at: shop)
            try tighten(outcome, at: shop)
            try await end(serial, outcome == "ok" ? "PASS" : "FAIL", at: shop)
        }
        let seen = try await judged(shop)
        #expect(
            seen == ["tightenings": 3, "rows": 6_000, "in_records": 6, "in_orphans": 0, "kept": 0], "\(seen)")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func thePageDrawsTheLastCurveBetweenItsLimits() async throws {
        let shop = try await open()
        try await begin("SA10197", at: shop)
        try tighten(at: shop)
        try await end("SA10197", at: shop)
        let drawn = try JSONParser.parse(
            try HTTP.get(port: shop.ports.web, "/api/v1/stations/flow-test-1/curve"))
        #expect(drawn["serial"] == "SA10197" && drawn["lsl"] == "25" && drawn["usl"] == "30")
        let result = try await shop.records().first?["results"]?.elements.first?["value"]?.text
        let judge = try await Program.run(
            Program.checkout.path + "/.build/venv/bin/python",
            [
                Program.checkout.path + "/Tests/EndToEndTests/Judges/curve_page_judge.py",
                "http://127.0.0.1:\(shop.ports.web)/", "SA10197", try #require(result),
                shop.folder.path + "/curve.png",
            ], in: shop.folder, within: 90)
        #expect(judge.code == 0, "\(judge.errors)")
        #expect(await shop.stopGateway() == 0)
    }

    /// How often the gateway has said that the tool is gone.
    private static func losses(_ shop: Shop) -> Int {
        shop.gatewayLog.components(separatedBy: "TW-1: offline").count - 1
    }

    /// The connection breaks instead of the curve, once or until the result has gone without it.
    @Test(arguments: [false, true]) func aCurveThatIsLostOnItsWayIsAskedFor(isLong: Bool) async throws {
        let shop = try await open()
        try await begin("SA10197", at: shop)
        let losses = Self.losses(shop)
        try shop.control("/fault", ["device": "TW-1", "kind": "lost_curve", "seconds": 60])
        try tighten(at: shop)
        if isLong {
            try await end("SA10197", at: shop)
            try shop.control("/mend", ["device": "TW-1"])
        } else {
            // It may be back too soon for whoever asks now and then; the log keeps it.
            let isLost = await Deadline.wait(Deadline.usual) { Self.losses(shop) > losses }
            try #require(isLost, "\(shop.gatewayLog)")
            try shop.control("/mend", ["device": "TW-1"])
            try await end("SA10197", at: shop)
        }
        let seen = try await judged(shop, tries: 40)
        let count = { (key: String) in seen[key]?.integer ?? 0 }
        #expect(count("in_records") + count("kept") == 2 && count("in_orphans") == 0, "\(seen)")
        if isLong { #expect(count("kept") == 2) }
        let trace = try await shop.plumbline(["records", "trace", "SA10197"])
        #expect(trace.output.components(separatedBy: "curve.kept").count - 1 == Int(count("kept")))
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    /// The first part lets the gateway know the controller: what was made before it did is nobody's.
    @Test func aGatewayThatIsKilledBetweenResultAndCurveHasBothAfterwards() async throws {
        let shop = try await open()
        try await begin("SA10196", at: shop)
        try tighten(at: shop)
        try await end("SA10196", at: shop)
        try await begin("SA10197", at: shop)
        try shop.control("/fault", ["device": "TW-1", "kind": "lost_curve", "seconds": 60])
        try tighten(at: shop)
        await shop.killGateway()
        try shop.control("/mend", ["device": "TW-1"])
        try await shop.startGateway()
        try await end("SA10197", at: shop)
        #expect(try await judged(shop, tries: 40)["rows"] == 4_000)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func anOrphanKeepsItsCurvesAndTheCommandSaysWhatIsWrong() async throws {
        let shop = try await open()
        try await begin("SA10197", at: shop)
        await shop.killGateway()
        try tighten("loosen", at: shop)
        try await shop.startGateway()
        let isThere = await Deadline.wait(Deadline.usual) {
            shop.gatewayLog.contains("belongs to no cycle; kept")
        }
        try #require(isThere, "\(shop.gatewayLog)")
        let id = try await shop.sqlite(
            shop.data + "/ledger.db", "SELECT id FROM entry WHERE body LIKE '%result.orphaned%'")
        let table = try await shop.plumbline(["records", "curve", id])
        #expect(table.code == 0 && table.output.hasPrefix("sample,time_s,angle_deg,torque_N.m\n0,0,"))
        let file = shop.folder.path + "/curve.csv"
        #expect(try await shop.plumbline(["records", "curve", id, "--out", file]).code == 0)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == table.output)
        #expect(try await shop.plumbline(["records", "curve", id, "--out", file]).code == 74)
        #expect(try await shop.plumbline(["records", "curve", "nothing"]).code == 1)
        #expect(try await shop.plumbline(["records", "curve", id, "--kind", "force"]).code == 1)
        #expect(try await shop.plumbline(["records", "curve", id, "--kind", "sound"]).code == 64)
        #expect(try await shop.plumbline(["records", "curve"]).code == 64)
        #expect(await shop.stopGateway() == 0)
    }
}
