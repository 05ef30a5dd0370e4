internal import Codecs
internal import Glibc
internal import Linux

/// A gateway with torque controllers that each tighten once a second, each at a station with a part of its
/// own whose plan has a step for every screw. Release programs; to be used by one thread, which may wait.
final class TorqueShop {
    let folder: String
    private let programs: String
    private let simulator: ChildProgram
    let gateway: ChildProgram
    private let controllers: Int
    private let (web, control): (UInt16, UInt16)

    /// Screws of a part: more than are tightened while anybody looks; a plan may have 100.
    private static let screws = 70

    init(controllers: Int) throws {
        self.controllers = controllers
        programs = try ChildProgram.folder()
        folder = try BenchShop.newFolder(in: programs)
        let ports = try BenchShop.freePorts(controllers + 2)
        (web, control) = (ports[0], ports[1])
        try Self.furnish(folder, Array(ports.dropFirst(2)), web: web)
        simulator = try ChildProgram(
            "\(programs)/plumbline-sim",
            ["run", "\(folder)/shop.yaml", "--log-times", "--control", "127.0.0.1:\(control)"],
            output: "\(folder)/sim.log")
        gateway = try ChildProgram(
            "\(programs)/plumbline",
            ["run", "--config", "\(folder)/gateway.yaml", "--data", "\(folder)/data"],
            output: "\(folder)/gateway.log")
        try Self.expect(simulator, toSay: "ready ")
        try Self.expect(gateway, toSay: "station page:")
        try waitUntil(" \"online\"", of: "devices") { $0["state"]?.text == "online" }
    }

    private static func expect(_ program: ChildProgram, toSay words: String) throws {
        guard try Patience.wait(20, { try program.text().contains(words) }) else {
            throw program.explained("is not ready after 20 s")
        }
    }

    /// Waits until all devices, or all stations, are as they should be.
    private func waitUntil(_ what: String, of list: String, _ condition: (JSONValue) -> Bool) throws {
        let isSo = try Patience.wait(30) {
            let elements = try json(try BenchHTTP.get("/api/v1/\(list)", port: web)).elements
            return elements.count == controllers && elements.allSatisfy(condition)
        }
        guard isSo else { throw gateway.explained("not all \(list) are\(what) after 30 s") }
    }

    private func json(_ text: String) throws -> JSONValue { try JSONParser.parse(Array(text.utf8)) }

    deinit {
        gateway.stop(within: 20)
        simulator.stop(within: 5)
        if let removal = try? ChildProgram("rm", ["-rf", folder], output: "/dev/null") {
            removal.wait(within: 20)
        }
    }

    /// A part comes to each station; returns once each tool may turn, and turned.
    func begin() throws {
        for place in 0..<controllers {
            try BenchHTTP.post(
                "/api/v1/stations/torque-\(place)/scan", "{\"text\":\"SA\(10_000 + place)\"}", port: web)
        }
        try waitUntil(" working", of: "stations") { ($0["results"]?.elements.count ?? 0) > 0 }
    }

    /// Waits until each part is done and its record stored.
    func finish() throws {
        try waitUntil(" done", of: "stations") { $0["state"]?.text == "verdict" }
    }

    /// What people at the tools noticed so far, a line each.
    func remarks() throws -> String { try simulator.text() }

    /// What is missing of all that the tools did: a result with both its curves counts as one.
    func lost(samples: Int) throws -> (tightened: Int, lost: Int) {
        var made: Set<String> = []
        for place in 0..<controllers {
            var next: Int64 = 0
            while true {
                let page = try json(try BenchHTTP.get("/truth/TW-\(place)?after=\(next)", port: control))
                let ids = (page["tightenings"]?.elements ?? []).compactMap { $0["sent_id"]?.integer }
                guard !ids.isEmpty else { break }
                made.formUnion(ids.map { "TW-\(place) \($0)" })
                next = page["next"]?.integer ?? .max
            }
        }
        return (made.count, made.subtracting(try stored(samples)).count)
    }

    /// Device and id of each result in a record that has both its curves whole.
    private func stored(_ samples: Int) throws -> Set<String> {
        let list = try ChildProgram(
            "\(programs)/plumbline", ["records", "list", "--json", "--data", "\(folder)/data"],
            output: "\(folder)/records.txt")
        guard list.wait(within: 30) == 0 else { throw list.explained("does not list the records") }
        var stored: Set<String> = []
        for line in try list.text().split(separator: "\n") {
            for step in try json(String(line))["steps"]?.elements ?? [] {
                let whole = (step["curves"]?.elements ?? []).count {
                    $0["samples"] == .number(Int64(samples))
                }
                guard whole == 2, let device = step["device"]?.text, let id = step["sequence"]?.text else {
                    continue
                }
                stored.insert("\(device) \(id)")
            }
        }
        return stored
    }

    /// Ends the gateway in order, and has the ledger verify itself.
    func close() throws {
        guard gateway.stop(within: 30) == 0 else { throw gateway.explained("did not end well") }
        let check = try ChildProgram(
            "\(programs)/plumbline", ["ledger", "verify", "--data", "\(folder)/data"],
            output: "\(folder)/verify.txt")
        guard check.wait(within: 60) == 0 else { throw check.explained("found a ledger that is not sound") }
    }

    // MARK: Furnishing

    private static func furnish(_ folder: String, _ ports: [UInt16], web: UInt16) throws {
        guard let root = realpath("DeviceProfiles", nil) else {
            throw SystemCallError("realpath", subject: "DeviceProfiles")
        }
        defer { free(root) }
        let tools = ports.enumerated().map { (id: "TW-\($0)", link: "openprotocol://127.0.0.1:\($1)") }
        let manner = "locked: true, every: 1 s, samples: 2000"
        let simulated = tools.map {
            "  \($0.id): {model: open-protocol, link: \"\($0.link)\", \(manner)}"
        }
        try TextFile.write(
            "scenario: torque\nseed: 7\ndevices:\n\(simulated.joined(separator: "\n"))\n",
            to: "\(folder)/shop.yaml")
        let devices = tools.map {
            "  \($0.id): {provenance: simulated, profile: open-protocol-controller, link: \"\($0.link)\"}"
        }
        let stations = tools.indices.map { "  torque-\($0): {plan: plan.yaml, bind: {tool: TW-\($0)}}" }
        try TextFile.write(
            """
            gateway: {site: bench, id: bench}
            data: \(folder)/data
            profiles: ["\(String(cString: root))"]
            devices:
            \(devices.joined(separator: "\n"))
            stations:
            \(stations.joined(separator: "\n"))
            sinks:
              qms: {kind: sqlite, path: qms.db, accepts: test}
            web: {listen: "127.0.0.1:\(web)"}

            """, to: "\(folder)/gateway.yaml")
        try TextFile.write(plan, to: "\(folder)/plan.yaml")
    }

    private static var plan: String {
        let steps = (1...screws).map { "  - {id: s\($0), complete: tool.cycle, set: {parameter_set: \"2\"}}" }
        let judged = (1...screws).map {
            """
              - {id: t\($0), step: s\($0), unit: N.m, lsl: "25", usl: "30", from: tool.torque}
              - {id: v\($0), step: s\($0), from: tool.verdict, equals: OK}
            """
        }
        return """
            plan: torque
            revision: 1
            part_numbers: ["4L0014-163B"]
            plain_serials: {"SA#####": "4L0014-163B"}
            operation: "070 Screws"
            cycle: {start: scan, timeout: 300 s, retest: 0}
            steps:
            \(steps.joined(separator: "\n"))
            characteristics:
            \(judged.joined(separator: "\n"))

            """
    }
}
