internal import CBaselines
internal import Glibc
internal import Linux

extension Benchmark {
    /// From the instant before a scanner sends its report to the instant at which the station page has the
    /// part: the gateway shows it only once its cycle is open in the ledger, so this is no less than the time
    /// to the armed and durable cycle.
    static let scanAccepted = [
        Benchmark(
            key: "scan.accepted.p99.idle", bar: .valueAtMost(20),
            about: """
                ms from a mock USB scanner's report, through real libusb, to the station page with the part, \
                whose cycle is durable then; 99th percentile of 300 scans; the gateway polls one device
                """
        ) { try await measureScans(devices: 1, limit: 20) },
        Benchmark(
            key: "scan.accepted.p99.loaded", bar: .valueAtMost(50),
            about: "the same while the gateway polls 100 devices of ten floats at 10 Hz"
        ) { try await measureScans(devices: 100, limit: 50) },
    ]

    private static let scans = 300

    private static func measureScans(devices count: Int, limit: Double) async throws -> BenchmarkResult {
        try await BenchShop.onOwnThread {
            let devices = try MeteredDevices(count: count)
            // The gateway may use every processor, as it would.
            _ = plumbline_baseline_pin_process(-1)
            let bench = try ScanBench(ports: devices.ports)
            var times: [Double] = []
            let (before, begun) = (devices.answers, PollLoad.now())
            for scan in 0..<scans { times.append(try bench.milliseconds(scan)) }
            let polls = Double(devices.answers - before) / (Double(PollLoad.now() - begun) / 1e9)
            try bench.close()
            Main.say(
                """
                  \(times.count) scans: p50 \(times.percentile(50)), p90 \(times.percentile(90)), \
                max \(times.percentile(100)) ms, at \(Int(polls)) polls/s
                """)
            guard polls > 9 * Double(count) else {
                throw BenchmarkError(description: "\(count) devices were polled \(Int(polls)) times a second")
            }
            let value = times.percentile(99)
            return BenchmarkResult(value: value, unit: "ms", limit: limit, ratio: value / limit)
        }
    }
}

/// A gateway with a mock USB scanner and one station, whose cycles are opened by scans and aborted again.
private final class ScanBench {
    private let folder: String
    private let gateway: ChildProgram
    private let scanner: Descriptor
    private let page: Descriptor
    private let port: UInt16
    /// Of the page's events, what has not been looked at.
    private var unread: [UInt8] = []

    private static let serials = 10_000

    init(ports: [UInt16]) throws {
        let programs = try ChildProgram.folder()
        folder = try BenchShop.newFolder(in: programs)
        port = try BenchShop.freePorts(1)[0]
        try Self.furnish(folder, ports, web: port)
        gateway = try ChildProgram(
            "umockdev-wrapper",
            [
                "\(programs)/plumbline-usb-mock", "--control", "\(folder)/usb", "--", "\(programs)/plumbline",
                "run", "--config", "\(folder)/gateway.yaml", "--data", "\(folder)/data",
            ], output: "\(folder)/gateway.log")
        let running = gateway
        let isReady = try Patience.wait(20) {
            guard running.isRunning else { throw running.explained("has ended") }
            let said = try running.text()
            return said.contains("station page:") && said.contains("SCAN-1: connected")
        }
        guard isReady else { throw gateway.explained("is not ready after 20 s") }
        scanner = try Self.connect(path: "\(folder)/usb")
        page = try BenchHTTP.connect(port: port)
        try page.write(
            Array("GET /events?station=bench HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\n\r\n".utf8))
        _ = try awaitPage("\"state\":\"ready\"")
    }

    deinit {
        gateway.stop(within: 10)
        if let removal = try? ChildProgram("rm", ["-rf", folder], output: "/dev/null") {
            removal.wait(within: 20)
        }
    }

    func close() throws {
        guard gateway.stop(within: 20) == 0 else { throw gateway.explained("did not end well") }
    }

    /// How long the page took to show the part of this scan; its cycle is aborted afterwards.
    func milliseconds(_ number: Int) throws -> Double {
        let serial = "SA\(Self.serials + number)"
        // Scans fall at any moment between two polls.
        usleep(UInt32(20_000 + number * 7_919 % 83_000))
        let begun = PollLoad.now()
        try scanner.write(Array("report \(Self.report(serial))\n".utf8))
        _ = try awaitPage("\"serial\":\"\(serial)\"")
        let milliseconds = Double(PollLoad.now() - begun) / 1e6
        guard try scanner.read(upTo: 256) == Array("ok\n".utf8) else {
            throw gateway.explained("the mock scanner did not take \(serial)")
        }
        try abort()
        _ = try awaitPage("\"state\":\"verdict\"")
        return milliseconds
    }

    /// A HID POS report: id, count, AIM identifier, 56 bytes of data, two of the maker's, not continued.
    private static func report(_ text: String) -> String {
        let data = Array(text.utf8)
        let bytes = [2, UInt8(data.count)] + Array("]C0".utf8) + data
        let whole = bytes + [UInt8](repeating: 0, count: 64 - bytes.count)
        return whole.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    private func abort() throws { try BenchHTTP.post("/api/v1/stations/bench/abort", port: port) }

    /// Reads the page's events until one has `text`.
    private func awaitPage(_ text: String) throws -> Bool {
        let end = PollLoad.now() + 5_000_000_000
        while PollLoad.now() < end {
            while let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<newline], as: UTF8.self)
                unread.removeFirst(newline + 1)
                if line.contains(text) { return true }
            }
            if page.isReadable(withinMilliseconds: 100) { unread += try page.read(upTo: 65_536) }
        }
        throw gateway.explained("the page never had \(text)")
    }

    private static func connect(path: String) throws -> Descriptor {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw BenchmarkError(description: "\(path) is longer than \(room - 1) bytes")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard number >= 0, result == 0 else { throw SystemCallError("connect", subject: path) }
        return Descriptor(owning: number)
    }

    private static func furnish(_ folder: String, _ ports: [UInt16], web: UInt16) throws {
        guard let root = realpath("DeviceProfiles", nil) else {
            throw SystemCallError("realpath", subject: "DeviceProfiles")
        }
        defer { free(root) }
        try TextFile.write(BenchProfile.text(values: 10, poll: "100 ms"), to: "\(folder)/bench.yaml")
        try TextFile.write(plan, to: "\(folder)/plan.yaml")
        let devices = ports.enumerated().map {
            """
              DEV-\($0): {provenance: simulated, profile: bench, link: "modbus+tcp://127.0.0.1:\($1)?unit=1"}
            """
        }
        try TextFile.write(
            """
            gateway: {site: bench, id: bench}
            data: \(folder)/data
            profiles: [".", "\(String(cString: root))"]
            devices:
              SCAN-1: {provenance: simulated, profile: usb-hid-pos-scanner, link: "usb:0c2e:0b6a"}
            \(devices.joined(separator: "\n"))
              # Out of reach, so that no step begins: what is measured ends when the cycle is open.
              FTS-001:
                provenance: simulated
                profile: plc-flow-bench
                link: "modbus+tcp://127.0.0.1:9?unit=1"
            stations:
              bench: {scanners: [SCAN-1], plan: plan.yaml, bind: {bench: FTS-001}}
            web: {listen: "127.0.0.1:\(web)"}

            """, to: "\(folder)/gateway.yaml")
    }

    private static let plan = """
        plan: bench
        revision: 1
        part_numbers: ["4L0014-163B"]
        plain_serials: {"SA#####": "4L0014-163B"}
        operation: "010 Bench"
        cycle: {start: scan, complete: bench.cycle, timeout: 300 s, retest: 0}
        steps:
          - id: leak
            set: {set_step: "1", set_rail_pressure: "160", set_energising_time: "1350", set_strokes: "100"}
        characteristics:
          - {id: delivery, step: leak, kind: volume_per_stroke, unit: "mm3/{stroke}", usl: "1",
             from: bench.delivery}

        """
}
