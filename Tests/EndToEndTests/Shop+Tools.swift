import Codecs
import Foundation
import Testing

extension Gauge {
    /// A controller by Open Protocol on `port`, whose tool is locked until it is told otherwise; `more` is
    /// what the scenario says of it besides.
    static func controller(
        _ id: String = "TW-1", role: String = "tool", port: Int,
        profile: String = "open-protocol-controller", more: String = ""
    ) -> Gauge {
        let link = "openprotocol://127.0.0.1:\(port)"
        return Gauge(
            id: id, role: role, simulated: "model: open-protocol, link: \"\(link)\", locked: true" + more,
            profile: profile, link: link)
    }
}

/// Tools that hands work, at a shop's only station.
extension Shop {
    /// A plan of one nut that the `tool` tightens, with its parameter `set` where there is one.
    static func nutPlan(
        retest: Int = 1, verdict: String = "tool.verdict", set: String? = "2"
    ) -> String {
        let setting = set.map { ", set: {parameter_set: \"\($0)\"}" } ?? ""
        return """
            plan: torque
            revision: 1
            part_numbers: ["4L0014-163B"]
            plain_serials: {"SA#####": "4L0014-163B"}
            operation: "070 Nozzle nut"
            cycle: {start: scan, timeout: 60 s, retest: \(retest)}
            steps:
              - {id: nut, title: "Tighten the nut", complete: tool.cycle\(setting)}
            characteristics:
              - {id: nut_torque, step: nut, title: "Nut torque", unit: N.m, nominal: "27.5", lsl: "25",
                 usl: "30", from: tool.torque}
              - {id: nut_verdict, step: nut, from: \(verdict), equals: OK}

            """
    }

    /// A shop with these tools on a running gateway, at which operator 1042 is signed in. `prepare` changes
    /// what was written before anything starts.
    static func open(
        _ tools: (Shop) throws -> [Gauge], plan: String = nutPlan(),
        prepare: (Shop) throws -> Void = { _ in }
    ) async throws -> Shop {
        let shop = try Shop(technician: false)
        let tools = try tools(shop)
        try shop.furnish("torque", tools, plan: plan)
        try prepare(shop)
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        try await shop.signIn()
        for tool in tools { try await shop.expectScanner(tool.id, "online") }
        return shop
    }

    /// Scans the part, and waits until the tool of its step may turn.
    func begin(_ serial: String, step: Int = 1) async throws {
        try scan(Self.mark(serial))
        try await acts(serial, step: step)
    }

    /// Waits until the tool of this step may turn: what drips a telegram takes 20 s for one of a curve.
    func acts(_ serial: String, step: Int = 1) async throws {
        try await expectStation(within: 40, "\(serial) waits in step \(step)") {
            $0["part"]?["serial"]?.text == serial && $0["state"] == "acting"
                && $0["step"]?["index"] == .number(Int64(step))
        }
    }

    /// Waits for this verdict of the part, for nil whichever it is; its record.
    @discardableResult
    func end(_ serial: String, _ verdict: String? = "PASS") async throws -> JSONValue {
        try await expectStation(within: 60, "\(serial) is \(verdict ?? "decided")") {
            guard let shown = $0["verdict"]?.text, $0["part"]?["serial"]?.text == serial else { return false }
            return verdict == nil || shown == verdict
        }
        return try #require(try await records().last { $0["part"]?["serial"]?.text == serial })
    }

    func tighten(_ outcome: String, with tool: String = "TW-1") throws {
        try control("/tighten", ["device": .string(tool), "outcome": .string(outcome)])
    }

    /// Pulls the trigger until the tool turns: after a fault it is locked until the gateway has found back.
    func pullTrigger(_ tool: String = "TW-1") async throws {
        let hasTurned = try await Deadline.wait(40) {
            do {
                try tighten("ok", with: tool)
                return true
            } catch let failure as HTTP.Failure where failure.description.contains("is locked") {
                return false
            }
        }
        try #require(hasTurned, "the tool stays locked; \(gatewayLog)")
    }

    /// Expects that the tool is locked: whoever pulls its trigger is refused for that, and for nothing else.
    func expectLocked(_ tool: String = "TW-1") throws {
        let refusal = #expect(throws: HTTP.Failure.self) { try tighten("ok", with: tool) }
        let isLocked = refusal?.description.contains("is locked and does not turn") == true
        #expect(isLocked, "\(tool): \(refusal?.description ?? "it turns")")
    }

    /// What the tool really did, in its order.
    func truth(of tool: String = "TW-1") throws -> [JSONValue] {
        try JSONParser.parse(try HTTP.get(port: ports.control, "/truth/\(tool)"))["tightenings"]?.elements
            ?? []
    }

    /// Serial and torque in hundredths of each of these.
    func done(by tool: String = "TW-1") throws -> [String] {
        try truth(of: tool).map { entry in
            let torque = entry["spindles"]?.elements.first?["torque_cNm"]?.integer ?? -1
            // The serial, and behind it what tells this attempt from others.
            return "\(entry["identifier"]?.text?.split(separator: "/").first ?? "") \(torque)"
        }
    }

    /// The same of each record's result for `characteristic`, in the records' order.
    func recorded(_ characteristic: String = "nut_torque") async throws -> [String] {
        try await records().map { record in
            let result = record["results"]?.elements.first { $0["characteristic"]?.text == characteristic }
            let torque = result?["value"]?.text.flatMap { Double($0) }.map { "\(Int(($0 * 100).rounded()))" }
            return "\(record["part"]?["serial"]?.text ?? "") \(torque ?? "-")"
        }
    }
}
