import Codecs
import Foundation
import Testing

/// What a torque controller tells beside its results, from the wire to the ledger and to what people see.
@Suite(.serialized) struct OpenProtocolStateTests {
    /// A station with one tool; `profile` is what its profile has besides, `simulated` what its controller
    /// is.
    private func open(
        simulated: String = "", profile: String = "", serial: String? = nil
    ) async throws -> Shop {
        let port = try #require(try FreePorts.take(1).first)
        let tool = Gauge.controller(port: port, profile: "own-controller", more: simulated)
        return try await Shop.open({ _ in [tool] }, plan: Shop.nutPlan(retest: 3)) { shop in
            try shop.writeProfile("own-controller", like: "open-protocol-controller") { $0 + profile }
            guard let serial else { return }
            let gateway = try String(contentsOfFile: shop.configuration, encoding: .utf8)
            try shop.write(
                "gateway.yaml",
                gateway.replacingOccurrences(
                    of: "    profile: own-controller",
                    with: "    serial: \(serial)\n    profile: own-controller"))
        }
    }

    /// Tightens, and waits for the part's verdict, whichever it is; its record.
    private func tighten(_ serial: String, at shop: Shop) async throws -> JSONValue {
        try shop.tighten("ok")
        return try await shop.end(serial, nil)
    }

    // MARK: The end

    @Test func aGatewayThatStopsLeavesTheToolLockedAndSaysSo() async throws {
        let shop = try await open()
        try await shop.begin("SA10197")
        try await shop.expectDevice("TW-1", shows: "unlocked")
        #expect(await shop.stopGateway() == 0)
        try await shop.expectDevice("TW-1", shows: "locked")
        let written = try await shop.audit("device.written")
        #expect(written.last?["purpose"] == "stop" && written.last?["outcome"] == "written")
        // The session was ended: the next one is taken at once, and goes on with the part once it is scanned.
        try await shop.startGateway()
        try await shop.begin("SA10197")
        #expect(try await tighten("SA10197", at: shop)["result"] == "PASS")
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }

    @Test func aControllerThatHangsDoesNotHoldUpTheStop() async throws {
        let shop = try await open()
        try await shop.begin("SA10197")
        try shop.fault("silent", on: "TW-1")
        let began = ContinuousClock.now
        #expect(await shop.stopGateway() == 0)
        let took = ContinuousClock.now - began
        #expect(took < .seconds(6), "\(took)")
        let written = try await shop.audit("device.written")
        #expect(written.last?["purpose"] == "stop" && written.last?["outcome"] == "unanswered")
        // It was told all the same.
        try await shop.expectDevice("TW-1", shows: "locked")
    }

    // MARK: The tool

    @Test func aToolThatIsExchangedStandsInTheRecordAndIsAnEvent() async throws {
        let shop = try await open(simulated: ", serial: C0000001", serial: "C0000001")
        try await shop.begin("SA10197")
        let first = try await tighten("SA10197", at: shop)
        let gauge = first["results"]?.elements.first?["gauge"]
        #expect(first["result"] == "PASS" && gauge?["serial"] == "C0000001" && gauge?["vendor"] == "ACT")
        let identified = try #require(try await shop.audit("device.identified").first)
        #expect(identified["new"]?["serial"] == "C0000001" && identified["new"]?["product"] == "SIM-TOOL")
        #expect(identified["new"]?["told"]?["tightenings"] == "10000")
        #expect(identified["new"]?["told"]?["last_calibration"]?.text?.count == 19)

        // Nobody tells that another one hangs there, but its first result.
        try shop.control("/swap", ["device": "TW-1", "serial": "C0000002"])
        try await shop.begin("SA10198")
        let second = try await tighten("SA10198", at: shop)
        #expect(second["results"]?.elements.first?["gauge"]?["serial"] == "C0000002")
        #expect(second["result"] == "INDETERMINATE")
        #expect(second["reasons"]?.elements.contains("gauge_identity") == true)
        try await shop.expectAudit("device.identity_changed", that: "old and new") {
            $0.count == 1 && $0[0]["old"]?["serial"] == "C0000001" && $0[0]["new"]?["serial"] == "C0000002"
        }
        // What devices show is collected a few times a second.
        let isShown = try await Deadline.wait(Deadline.usual) {
            try await shop.plumbline(["devices"]).output
                .contains("C0000001 is configured: nothing that it measures passes")
        }
        #expect(isShown)
        #expect(await shop.stopGateway() == 0)
    }

    // MARK: Alarms

    @Test func anAlarmIsShownUntilItIsOverAndAFloodOfThemIsOneLine() async throws {
        let shop = try await open()
        try shop.control("/alarm", ["device": "TW-1", "code": "E404"])
        try await shop.expectStation("the alarm is shown") {
            $0["devices"]?.elements.contains { $0["alarms"]?.elements.first?["code"] == "E404" } == true
        }
        let isAlarmed = try await Deadline.wait(Deadline.usual) {
            try shop.deviceStatus("TW-1")["detail"] == "alarm E404"
        }
        #expect(isAlarmed, "\(shop.gatewayLog)")
        let status = try await shop.plumbline(["status"])
        #expect(status.output.contains("alarm      TW-1: alarm E404"), "\(status.output)")
        let metrics = String(decoding: try HTTP.get(port: shop.ports.web, "/metrics"), as: UTF8.self)
        #expect(metrics.contains("plumbline_device_alarms{device=\"TW-1\"} 1"))
        // It is still on when the cable is back, and told once.
        try shop.fault("reset", on: "TW-1")
        try await shop.expectScanner("TW-1", "offline")
        try shop.mend("TW-1")
        try await shop.expectScanner("TW-1", "online")
        try shop.control("/alarm", ["device": "TW-1"])
        try await shop.expectAudit("alarm.cleared", that: "E404 is over") {
            $0.map { $0["code"] } == ["E404"]
        }
        #expect(try await shop.audit("alarm.raised").map { $0["code"] } == ["E404"])
        let isOver = try await Deadline.wait(Deadline.usual) { try shop.deviceStatus("TW-1")["alarms"] == [] }
        #expect(isOver, "\(shop.gatewayLog)")

        // Two hundred alarms in a moment.
        for number in 0..<200 {
            try shop.control("/alarm", ["device": "TW-1", "code": .string("F\(number)")])
        }
        try await shop.expectAudit("alarm.raised", that: "a count of those left out") {
            $0.contains { ($0["folded"]?.integer ?? 0) > 100 }
        }
        #expect(try await shop.audit("alarm.raised").count < 30)
        try await shop.expectScanner("TW-1", "online")
        #expect(await shop.stopGateway() == 0)
    }

    // MARK: The clock

    @Test func aClockThatIsOffIsAnEventAndCorrectedOnlyByAClockThatIsRight() async throws {
        let shop = try await open(simulated: ", clock_offset: \"7200\"", profile: "clock: {correct: true}\n")
        // Whether this machine's clock is synchronized decides which.
        let seen = try await shop.expectAudit("device.clock_off", "device.clock_set", that: "the clock") {
            !$0.isEmpty
        }
        let event = try #require(seen.first, "\(shop.gatewayLog)")
        #expect(seen.count == 1 && event["controller_time"]?.text?.count == 19)
        if event["event"] == "device.clock_off" {
            #expect(event["because"] == "the gateway's own clock is not synchronized")
            #expect((7_195...7_205).contains(event["offset_s"]?.integer ?? 0))
        } else {
            #expect((7_195...7_205).contains(event["offset_before_s"]?.integer ?? 0))
            #expect((-5...5).contains(event["offset_after_s"]?.integer ?? 99))
        }
        #expect(await shop.stopGateway() == 0)
    }

    // MARK: Numbers of results

    @Test func resultsThatAreMissingAreEventsOfTheLedger() async throws {
        let shop = try await open()
        try await shop.begin("SA10197")
        _ = try await tighten("SA10197", at: shop)
        try shop.control("/fault", ["device": "TW-1", "kind": "id_jump", "seconds": 1])
        try await shop.begin("SA10198")
        #expect(try await tighten("SA10198", at: shop)["result"] == "PASS")
        try await shop.expectAudit("result.irregular", that: "a gap, and what never came") { entries in
            entries.first?["kind"] == "gap" && entries.contains { $0["kind"] == "never_came" }
        }
        // A thousand that never came are not a thousand entries.
        #expect(try await shop.audit("result.irregular").count < 30)
        #expect(await shop.stopGateway() == 0)
    }

    // MARK: The tool's own scanner

    @Test func theToolsOwnScannerIsAScannerOfTheStation() async throws {
        let shop = try await open(simulated: ", repeats_identifier: true", profile: "scans: \"0051\"\n")
        func scan(_ text: String) throws {
            try shop.control("/scan", ["scanner": "TW-1", "text": .string(text)])
        }
        try scan("SA10197")
        try await shop.acts("SA10197")
        // Another part while this one is here: refused, and the result is still that of the first.
        try scan("SA10198")
        try await shop.expectAudit("scan.refused", that: "the second part") {
            $0.contains { $0["raw"]?.text == Hex.text(Array("SA10198".utf8)) }
        }
        try await shop.expectStation("nothing counts until the right part is scanned again") {
            $0["refusal"]?["text"]?.text != nil && $0["state"] == "blocked"
        }
        try scan("SA10197")
        try await shop.acts("SA10197")
        let isBack = try await Deadline.wait(Deadline.usual) {
            let state = try JSONParser.parse(try HTTP.get(port: shop.ports.control, "/state"))
            return state["devices"]?["TW-1"]?["identifier"]?.text?.hasPrefix("SA10197/") == true
        }
        #expect(isBack, "the controller was told the part again")
        #expect(try await tighten("SA10197", at: shop)["result"] == "PASS")
        // The controller repeats what it remembers, to whoever connects: no scan.
        let refused = try await shop.audit("scan.refused").count
        try scan("NO-PART")
        try await shop.expectAudit("scan.refused", that: "no part") { $0.count == refused + 1 }
        try shop.fault("reset", on: "TW-1")
        try await shop.expectScanner("TW-1", "offline")
        try shop.mend("TW-1")
        try await shop.expectScanner("TW-1", "online")
        try scan("SA10199")
        try await shop.acts("SA10199")
        #expect(try await shop.audit("scan.refused").count == refused + 1)
        #expect(try await tighten("SA10199", at: shop)["result"] == "PASS")
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
    }
}
