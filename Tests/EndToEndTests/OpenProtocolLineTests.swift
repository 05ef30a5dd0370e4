import Codecs
import Foundation
import Testing

/// The ways in which a torque controller hangs on a line, from the wire to the records: numbered messages
/// over TCP, and serial lines with both framings. Whatever a line does, each tightening counts once.
@Suite(.serialized) struct OpenProtocolLineTests {
    private static let plan = """
        plan: torque
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "070 Nozzle nut"
        cycle: {start: scan, timeout: 60 s, retest: 1}
        steps:
          - {id: nut, title: "Tighten the nut", complete: tool.cycle, set: {parameter_set: "2"}}
        characteristics:
          - {id: nut_torque, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.torque}
          - {id: nut_verdict, step: nut, from: tool.verdict, equals: OK}
        """

    private enum Line {
        case listens, dials
        case serial(framing: String)
    }

    /// A station with one controller of these `quirks` at the end of this line.
    private func open(_ profile: String, quirks: String, _ line: Line = .listens) async throws -> Shop {
        let shop = try Shop(technician: false)
        let address = "127.0.0.1:\(try #require(try FreePorts.take(1).first))"
        let (link, place): (String, String)
        switch line {
        case .listens:
            link = "openprotocol://\(address)"
            place = "link: \"\(link)\""
        case .dials:
            link = "openprotocol-listen://\(address)?from=127.0.0.1"
            place = "dials: \"\(address)\""
        case .serial(let framing):
            let path = shop.folder.path + "/sim/controller"
            link = "serial://\(path)?baud=9600"
            place = "pty: \(path), framing: \(framing)"
        }
        let simulated = "model: open-protocol, \(place), quirks: \(quirks), locked: true"
        let tool = Gauge(id: "TW-1", role: "tool", simulated: simulated, profile: profile, link: link)
        try shop.furnish("torque", [tool], plan: Self.plan)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        try await shop.expectScanner("TW-1", "online")
        return shop
    }

    private func begin(_ serial: String, at shop: Shop) async throws {
        try shop.scan(Shop.mark(serial))
        try await shop.expectStation(within: 40, "\(serial) waits for its nut") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
        }
    }

    private func end(_ serial: String, at shop: Shop) async throws {
        try await shop.expectStation(within: 60, "\(serial) passes") {
            $0["part"]?["serial"]?.text == serial && $0["verdict"]?.text == "PASS"
        }
    }

    /// Pulls the trigger until the tool turns: after a fault it is locked until the gateway has found back.
    private func pullTrigger(at shop: Shop) async throws {
        let hasTurned = try await Deadline.wait(40) {
            do {
                try shop.control("/tighten", ["device": "TW-1", "outcome": "ok"])
                return true
            } catch let failure as HTTP.Failure where failure.description.contains("is locked") {
                return false
            }
        }
        try #require(hasTurned, "the tool stays locked; \(shop.gatewayLog)")
    }

    /// Serial and torque in hundredths of each tightening that the tool made, in its order.
    private func truth(at shop: Shop) throws -> [String] {
        try JSONParser.parse(try HTTP.get(port: shop.ports.control, "/truth/TW-1"))["tightenings"]?
            .elements.map { entry in
                let torque = entry["spindles"]?.elements.first?["torque_cNm"]?.integer ?? -1
                return "\(entry["identifier"]?.text?.split(separator: "/").first ?? "") \(torque)"
            } ?? []
    }

    /// The same of each record, in the records' order.
    private func recorded(at shop: Shop) async throws -> [String] {
        try await shop.records().compactMap { record in
            let result = record["results"]?.elements.first { $0["characteristic"]?.text == "nut_torque" }
            guard let value = result?["value"]?.text, let torque = Double(value) else { return nil }
            return "\(record["part"]?["serial"]?.text ?? "") \(Int((torque * 100).rounded()))"
        }
    }

    /// One part in each of these faults, and one while the gateway is killed: every tightening is in a
    /// record, on its serial, once.
    private func work(_ faults: [String], at shop: Shop) async throws {
        for (index, fault) in faults.enumerated() {
            let serial = "SA1\(1000 + index)"
            try await begin(serial, at: shop)
            if !fault.isEmpty {
                try shop.control("/fault", ["device": "TW-1", "kind": .string(fault), "seconds": 2])
            }
            try await pullTrigger(at: shop)
            try await end(serial, at: shop)
            try shop.control("/mend", ["device": "TW-1"])
            try await shop.expectScanner("TW-1", "online")
        }
        try await begin("SA19999", at: shop)
        await shop.killGateway()
        try await pullTrigger(at: shop)
        try await shop.startGateway()
        try await end("SA19999", at: shop)
        let done = try truth(at: shop)
        #expect(done.map { String($0.prefix(7)) } == faults.indices.map { "SA1\(1000 + $0)" } + ["SA19999"])
        #expect(try await recorded(at: shop) == done)
        let orphans = try await shop.audit("result.orphaned")
        #expect(orphans.isEmpty, "\(orphans.map { CanonicalJSON.text($0) })")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }

    /// What the gateway says of the controller.
    private func detail(at shop: Shop) throws -> String {
        try JSONParser.parse(try HTTP.get(port: shop.ports.web, "/api/v1/devices")).elements
            .first { $0["id"] == "TW-1" }?["detail"]?.text ?? ""
    }

    @Test func numberedMessagesLoseNoResultAndDoubleNone() async throws {
        let shop = try await open("open-protocol-link-level", quirks: "link-level")
        #expect(try detail(at: shop).hasSuffix(", messages numbered"))
        try await work(["", "lost_result", "lost_acknowledge", "twice", "delay", "silent"], at: shop)
    }

    @Test func aControllerThatDoesNotNumberIsSpokenToWithout() async throws {
        let shop = try await open("open-protocol-link-level", quirks: "standard")
        #expect(try !detail(at: shop).contains("numbered"))
        try await work(["", "lost_acknowledge"], at: shop)
    }

    @Test(arguments: ["standard", "link-level"])
    func aSerialLineMayBeNoisyAndSlowAndBePulled(_ quirks: String) async throws {
        let shop = try await open("open-protocol-serial", quirks: quirks, .serial(framing: "ascii"))
        #expect(try detail(at: shop).contains("numbered") == (quirks == "link-level"))
        try await work(["", "noise", "drip", "reset", "lost_result", "silent"], at: shop)
    }

    @Test func aControllerThatDialsIsServedAndDialsAgain() async throws {
        let shop = try await open("open-protocol-controller", quirks: "standard", .dials)
        try await work(["", "reset", "lost_result", "lost_acknowledge", "silent"], at: shop)
    }

    @Test func blocksOf3964RAreSentAgainUntilTheyAreTaken() async throws {
        let shop = try await open("open-protocol-3964r", quirks: "standard", .serial(framing: "3964r"))
        try await work(["", "noise", "drip", "reset", "lost_acknowledge", "silent"], at: shop)
    }
}
