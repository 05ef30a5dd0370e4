import Codecs
import Foundation
import Testing

/// What a technician does in the shop, and what the page then shows.
extension Shop {
    /// The badge of operator 1042.
    static let badge = "OP:5F1C9A"

    func signIn() async throws {
        try await expectScanner("SCAN-2", "online")
        try scan(Self.badge)
        try await expectStation("1042 is signed in") { $0["operator"] == "1042" }
    }

    /// Waits until the gateway says that its scanner or device is in this state.
    func expectScanner(_ id: String, _ state: String) async throws {
        let isSo = try await Deadline.wait(Deadline.usual) { try deviceStatus(id)["state"]?.text == state }
        let seen = CanonicalJSON.text(try deviceStatus(id))
        try #require(isSo, "\(id) is not \(state): \(seen); \(gatewayLog)")
    }

    /// What the gateway says of a device or scanner, as `/api/v1/devices` has it; null of one it has not.
    func deviceStatus(_ id: String) throws -> JSONValue {
        try JSONParser.parse(try HTTP.get(port: ports.web, "/api/v1/devices")).elements
            .first { $0["id"]?.text == id } ?? .null
    }

    /// Mounts a part in the bench, as someone does who presses its own start button, and waits for the end.
    func mountPart() async throws {
        let before = try await audit("result.orphaned").count
        try await expectStation("the bench is there") { Self.showsCurrent($0, of: "FTS-001") }
        // When that is answered the bench has begun: idle then says that it was told its result is kept, or
        // that it gave up.
        try control("/bench/start", ["device": "FTS-001"])
        try await expectDevice("FTS-001", shows: "idle")
        #expect(try await audit("result.orphaned").count == before + 1)
    }

    /// Scans the part and waits until the tool was told whose nut it tightens.
    func bring(_ serial: String) async throws {
        try scan(Self.mark(serial))
        try await expectStation("\(serial) is taken") { $0["part"]?["serial"]?.text == serial }
        try await expectDevice("TW-025", shows: "waiting")
    }

    /// Tightens the nut, well unless `torque` (cN·m) or `angle` (degrees) say otherwise.
    func tighten(torque: Int64 = 2_750, angle: Int64 = 45) throws {
        try control(
            "/tighten", ["device": "TW-025", "torque_cNm": .number(torque), "angle": .number(angle)])
    }

    /// What bench and tool hold as their last results, as pymodbus reads it from them.
    func shownByBenchAndTool() async throws -> JSONValue {
        try await Program.judge(
            "device_judge.py", ["\(ports.bench)", "\(ports.tool)"], in: folder)
    }

    /// Lets a device misbehave until it is mended.
    func fault(_ kind: String, on device: String) throws {
        try control("/fault", ["device": .string(device), "kind": .string(kind), "seconds": 3_600])
    }

    func mend(_ device: String) throws { try control("/mend", ["device": .string(device)]) }

    /// Waits until the simulator says that `device` is in this state.
    func expectDevice(_ device: String, shows state: String) async throws {
        let isSo = try await Deadline.wait(Deadline.usual) {
            let answer = try JSONParser.parse(try HTTP.get(port: ports.control, "/state"))
            return answer["devices"]?[device]?["shows"]?.text == state
        }
        try #require(isSo, "\(device) is not \(state); \(gatewayLog)")
    }

    /// A device of the station as its page gets it.
    func device(_ id: String) throws -> JSONValue? {
        try station()["devices"]?.elements.first { $0["id"]?.text == id }
    }

    /// Live values of `device`, as the page gets them.
    static func live(_ station: JSONValue, of device: String) -> [JSONValue] {
        (station["live"]?.elements ?? []).filter { $0["device"]?.text == device }
    }

    /// Whether the page shows nothing of `device` as a current value: nulls, all of them marked old.
    static func showsNothing(_ station: JSONValue, of device: String) -> Bool {
        let values = live(station, of: device)
        return !values.isEmpty && values.allSatisfy { $0["value"] == .null && $0["stale"] == true }
    }

    /// Whether the page shows a current value of `device`.
    static func showsCurrent(_ station: JSONValue, of device: String) -> Bool {
        live(station, of: device).contains { $0["value"] != .null && $0["stale"] == false }
    }

    /// The sentence by which the page tells what to do, while the station is blocked; nil while it is not.
    static func blockage(_ station: JSONValue) -> String? {
        station["state"] == "blocked" ? station["instruction"]?.text : nil
    }

    /// The plan with nothing but its nut and its leak test, and short time limits.
    func shortenPlan(nutSeconds: Int = 60, leakSeconds: Int = 60) throws {
        let file = folder.appendingPathComponent("plans/cr-injector-flow.yaml")
        var plan = try String(contentsOf: file, encoding: .utf8)
        let dropped = ["full_load", "emission", "idle", "pilot"]
        plan = Self.withoutEntries(of: dropped, plan)
            .replacingOccurrences(
                of: "complete: tool.cycle, timeout: 60 s",
                with: "complete: tool.cycle, timeout: \(nutSeconds) s"
            )
            .replacingOccurrences(
                of: "bench.cycle, timeout: 120 s", with: "bench.cycle, timeout: \(leakSeconds) s")
        try write("plans/cr-injector-flow.yaml", plan)
    }

    /// The plan without the steps named and without what they measure; an entry goes on until the next one.
    private static func withoutEntries(of steps: [String], _ plan: String) -> String {
        var isLeftOut = false
        let lines = plan.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("  - {") {
                isLeftOut = steps.contains { line.contains("{id: \($0),") || line.contains("step: \($0),") }
            } else if !line.hasPrefix("     ") {
                isLeftOut = false
            }
            return !isLeftOut
        }
        return lines.joined(separator: "\n")
    }

    /// Starts a simulator of its own with these devices only: killed, it takes nothing else along.
    func startDevices(_ devices: [String], control: Int, speed: Int = 20) async throws -> Program {
        let whole = try String(contentsOf: folder.appendingPathComponent("shop.yaml"), encoding: .utf8)
        let name = devices.joined(separator: "-")
        let lines = whole.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            guard line.hasPrefix("  "), let id = line.split(separator: ":").first,
                line.contains("{model: ")
            else { return true }
            return devices.contains(id.trimmingCharacters(in: .whitespaces))
        }
        try write("\(name).yaml", lines.joined(separator: "\n"))
        let program = try Program(
            "plumbline-sim",
            ["run", "\(name).yaml", "--speed", "\(speed)", "--control", "127.0.0.1:\(control)"], in: folder,
            log: "sim-\(name)-\(UUID().uuidString.prefix(4))")
        let isReady = await Deadline.wait(Deadline.usual) { program.outputText.contains("ready") }
        try #require(isReady, "\(name) did not start: \(program.errorText)")
        return program
    }
}
