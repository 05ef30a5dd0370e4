import Codecs
import Foundation
import Testing

/// A simulated shop with a gateway on it, on ports and files of its own.
///
/// Both are the shipped files of `Simulators/scenarios`, with nothing changed but ports and paths.
final class Shop {
    let folder: URL
    let ports: (bench: Int, tool: Int, web: Int, control: Int)
    private(set) var simulator: Program?
    private(set) var gateway: Program?
    private var gatewayStarts = 0

    /// The gateway's data directory; a test may point it at another one.
    lazy var data = folder.path + "/data"
    var store: String { folder.path + "/qms.db" }
    /// Where the mock USB bus is told what to do.
    var usbSocket: String { folder.path + "/usb.sock" }
    var configuration: String { folder.path + "/gateway.yaml" }

    /// A shop whose gateway reads `shop-gateway.yaml` and whose devices are those of `shop.yaml`.
    ///
    /// Without `technician` nobody works there: the test scans, tightens and presses buttons itself. Without
    /// `usb` both scans come from the serial scanner, for the mock USB bus would end with the gateway.
    init(technician: Bool, usb: Bool = false, edit: (String) -> String = { $0 }) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent("shop-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let free = try FreePorts.take(4)
        ports = (free[0], free[1], free[2], free[3])
        let scenarios = Program.checkout.appendingPathComponent("Simulators/scenarios")
        var scenario = try String(contentsOf: scenarios.appendingPathComponent("shop.yaml"), encoding: .utf8)
        if !technician { scenario = Self.without(["stations:", "parts:"], scenario) }
        try write("shop.yaml", usb ? moved(scenario) : Self.serialOnly(moved(scenario)))
        let gateway = try String(
            contentsOf: scenarios.appendingPathComponent("shop-gateway.yaml"), encoding: .utf8)
        try write("gateway.yaml", edit(usb ? moved(gateway) : Self.serialOnly(moved(gateway))))
        for file in ["operators.yaml", "plans/cr-injector-flow.yaml"] {
            let text = try String(contentsOf: scenarios.appendingPathComponent(file), encoding: .utf8)
            try write(file, text)
        }
    }

    deinit {
        gateway?.send(SIGKILL)
        simulator?.send(SIGKILL)
        // Kept for whoever looks into a failure of an hour's run.
        guard ProcessInfo.processInfo.environment["PLUMBLINE_KEEP"] == nil else { return }
        try? FileManager.default.removeItem(at: folder)
    }

    private func moved(_ text: String) -> String {
        [
            ("127.0.0.1:15020", "127.0.0.1:\(ports.bench)"), ("127.0.0.1:15021", "127.0.0.1:\(ports.tool)"),
            ("127.0.0.1:8080", "127.0.0.1:\(ports.web)"), ("/proc/self/cwd/.plumbline", folder.path),
            ("../../.plumbline/", ""), (".plumbline/data", "data"), (".plumbline/", ""),
            ("../../DeviceProfiles", Program.checkout.path + "/DeviceProfiles"),
        ].reduce(text) { $0.replacingOccurrences(of: $1.0, with: $1.1) }
    }

    private static func serialOnly(_ text: String) -> String {
        text.replacingOccurrences(of: "[SCAN-1, SCAN-2]", with: "[SCAN-2]")
            .replacingOccurrences(of: "part_scanner: SCAN-1", with: "part_scanner: SCAN-2")
    }

    /// The document `text` without its top-level members `keys`.
    private static func without(_ keys: [String], _ text: String) -> String {
        var isLeftOut = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if let first = line.first, first != " ", first != "#" {
                isLeftOut = keys.contains { line.hasPrefix($0) }
            }
            return !isLeftOut
        }
        return lines.joined(separator: "\n")
    }

    func write(_ name: String, _ text: String) throws {
        let file = folder.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// Starts the devices. `parts` of them are brought by the technician, then the simulator ends.
    func startSimulator(parts: Int? = nil, speed: Int = 20) async throws {
        var arguments = [
            "run", "shop.yaml", "--speed", "\(speed)", "--usb-control", usbSocket,
            "--control", "127.0.0.1:\(ports.control)",
        ]
        if let parts { arguments += ["--parts", "\(parts)"] }
        let simulator = try Program("plumbline-sim", arguments, in: folder, log: "sim")
        self.simulator = simulator
        let isReady = await Deadline.wait(Deadline.usual) { simulator.outputText.contains("ready") }
        try #require(isReady, "the simulator did not start: \(simulator.errorText)")
    }

    /// Starts the gateway, under the mock USB bus where `usb` is set, and waits for its page. The mock
    /// scanner speaks in `mode`; `options` go to the mock.
    func startGateway(
        usb: Bool = false, mode: String = "hid-pos", options: [String] = []
    ) async throws {
        gatewayStarts += 1
        let run = ["run", "--config", configuration, "--data", data]
        let log = "gateway-\(gatewayStarts)"
        let program: Program
        if usb {
            let wrapped =
                [
                    Program.folder.path + "/plumbline-usb-mock", "--control", usbSocket, "--mode", mode,
                ] + options + ["--", Program.folder.path + "/plumbline"] + run
            program = try Program("umockdev-wrapper", wrapped, in: folder, log: log)
        } else {
            program = try Program("plumbline", run, in: folder, log: log)
        }
        gateway = program
        let isReady = await Deadline.wait(Deadline.usual) {
            program.errorText.contains("station page:") || !program.process.isRunning
        }
        try #require(isReady && program.process.isRunning, "the gateway did not start: \(program.errorText)")
        guard let simulator, simulator.process.isRunning else { return }
        // What a scanner sends before its line is open is lost, as it is on a real one.
        let isHeard = await Deadline.wait(Deadline.usual) {
            program.errorText.contains("SCAN-2: connected") || !simulator.process.isRunning
        }
        try #require(isHeard, "nobody reads the serial scanner: \(program.errorText)")
    }

    /// Ends the gateway as systemd would; its exit code.
    func stopGateway(_ signal: Int32 = SIGTERM) async -> Int32? {
        gateway?.send(signal)
        return await gateway?.end(within: Deadline.usual)
    }

    /// Kills the gateway as a power cut would.
    func killGateway() async {
        gateway?.send(SIGKILL)
        _ = await gateway?.end(within: Deadline.usual)
    }

    var gatewayLog: String { gateway?.errorText ?? "" }

    /// Runs the `plumbline` command on this shop's ledger.
    func plumbline(_ arguments: [String]) async throws -> (code: Int32?, output: String, errors: String) {
        try await Program.run(
            "plumbline", arguments + ["--config", configuration, "--data", data], in: folder)
    }

    /// The ledger's records, oldest first.
    func records() async throws -> [JSONValue] {
        let listed = try await plumbline(["records", "list", "--json"])
        try #require(listed.code == 0, "records list failed: \(listed.errors)")
        return try listed.output.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
    }

    /// What the real `sqlite3` shell says to `query` on `database`.
    func sqlite(_ database: String, _ query: String) async throws -> String {
        let answer = try await Program.run("sqlite3", ["-readonly", database, query], in: folder)
        try #require(answer.code == 0, "sqlite3: \(answer.errors)")
        return answer.output.trimmingCharacters(in: .newlines)
    }

    /// Bodies of the ledger's audit entries of this event, oldest first.
    func audit(_ event: String) async throws -> [JSONValue] {
        let rows = try await sqlite(
            data + "/ledger.db",
            "SELECT CAST(body AS TEXT) FROM entry WHERE kind = 'audit' AND "
                + "json_extract(CAST(body AS TEXT), '$.event') = '\(event)' ORDER BY seq")
        return try rows.split(separator: "\n").map { try JSONParser.parse(Array($0.utf8)) }
    }

    /// Waits until the ledger's audit entries of these events, of each oldest first, fulfil `isSo`; gives
    /// them.
    @discardableResult
    func expectAudit(
        _ events: String..., that what: String, _ isSo: ([JSONValue]) -> Bool
    ) async throws -> [JSONValue] {
        var seen: [JSONValue] = []
        let hasCome = try await Deadline.wait(Deadline.usual) {
            seen = []
            for event in events { seen += try await audit(event) }
            return isSo(seen)
        }
        let texts = seen.map { CanonicalJSON.text($0) }
        #expect(hasCome, "not so: \(what): \(texts); \(gatewayLog)")
        return seen
    }

    /// Waits until the store, as the real `sqlite3` shell shows it, answers `query` with `expected`: what is
    /// in the ledger is delivered a moment later. Before the first record there is no table to ask.
    func expectStore(_ query: String, _ expected: String) async throws {
        var seen = ""
        let isSo = try await Deadline.wait(Deadline.usual) {
            let answer = try await Program.run("sqlite3", ["-readonly", store, query], in: folder)
            seen = answer.output.trimmingCharacters(in: .newlines) + answer.errors
            return seen == expected
        }
        #expect(isSo, "\(query): \(seen), not \(expected); \(gatewayLog)")
    }

    /// Waits until so many parts are in the store and no record waits for delivery any more.
    func expectDelivered(_ count: Int) async throws {
        try await expectStore("SELECT count(*) FROM inspection", "\(count)")
        let isEmpty = try await Deadline.wait(Deadline.usual) {
            try JSONParser.parse(try HTTP.get(port: ports.web, "/api/v1/status"))["queue"] == 0
        }
        #expect(isEmpty, "\(gatewayLog)")
    }

    /// The only station's state as its page gets it.
    func station() throws -> JSONValue {
        try JSONParser.parse(try HTTP.get(port: ports.web, "/api/v1/stations")).elements.first ?? .null
    }

    /// Waits until the station's state fulfils `condition`.
    func expectStation(
        within seconds: Double = Deadline.usual, _ what: String, _ condition: (JSONValue) -> Bool
    ) async throws {
        let isSo = try await Deadline.wait(seconds) { condition(try station()) }
        let seen = CanonicalJSON.text(try station())
        try #require(isSo, "not so: \(what); \(seen); \(gatewayLog)")
    }

    /// Asks the simulator's control interface, or that of another simulator on `port`.
    func control(_ path: String, _ body: JSONValue, port: Int? = nil) throws {
        _ = try HTTP.post(port: port ?? ports.control, path, CanonicalJSON.bytes(body))
    }

    /// Scans `text` (escapes as `\x1d`) with the serial scanner.
    func scan(_ text: String) throws { try control("/scan", ["scanner": "SCAN-2", "text": .string(text)]) }

    /// The IUID mark of the part with this serial.
    static func mark(_ serial: String) -> String {
        "[)>\\x1e06\\x1d17V98897\\x1d1P4L0014-163B\\x1dS\(serial)\\x1e\\x04"
    }
}
