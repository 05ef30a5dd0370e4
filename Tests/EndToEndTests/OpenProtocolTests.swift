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

    private func open(_ count: Int) async throws -> Shop {
        let makes = Self.makes.prefix(count)
        let tools = zip(makes, try FreePorts.take(count)).map { make, port in
            Gauge.controller(
                "TW-\(make.role)", role: make.role, port: port, profile: make.profile,
                more: ", quirks: \(make.quirks)")
        }
        return try await Shop.open({ _ in tools }, plan: Self.plan(makes.map(\.role)))
    }

    /// Serial and torque of each record's result of this role.
    private func recorded(_ role: String, at shop: Shop) async throws -> [String] {
        try await shop.recorded("\(role)_torque")
    }

    @Test func fourMakesTightenEachPartAndItsRecordHoldsWhatTheyDid() async throws {
        let shop = try await open(4)
        for (serial, outcome) in [("SA10197", "ok"), ("SA10198", "high_torque"), ("SA10199", "ok")] {
            try await shop.begin(serial)
            for (index, make) in Self.makes.enumerated() {
                try await shop.acts(serial, step: index + 1)
                try shop.tighten(index == 2 ? outcome : "ok", with: "TW-\(make.role)")
            }
            try await shop.end(serial, outcome == "ok" ? "PASS" : "FAIL")
        }
        for make in Self.makes {
            let done = try shop.done(by: "TW-\(make.role)")
            #expect(done.count == 3)
            #expect(try await recorded(make.role, at: shop) == done)
        }
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        let written = try await shop.audit("device.written").filter { $0["purpose"] == "start" }
        #expect(written.count == 12 && written.allSatisfy { $0["outcome"] == "written" })
        // A tool that no part waits for does not turn.
        try shop.expectLocked("TW-pf")
        #expect(try shop.done(by: "TW-pf").count == 3)
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aResultThatIsLostOnItsWayOrWhoseAcknowledgementIsLostCountsOnce() async throws {
        let shop = try await open(1)
        let faults = [("SA10197", "lost_result"), ("SA10198", "lost_acknowledge"), ("SA10199", "")]
        for (serial, fault) in faults {
            try await shop.begin(serial)
            if !fault.isEmpty {
                try shop.control("/fault", ["device": "TW-pf", "kind": .string(fault), "seconds": 2])
            }
            try shop.tighten("ok", with: "TW-pf")
            try await shop.end(serial)
            try shop.control("/mend", ["device": "TW-pf"])
            try await shop.expectScanner("TW-pf", "online")
        }
        let done = try shop.done(by: "TW-pf")
        #expect(done.map { $0.prefix(7) } == ["SA10197", "SA10198", "SA10199"])
        #expect(try await recorded("pf", at: shop) == done)
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
    }

    @Test func aGatewayThatIsKilledInMidStepTakesUpTheResultThatWasMadeMeanwhile() async throws {
        let shop = try await open(1)
        try await shop.begin("SA10197")
        try shop.tighten("ok", with: "TW-pf")
        try await shop.end("SA10197")
        try await shop.begin("SA10198")
        await shop.killGateway()
        try shop.tighten("ok", with: "TW-pf")
        try await shop.startGateway()
        try await shop.end("SA10198")
        #expect(try await recorded("pf", at: shop) == (try shop.done(by: "TW-pf")))
        #expect(try await shop.audit("result.orphaned").isEmpty)
        #expect(await shop.stopGateway() == 0)
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
            try await shop.begin(serial)
            try shop.control("/fault", ["device": "TW-pf", "kind": .string(fault), "seconds": 1])
            try await shop.pullTrigger("TW-pf")
            try await shop.end(serial)
            try shop.control("/mend", ["device": "TW-pf"])
            try await shop.expectScanner("TW-pf", "online")
        }
        let done = try shop.done(by: "TW-pf")
        #expect(done.map { String($0.prefix(7)) } == faults.indices.map { "SA1\(1000 + $0)" })
        #expect(try await recorded("pf", at: shop) == done)
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }
}
