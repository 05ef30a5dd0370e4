import Codecs
import Foundation
import Testing

/// A station with torque controllers of several makes, from the wire to the records: what the simulator says
/// it tightened is what the records hold, once each and on the right serials.
@Suite(.serialized) struct OpenProtocolTests {
    /// The makes, each the tool of one step, and the profile that goes with it.
    private static let makes = [
        (role: "pf", quirks: "standard", profile: "open-protocol-controller"),
        (role: "ghm", quirks: "ghm", profile: "open-protocol-ghm"),
        (role: "cet", quirks: "cet", profile: "open-protocol-cet"),
        (role: "brc", quirks: "cs351", profile: "open-protocol-cs351"),
    ]

    private static func plan(_ roles: [String]) -> String {
        let steps = roles.map {
            "  - {id: \($0), title: \"Use \($0)\", complete: \($0).cycle, set: {parameter_set: \"2\"}}\n"
        }
        let judged = roles.map {
            "  - {id: \($0)_torque, step: \($0), unit: N.m, lsl: \"25\", usl: \"30\", from: \($0).torque}\n"
                + "  - {id: \($0)_verdict, step: \($0), from: \($0).verdict, equals: OK}\n"
        }
        return """
            plan: torque
            revision: 1
            part_numbers: ["4L0014-163B"]
            plain_serials: {"SA#####": "4L0014-163B"}
            operation: "070 Nozzle nut"
            cycle: {start: scan, timeout: 60 s, retest: 1}
            steps:
            \(steps.joined())characteristics:
            \(judged.joined())
            """
    }

    private static func tool(_ make: (role: String, quirks: String, profile: String), _ port: Int) -> Gauge {
        let link = "openprotocol://127.0.0.1:\(port)"
        return Gauge(
            id: "TW-\(make.role)", role: make.role,
            simulated: "model: open-protocol, link: \"\(link)\", quirks: \(make.quirks), locked: true",
            profile: make.profile, link: link)
    }

    private func open(_ count: Int) async throws -> Shop {
        let shop = try Shop(technician: false)
        let makes = Self.makes.prefix(count)
        let tools = zip(makes, try FreePorts.take(count)).map { Self.tool($0, $1) }
        try shop.furnish("torque", tools, plan: Self.plan(makes.map(\.role)))
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        for tool in tools { try await shop.expectScanner(tool.id, "online") }
        return shop
    }

    private func begin(_ serial: String, at shop: Shop) async throws {
        try shop.scan(Shop.mark(serial))
        try await acts(serial, at: shop, 1)
    }

    /// The tool of this step was unlocked for the part.
    private func acts(_ serial: String, at shop: Shop, _ step: Int) async throws {
        // What drips a telegram of a curve takes 20 s for it.
        try await shop.expectStation(within: 40, "\(serial) waits in step \(step)") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
                && $0["step"]?["index"] == .number(Int64(step))
        }
    }

    private func tighten(_ role: String, at shop: Shop, _ outcome: String = "ok") throws {
        try shop.control("/tighten", ["device": .string("TW-\(role)"), "outcome": .string(outcome)])
    }

    private func end(_ serial: String, at shop: Shop, _ verdict: String) async throws {
        try await shop.expectStation(within: 30, "\(serial) is decided") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == verdict
        }
    }

    /// What the tool really did: identifier and torque of each tightening, in its order.
    private func truth(_ role: String, at shop: Shop) throws -> [String] {
        try JSONParser.parse(try HTTP.get(port: shop.ports.control, "/truth/TW-\(role)"))["tightenings"]?
            .elements.map { entry in
                let torque = entry["spindles"]?.elements.first?["torque_cNm"]?.integer ?? -1
                // The serial, and behind it what tells this attempt from others.
                let name = entry["identifier"]?.text?.split(separator: "/").first ?? ""
                return "\(name) \(torque)"
            } ?? []
    }

    /// Serial and torque in hundredths of each record's result of this role, in the records' order.
    private func recorded(_ role: String, at shop: Shop) async throws -> [String] {
        try await shop.records().compactMap { record in
            let result = record["results"]?.elements.first { $0["characteristic"]?.text == "\(role)_torque" }
            guard let value = result?["value"]?.text, let torque = Double(value) else { return nil }
            return "\(record["part"]?["serial"]?.text ?? "") \(Int((torque * 100).rounded()))"
        }
    }

    @Test func fourMakesTightenEachPartAndItsRecordHoldsWhatTheyDid() async throws {
        let shop = try await open(4)
        for (serial, outcome) in [("SA10197", "ok"), ("SA10198", "high_torque"), ("SA10199", "ok")] {
            try await begin(serial, at: shop)
            for (index, make) in Self.makes.enumerated() {
                try await acts(serial, at: shop, index + 1)
                try tighten(make.role, at: shop, index == 2 ? outcome : "ok")
            }
            try await end(serial, at: shop, outcome == "ok" ? "PASS" : "FAIL")
        }
        for make in Self.makes {
            let done = try truth(make.role, at: shop)
            #expect(done.count == 3)
            #expect(try await recorded(make.role, at: shop) == done)
        }
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        let written = try await shop.audit("device.written").filter { $0["purpose"] == "start" }
        #expect(written.count == 12 && written.allSatisfy { $0["outcome"] == "written" })
        // A tool that no part waits for does not turn.
        try shop.expectLocked("TW-pf")
        #expect(try truth("pf", at: shop).count == 3)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aResultThatIsLostOnItsWayOrWhoseAcknowledgementIsLostCountsOnce() async throws {
        let shop = try await open(1)
        let faults = [("SA10197", "lost_result"), ("SA10198", "lost_acknowledge"), ("SA10199", "")]
        for (serial, fault) in faults {
            try await begin(serial, at: shop)
            if !fault.isEmpty {
                try shop.control("/fault", ["device": "TW-pf", "kind": .string(fault), "seconds": 2])
            }
            try tighten("pf", at: shop)
            try await end(serial, at: shop, "PASS")
            try shop.control("/mend", ["device": "TW-pf"])
            try await shop.expectScanner("TW-pf", "online")
        }
        let done = try truth("pf", at: shop)
        #expect(done.map { $0.prefix(7) } == ["SA10197", "SA10198", "SA10199"])
        #expect(try await recorded("pf", at: shop) == done)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aGatewayThatIsKilledInMidStepTakesUpTheResultThatWasMadeMeanwhile() async throws {
        let shop = try await open(1)
        try await begin("SA10197", at: shop)
        try tighten("pf", at: shop)
        try await end("SA10197", at: shop, "PASS")
        try await begin("SA10198", at: shop)
        await shop.killGateway()
        try tighten("pf", at: shop)
        try await shop.startGateway()
        try await end("SA10198", at: shop, "PASS")
        #expect(try await recorded("pf", at: shop) == (try truth("pf", at: shop)))
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    /// Pulls the trigger until the tool turns: after a fault it is locked until the gateway has found back.
    private func pullTrigger(_ role: String, at shop: Shop) async throws {
        let hasTurned = try await Deadline.wait(40) {
            do {
                try tighten(role, at: shop)
                return true
            } catch let failure as HTTP.Failure where failure.description.contains("is locked") {
                return false
            }
        }
        try #require(hasTurned, "the tool stays locked; \(shop.gatewayLog)")
    }

    /// A share of what may go wrong at once with one controller, one after the other, in each of them a part.
    @Test func whateverAControllerDoesToItsLineEachTighteningCountsOnceOnItsPart() async throws {
        let shop = try await open(1)
        let faults = [
            "drip", "twice", "nul_inside", "wrong_length", "restart", "reset", "delay", "wrong_mid", "flood",
            "id_jump", "exception", "silent",
        ]
        for (index, fault) in faults.enumerated() {
            let serial = "SA1\(1000 + index)"
            try await begin(serial, at: shop)
            try shop.control("/fault", ["device": "TW-pf", "kind": .string(fault), "seconds": 1])
            try await pullTrigger("pf", at: shop)
            try await shop.expectStation(within: 40, "\(serial) passes in spite of \(fault)") {
                $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == "PASS"
            }
            try shop.control("/mend", ["device": "TW-pf"])
            try await shop.expectScanner("TW-pf", "online")
        }
        let done = try truth("pf", at: shop)
        #expect(done.map { String($0.prefix(7)) } == faults.indices.map { "SA1\(1000 + $0)" })
        #expect(try await recorded("pf", at: shop) == done)
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }
}
