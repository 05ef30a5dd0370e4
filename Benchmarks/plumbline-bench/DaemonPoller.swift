internal import Glibc
internal import Linux

/// The gateway itself as a child process: the release program, configured with every metered device.
final class DaemonPoller: Poller, @unchecked Sendable {
    // Safety: used by one task, which the benchmark waits for.
    private let daemon: ChildProgram
    private let folder: String
    /// As it was when its processor time was asked for last.
    private var usage: ProcessUsage?

    init(_ devices: MeteredDevices, _ load: PollLoad) throws {
        let programs = try ChildProgram.folder()
        folder = try BenchShop.newFolder(in: programs)
        let page = try BenchShop.freePorts(1)
        mkdir("\(folder)/profiles", 0o755)
        try TextFile.write(
            BenchProfile.text(values: load.values, poll: "\(load.interval / 1_000_000) ms"),
            to: "\(folder)/profiles/bench.yaml")
        let entries = devices.ports.enumerated().map { index, port in
            "  DEV-\(index): {profile: bench, link: \"modbus+tcp://127.0.0.1:\(port)?unit=1\"}"
        }
        try TextFile.write(
            """
            gateway: {site: bench, id: bench}
            profiles: profiles
            devices:
            \(entries.joined(separator: "\n"))
            web: {listen: "127.0.0.1:\(page[0])"}

            """, to: "\(folder)/gateway.yaml")
        daemon = try ChildProgram(
            "\(programs)/plumbline",
            ["run", "--config", "\(folder)/gateway.yaml", "--data", "\(folder)/data"],
            output: "\(folder)/gateway.log")
    }

    deinit {
        daemon.stop(within: 20)
        if let removal = try? ChildProgram("rm", ["-rf", folder], output: "/dev/null") {
            removal.wait(within: 20)
        }
    }

    func lastUsage() throws -> ProcessUsage {
        guard let usage else { throw BenchmarkError(description: "the daemon was not measured") }
        return usage
    }

    func processorSeconds() throws -> Double {
        guard daemon.isRunning else { throw daemon.explained("has ended") }
        let now = try ProcessUsage(daemon.process)
        usage = now
        return now.processorSeconds
    }

    func stop() throws {
        guard daemon.stop(within: 20) == 0 else { throw daemon.explained("did not end well") }
    }
}
