import Codecs
import Foundation
import Testing

/// Leak testers on a station: one whose end-of-cycle bit is shorter than a poll, one that keeps results in a
/// FIFO.
@Suite(.serialized) struct LeakTesterTests {
    private static let plan = """
        plan: leak
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "050 Leak test"
        cycle: {start: scan, complete: low.cycle, timeout: 60 s, retest: 1}
        steps:
          - {id: low, title: "Low pressure", set: {set_program: "12"}}
          - {id: high, title: "High pressure", complete: high.cycle, timeout: 60 s, set: {set_program: "3"}}
        characteristics:
          - {id: low_verdict, step: low, from: low.verdict, equals: pass}
          - {id: high_verdict, step: high, from: high.outcome, equals: pass}
          - {id: high_leak, step: high, kind: volume_flow, unit: mm3/s, lsl: "-1", usl: "1", from: high.leak,
             resolution: "0.001"}

        """

    private func open(speed: Int = 5) async throws -> Shop {
        let shop = try Shop(technician: false)
        let (low, high) = ("127.0.0.1:\(shop.ports.bench)", "127.0.0.1:\(shop.ports.tool)")
        let outcomes = "test: 3 s, pulse: 10 ms, outcomes: [pass, fail, pass]"
        try shop.furnish(
            "leak",
            [
                Gauge(
                    id: "LT-001", role: "low",
                    simulated: "model: uson-qualitek, listen: \"\(low)\", \(outcomes)",
                    profile: "uson-qualitek", link: "modbus+tcp://\(low)?unit=1"),
                Gauge(
                    id: "LT-002", role: "high", simulated: "model: ateq-f6, listen: \"\(high)\", test: 3 s",
                    profile: "ateq-f6", link: "modbus+tcp://\(high)?unit=1"),
            ], plan: Self.plan)
        try await shop.startSimulator(speed: speed)
        try await shop.startGateway()
        try await shop.signIn()
        return shop
    }

    private func inspect(_ serial: String, at shop: Shop, _ verdict: String) async throws {
        try shop.scan(Shop.mark(serial))
        try await shop.expectStation(within: 40, "\(serial) is decided") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == verdict
        }
    }

    @Test func resultsByCounterAndFromTheFIFOBecomeRecordsAndEveryWriteIsInTheLedger() async throws {
        let shop = try await open()
        try await inspect("SA10197", at: shop, "PASS")
        try await inspect("SA10198", at: shop, "FAIL")
        #expect(await shop.stopGateway() == 0)

        let records = try await shop.records()
        let results = records.map { record in
            (record["results"]?.elements ?? []).map { $0["value"]?.text ?? "" }.prefix(2).joined(
                separator: " ")
        }
        #expect(results == ["pass pass", "fail pass"])
        #expect(records.last?["reasons"] == ["out_of_tolerance"])
        #expect(try await shop.audit("result.orphaned").isEmpty)

        let writes = try await shop.audit("device.written")
        let first = writes.filter { $0["cycle"] == records.first?["id"] }
        #expect(first.allSatisfy { $0["station"] == "flow-test-1" && $0["operator"] == "1042" })
        let told = first.map { entry in
            "\(entry["device"]?.text ?? "") \(entry["values"]?.elements.first?["point"]?.text ?? "")="
                + "\(entry["values"]?.elements.first?["value"]?.text ?? "") \(entry["outcome"]?.text ?? "")"
        }
        #expect(
            told == [
                "LT-001 set_program=12 verified", "LT-001 control=1 written", "LT-001 control=0 written",
                "LT-002 set_program=3 verified", "LT-002 start=1 written", "LT-002 start=0 written",
            ])
        let removals = writes.count { $0["purpose"] == "acknowledge" && $0["device"] == "LT-002" }
        #expect(removals == 4, "two entries were removed, each by a pulse of a coil")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    @Test func aTesterSwitchedOffAndOnInMidStepEndsItAtOnceAndIsNotStartedAgain() async throws {
        // A test must be seen under way and be struck: at this speed it lasts three seconds.
        let shop = try await open(speed: 1)
        try await inspect("SA10197", at: shop, "PASS")
        try shop.scan(Shop.mark("SA10198"))
        try await shop.expectStation("the step runs") {
            $0["part"]?["serial"] == "SA10198" && $0["state"] == "running"
        }
        try await shop.expectDevice("LT-001", shows: "testing")
        try shop.fault("restart", on: "LT-001")
        try await shop.expectStation(within: 20, "the part is not decided") {
            $0["verdict"] == "INDETERMINATE"
        }
        let record = try #require(try await shop.records().last)
        #expect(record["reasons"] == ["device_restarted"])
        #expect(shop.gatewayLog.contains("LT-001: the device was restarted"))
        let starts = try await shop.audit("device.written").filter {
            $0["cycle"] == record["id"] && $0["values"]?.elements.first?["point"] == "control"
                && $0["values"]?.elements.first?["value"] == "1"
        }
        #expect(starts.count == 1)
        #expect(await shop.stopGateway() == 0)
    }
}
