import Codecs
import Foundation
import Judging
import Testing

/// Technicians tighten at six stations with controllers of six makes while all that can go wrong goes
/// wrong, at random: what the tools did is what records and store hold, once each, on the right serials.
///
/// `PLUMBLINE_SHIFT_SECONDS` says how long; an hour with `make soak`.
@Suite(.serialized) struct TighteningShiftTests {
    private struct Place {
        let number: Int
        let quirks: String
        let profile: String
        let port: Int

        var tool: String { "TW-\(number)" }
        var scanner: String { "SCAN-\(number)" }
        var link: String { "openprotocol://127.0.0.1:\(port)" }
        /// Every other station has two screws, and tries a bad one again; two spindles tighten one nut each.
        var plan: String { quirks == "flex" ? "pair" : number.isMultiple(of: 2) ? "cap" : "nut" }
        var screws: Int { plan == "cap" ? 2 : 1 }
        /// What the tool has that others have not. One that tells old results never again repeats them at
        /// least until they are acknowledged.
        var more: String { quirks == "flex" ? "\n    spindles: 2\n    resends: true" : "" }
        /// Curves are wanted of those whose profiles do.
        var hasCurves: Bool { ["standard", "cs351"].contains(quirks) }
    }

    private static let makes = [
        ("standard", "open-protocol-controller"), ("ghm", "open-protocol-ghm"),
        ("cet", "open-protocol-cet"), ("cs351", "open-protocol-cs351"),
        ("link-level", "open-protocol-link-level"), ("flex", "open-protocol-flex"),
    ]

    /// What may go wrong with a controller and its line for a second or two. A controller that forgets its
    /// results, or numbers them anew, loses them for good: that is not among these.
    private static let faults = [
        "lost_result", "lost_acknowledge", "drip", "twice", "nul_inside", "wrong_length", "reset", "delay",
        "wrong_mid", "flood", "exception", "silent", "restart", "id_jump", "other_master", "lost_curve",
    ]

    private static let plan = """
        plan: NAME
        revision: 1
        part_numbers: ["4L0014-163B"]
        operation: "070 Nozzle nut"
        cycle: {start: scan, timeout: 20 s, retest: 20}
        steps:
          - {id: nut, title: "Tighten the nut", complete: tool.cycle, set: {parameter_set: "2"}, MORE}
        characteristics:
          - {id: nut_torque, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.torque}
          - {id: nut_verdict, step: nut, from: tool.verdict, equals: OK}

        """
    private static let second = """
          - {id: nut_second, step: nut, unit: N.m, lsl: "25", usl: "30", from: tool.spindle_2.torque}

        """

    private static func plan(_ name: String) -> String {
        let text = plan.replacingOccurrences(of: "NAME", with: name).replacingOccurrences(
            of: "MORE", with: name == "cap" ? "count: 2, on_fail: {retry: 1}" : "on_fail: close")
        guard name == "pair" else { return text }
        return text.replacingOccurrences(of: "tool.torque", with: "tool.spindle_1.torque") + second
    }

    private static func scenario(_ places: [Place], _ folder: String) -> String {
        let devices = places.map {
            """
              \($0.scanner): {model: serial-scanner, pty: \(folder)/sim/\($0.scanner), suffix: cr}
              \($0.tool):
                model: open-protocol
                link: "\($0.link)"
                quirks: \($0.quirks)
                locked: true
                locks_itself: true\($0.more)
                outcomes: [ok, ok, low_torque, ok, high_torque, ok, ok, stall]

            """
        }
        let stations = places.map {
            "  torque-\($0.number): {tool: \($0.tool), part_scanner: \($0.scanner), operator: \"1042\", "
                + "screws: \($0.screws)}\n"
        }
        return """
            scenario: shift
            seed: 20261122
            devices:
            \(devices.joined())operators:
              "1042": {badge: "\(Shop.badge)"}
            stations:
            \(stations.joined())parts: {serials_from: SA10197, number: 4L0014-163B, cage: "98897", mark: iuid}

            """
    }

    private static func gateway(_ places: [Place], _ shop: Shop) -> String {
        let devices = places.map {
            """
              \($0.scanner):
                provenance: simulated
                profile: serial-scanner
                link: "serial://\(shop.folder.path)/sim/\($0.scanner)?baud=9600"
              \($0.tool):
                provenance: simulated
                profile: \($0.profile)
                link: "\($0.link)"
                calibration: {certificate: C-\($0.number), due: 2099-12-31}

            """
        }
        let stations = places.map {
            """
              torque-\($0.number):
                {scanners: [\($0.scanner)], plan: plans/\($0.plan).yaml, bind: {tool: \($0.tool)}}

            """
        }
        return """
            gateway: {site: plant-1, id: bench-pc-07}
            data: data
            profiles: ["\(Program.checkout.path)/DeviceProfiles"]
            operators: operators.yaml
            sinks: {qms: {kind: sqlite, path: qms.db, accepts: test}}
            web: {listen: 127.0.0.1:\(shop.ports.web)}
            devices:
            \(devices.joined())stations:
            \(stations.joined())
            """
    }

    /// A fault somewhere every second or two, and now and then a power cut of the gateway.
    private func trouble(_ shop: Shop, _ places: [Place], for seconds: Double, seed: UInt64) async throws {
        var random = SeededRandom(seed: seed)
        let end = Date(timeIntervalSinceNow: seconds)
        var cutAt = Date(timeIntervalSinceNow: 12)
        while Date() < end {
            try await Task.sleep(for: .milliseconds(Int.random(in: 500...2_000, using: &random)))
            let place = places[Int.random(in: 0..<places.count, using: &random)]
            let kind = Self.faults[Int.random(in: 0..<Self.faults.count, using: &random)]
            try shop.control(
                "/fault",
                [
                    "device": .string(place.tool), "kind": .string(kind),
                    "seconds": .number(Int64.random(in: 1...2, using: &random)),
                ])
            guard Date() > cutAt else { continue }
            await shop.killGateway()
            try await shop.startGateway()
            cutAt = Date(timeIntervalSinceNow: Double.random(in: 10...25, using: &random))
        }
        for place in places { try shop.control("/mend", ["device": .string(place.tool)]) }
    }

    @Test func sixMakesUnderFaultsLoseNothingAndMixNothingUp() async throws {
        let asked = ProcessInfo.processInfo.environment["PLUMBLINE_SHIFT_SECONDS"]
        let seconds = asked.flatMap(Double.init) ?? 45
        let seed = SeededRandom.seed()
        let shop = try Shop(technician: false)
        let ports = try FreePorts.take(Self.makes.count)
        let places = Self.makes.enumerated().map { index, make in
            Place(number: index + 1, quirks: make.0, profile: make.1, port: ports[index])
        }
        try shop.write("shop.yaml", Self.scenario(places, shop.folder.path))
        try shop.write("gateway.yaml", Self.gateway(places, shop))
        for name in ["nut", "cap", "pair"] { try shop.write("plans/\(name).yaml", Self.plan(name)) }
        try await shop.startSimulator(speed: 5)
        try await shop.startGateway()
        for place in places { try await shop.expectScanner(place.tool, "online") }
        try await trouble(shop, places, for: seconds, seed: seed)
        let seen = try await Program.judge(
            "tightenings_judge.py",
            ["127.0.0.1:\(shop.ports.control)", shop.data + "/ledger.db", shop.store, "60"]
                + places.map { $0.hasCurves ? "\($0.tool):curves" : $0.tool }, in: shop.folder, within: 120)
        print("seed \(seed): \(CanonicalJSON.text(seen))")
        for list in ["missing", "unstored", "doubled", "foreign", "wrong", "orphans", "curves"] {
            #expect(seen[list]?.elements == [], "\(list), seed \(seed)")
        }
        let count = { (key: String) in seen[key]?.integer ?? Int64(seen[key]?.elements.count ?? 0) }
        // Six technicians, a part in about three seconds each: far below that, little was tested.
        #expect(count("tightenings") > Int64(seconds / 2), "seed \(seed)")
        // Each of them is in a record, but for those that are rightly nobody's; most are good.
        #expect(count("records") == count("tightenings") - count("astray") - count("late"), "seed \(seed)")
        #expect(count("good") * 2 > count("tightenings"), "seed \(seed)")
        #expect(count("astray") * 10 < count("tightenings"), "seed \(seed)")
        // What was told too late to be a part's is the price of holding it, and rare.
        #expect(count("late") <= max(2, count("tightenings") / 20), "seed \(seed)")
        #expect(try await shop.plumbline(["ledger", "verify"]).code == 0)
        #expect(await shop.stopGateway() == 0)
    }
}
