internal import Glibc
internal import Linux

/// A poller in a process of its own, for what it holds there.
final class ChildPoller: Poller, @unchecked Sendable {
    // Safety: used by one task, which the benchmark waits for.
    private let program: ChildProgram
    /// Removed in the end.
    private let folder: String?
    /// As it was when its processor time was asked for last.
    private(set) var usage: ProcessUsage?

    private init(_ program: ChildProgram, folder: String? = nil) {
        (self.program, self.folder) = (program, folder)
    }

    deinit {
        program.stop(within: 20)
        guard let folder, let removal = try? ChildProgram("rm", ["-rf", folder], output: "/dev/null") else {
            return
        }
        removal.wait(within: 20)
    }

    func processorSeconds() throws -> Double {
        guard program.isRunning else { throw program.explained("has ended") }
        let now = try ProcessUsage(program.process)
        usage = now
        return now.processorSeconds
    }

    func stop() throws {
        guard program.isRunning else { throw program.explained("has ended") }
        program.stop(within: 20)
    }
}

extension ChildPoller {
    /// The gateway itself, the release program, configured with every metered device.
    static func daemon(_ devices: MeteredDevices, _ load: PollLoad) throws -> ChildPoller {
        let programs = try ChildProgram.folder()
        let folder = try BenchShop.newFolder(in: programs)
        let page = try BenchShop.freePorts(1)
        mkdir("\(folder)/profiles", 0o755)
        let profile = BenchProfile.text(values: load.values, poll: "\(load.interval / 1_000_000) ms")
        try TextFile.write(profile, to: "\(folder)/profiles/bench.yaml")
        let entries = devices.ports.enumerated().map { index, port in
            "  DEV-\(index): {profile: bench, link: \"modbus+tcp://127.0.0.1:\(port)?unit=1\"}"
        }
        let configuration = """
            gateway: {site: bench, id: bench}
            profiles: profiles
            devices:
            \(entries.joined(separator: "\n"))
            web: {listen: "127.0.0.1:\(page[0])"}

            """
        try TextFile.write(configuration, to: "\(folder)/gateway.yaml")
        let arguments = ["run", "--config", "\(folder)/gateway.yaml", "--data", "\(folder)/data"]
        return ChildPoller(
            try ChildProgram("\(programs)/plumbline", arguments, output: "\(folder)/gateway.log"),
            folder: folder)
    }

    /// The first argument that makes this program an engine: an interval and ports follow.
    static let engineArgument = "--poll"

    /// The engine and the decoding alone.
    static func engine(_ devices: MeteredDevices, _ load: PollLoad) throws -> ChildPoller {
        let arguments = [engineArgument, "\(load.interval)"] + devices.ports.map { "\($0)" }
        return ChildPoller(
            try ChildProgram(
                "\(ChildProgram.folder())/plumbline-bench", arguments, output: "/dev/null"))
    }

    /// What this program does as an engine, until it is killed.
    static func runEngine(_ arguments: [String]) async throws {
        let numbers = arguments.compactMap { Int64($0) }
        guard let interval = numbers.first else { throw BenchmarkError(description: "no interval") }
        let ports = numbers.dropFirst().map { UInt16(truncatingIfNeeded: $0) }
        let poller = try EnginePoller(ports, PollLoad(devices: ports.count, every: .nanoseconds(interval)))
        try await Task.sleep(for: .seconds(600))
        try await poller.stop()
    }
}
