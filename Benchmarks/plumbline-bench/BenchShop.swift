internal import Glibc
internal import Linux

/// The simulated shop of `make run` with a gateway on it: release programs on ports and files of their own.
///
/// A technician works there. Both scans come from the serial scanner, for a mocked USB bus would be measured
/// with the gateway. To be used by one thread, which may wait.
final class BenchShop {
    let folder: String
    private let programs: String
    private let ports: [UInt16]
    private let simulator: ChildProgram
    let gateway: ChildProgram

    /// Starts the shop, `speed` shop seconds in a real second, and the gateway, and waits until it is ready.
    ///
    /// - Parameter parts: after which the simulator ends; nil for never
    init(speed: Int, parts: Int?) throws {
        programs = try ChildProgram.folder()
        ports = try Self.freePorts(4)
        folder = try Self.newFolder(in: programs)
        try Self.furnish(folder, ports)
        var arguments = ["run", "\(folder)/shop.yaml", "--speed", "\(speed)", "--log-times"]
        if let parts { arguments += ["--parts", "\(parts)"] }
        simulator = try ChildProgram("\(programs)/plumbline-sim", arguments, output: "\(folder)/sim.log")
        gateway = try ChildProgram(
            "\(programs)/plumbline",
            ["run", "--config", "\(folder)/gateway.yaml", "--data", "\(folder)/data"],
            output: "\(folder)/gateway.log")
        try Self.expect(simulator, toSay: "ready ")
        try Self.expect(gateway, toSay: "station page:")
    }

    private static func expect(_ program: ChildProgram, toSay words: String) throws {
        let isSaid = try Patience.wait(20) {
            guard program.isRunning else { throw program.explained("has ended") }
            return try program.text().contains(words)
        }
        guard isSaid else { throw program.explained("is not ready after 20 s") }
    }

    deinit {
        gateway.stop(within: 20)
        simulator.stop(within: 5)
        if let removal = try? ChildProgram("rm", ["-rf", folder], output: "/dev/null") {
            removal.wait(within: 20)
        }
    }

    /// Waits until all parts are inspected, at most so many seconds.
    func finish(within seconds: Double) throws {
        guard simulator.wait(within: seconds) == 0 else {
            throw simulator.explained("the parts are not done after \(Int(seconds)) s\n\(gateway.tail)")
        }
    }

    /// What people at the devices noticed so far, a line each: `12.345678 FTS-001: resultShown`.
    func remarks() throws -> String { try simulator.text() }

    /// Ends the gateway in order.
    func close() throws {
        guard gateway.stop(within: 20) == 0 else { throw gateway.explained("did not end well") }
    }

    /// How many records the ledger has.
    func recordCount() throws -> Int {
        let list = try ChildProgram(
            "\(programs)/plumbline", ["records", "list", "--json", "--data", "\(folder)/data"],
            output: "\(folder)/records.txt")
        guard list.wait(within: 20) == 0 else { throw list.explained("does not list the records") }
        return try list.text().split(separator: "\n").count
    }

    // MARK: Furnishing

    /// The shipped scenario and configuration, with ports and paths of their own.
    private static func furnish(_ folder: String, _ ports: [UInt16]) throws {
        let source = "Simulators/scenarios"
        guard access("\(source)/shop.yaml", R_OK) == 0 else {
            throw BenchmarkError(
                description: "\(source)/shop.yaml is not here: run this in the checkout's root")
        }
        guard let root = realpath("DeviceProfiles", nil) else {
            throw SystemCallError("realpath", subject: "DeviceProfiles")
        }
        defer { free(root) }
        let changes = [
            ("127.0.0.1:15020", "127.0.0.1:\(ports[0])"), ("127.0.0.1:15021", "127.0.0.1:\(ports[1])"),
            ("127.0.0.1:8080", "127.0.0.1:\(ports[2])"), ("../../DeviceProfiles", String(cString: root)),
            ("/proc/self/cwd/.plumbline", folder), ("../../.plumbline", folder), (".plumbline", folder),
            ("[SCAN-1, SCAN-2]", "[SCAN-2]"), ("part_scanner: SCAN-1", "part_scanner: SCAN-2"),
        ]
        mkdir("\(folder)/plans", 0o755)
        for (from, to) in [
            ("shop.yaml", "shop.yaml"), ("shop-gateway.yaml", "gateway.yaml"),
            ("operators.yaml", "operators.yaml"),
            ("plans/cr-injector-flow.yaml", "plans/cr-injector-flow.yaml"),
        ] {
            let text = try TextFile.read("\(source)/\(from)")
            let changed = changes.reduce(text) { $0.replacing($1.0, with: $1.1) }
            try TextFile.write(changed, to: "\(folder)/\(to)")
        }
    }

    /// Beside the programs: a folder for temporary files may be in memory, where a commit costs nothing.
    static func newFolder(in programs: String) throws -> String {
        var template = Array("\(programs)/bench-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemCallError("mkdtemp", subject: programs) }
        return String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// Ports of 127.0.0.1 that nothing listens on, held together so that they differ.
    static func freePorts(_ count: Int) throws -> [UInt16] {
        var held: [Int32] = []
        defer { for descriptor in held { Glibc.close(descriptor) } }
        return try (0..<count).map { _ in
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            held.append(descriptor)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
            var size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let isBound = withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
                }
            }
            guard isBound else { throw SystemCallError("bind", subject: "127.0.0.1") }
            return UInt16(bigEndian: address.sin_port)
        }
    }
}

extension BenchShop {
    /// Runs `body` on a thread that may wait, and that its child processes do not outlive.
    static func onOwnThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            do {
                try SystemThread.detach(name: "shop") {
                    continuation.resume(with: Result(catching: body))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
