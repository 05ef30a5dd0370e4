import Codecs
import Foundation
import Testing

/// Curves from the wire to the evidence of the ledger and to the CSV: what the simulator says it drew is what
/// is kept, whatever happened to the line meanwhile.
@Suite(.serialized) struct TorqueCurveTests {
    /// The most that a profile may say: on a busy machine two curves of 2,000 values may take more than the
    /// second that is usual.
    private static let longest = "5 s"

    /// `wait` stands in the profile's place for how long a result waits for its curves.
    private func open(wait: String = "1 s") async throws -> Shop {
        let tool = Gauge.controller(
            port: try #require(try FreePorts.take(1).first), profile: "own-controller")
        return try await Shop.open({ _ in [tool] }) { shop in
            try shop.writeProfile("own-controller", like: "open-protocol-controller") {
                $0.replacingOccurrences(of: "wait: 1 s}", with: "wait: \(wait)}")
            }
        }
    }

    /// What the independent judge found in the ledger, once curves that came late had time to be asked for.
    private func judged(_ shop: Shop, tries: Int = 1) async throws -> JSONValue {
        let judge = try await Program.askJudge(
            "curve_judge.py",
            [
                shop.data + "/ledger.db", "127.0.0.1:\(shop.ports.control)", "TW-1",
                Program.folder.path + "/plumbline", shop.data,
            ], in: shop.folder)
        if judge.code != 0, tries > 1 {
            try await Task.sleep(for: .milliseconds(500))
            return try await judged(shop, tries: tries - 1)
        }
        try #require(judge.code == 0, "\(judge.errors); \(shop.gatewayLog)")
        return try JSONParser.parse(Array(judge.output.utf8))
    }

    @Test func recordsHaveTheCurvesThatTheToolDrew() async throws {
        let shop = try await open(wait: Self.longest)
        for (serial, outcome) in [("SA10197", "ok"), ("SA10198", "high_torque"), ("SA10199", "ok")] {
            try await shop.begin(serial)
            try shop.tighten(outcome)
            try await shop.end(serial, outcome == "ok" ? "PASS" : "FAIL")
        }
        let seen = try await judged(shop)
        #expect(
            seen == ["tightenings": 3, "rows": 6_000, "in_records": 6, "in_orphans": 0, "kept": 0], "\(seen)")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func thePageDrawsTheLastCurveBetweenItsLimits() async throws {
        let shop = try await open(wait: Self.longest)
        try await shop.begin("SA10197")
        try shop.tighten("ok")
        try await shop.end("SA10197")
        let drawn = try JSONParser.parse(
            try HTTP.get(port: shop.ports.web, "/api/v1/stations/flow-test-1/curve"))
        #expect(drawn["serial"] == "SA10197" && drawn["lsl"] == "25" && drawn["usl"] == "30")
        let result = try await shop.records().first?["results"]?.elements.first?["value"]?.text
        try await Program.judge(
            "curve_page_judge.py",
            [
                "http://127.0.0.1:\(shop.ports.web)/", "SA10197", try #require(result),
                shop.folder.path + "/curve.png",
            ], in: shop.folder)
        #expect(await shop.stopGateway() == 0)
    }

    /// How often the gateway has said that the tool is gone.
    private static func losses(_ shop: Shop) -> Int {
        shop.gatewayLog.components(separatedBy: "TW-1: offline").count - 1
    }

    /// The connection breaks instead of the curve, once or until the result has gone without it.
    @Test(arguments: [false, true]) func aCurveThatIsLostOnItsWayIsAskedFor(isLong: Bool) async throws {
        let shop = try await open()
        try await shop.begin("SA10197")
        let losses = Self.losses(shop)
        try shop.control("/fault", ["device": "TW-1", "kind": "lost_curve", "seconds": 60])
        try shop.tighten("ok")
        if isLong {
            try await shop.end("SA10197")
            try shop.control("/mend", ["device": "TW-1"])
        } else {
            // It may be back too soon for whoever asks now and then; the log keeps it.
            let isLost = await Deadline.wait(Deadline.usual) { Self.losses(shop) > losses }
            try #require(isLost, "\(shop.gatewayLog)")
            try shop.control("/mend", ["device": "TW-1"])
            try await shop.end("SA10197")
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
        try await shop.begin("SA10196")
        try shop.tighten("ok")
        try await shop.end("SA10196")
        try await shop.begin("SA10197")
        try shop.control("/fault", ["device": "TW-1", "kind": "lost_curve", "seconds": 60])
        try shop.tighten("ok")
        await shop.killGateway()
        try shop.control("/mend", ["device": "TW-1"])
        try await shop.startGateway()
        try await shop.end("SA10197")
        #expect(try await judged(shop, tries: 40)["rows"] == 4_000)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func anOrphanKeepsItsCurvesAndTheCommandSaysWhatIsWrong() async throws {
        let shop = try await open()
        try await shop.begin("SA10197")
        await shop.killGateway()
        try shop.tighten("loosen")
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
