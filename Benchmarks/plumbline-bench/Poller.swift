internal import CBaselines
internal import Glibc

/// One side of a comparison: a program or thread that polls the metered devices.
protocol Poller: Sendable {
    /// Processor seconds that it has used so far.
    func processorSeconds() throws -> Double
    func stop() async throws
}

/// The limit: one epoll thread in C that decodes the floats of each reply into numbers.
final class CPoller: Poller, @unchecked Sendable {
    // Safety: set once; its functions may be called from any thread, and `stop` is called once.
    private let poller: OpaquePointer

    init(_ devices: MeteredDevices, _ load: PollLoad) throws(BenchmarkError) {
        let started = plumbline_baseline_poller_start(
            devices.ports, UInt32(devices.ports.count), UInt32(load.registers), load.interval,
            MeteredDevices.clientProcessor)
        guard let started else { throw BenchmarkError(description: "the C client cannot connect") }
        poller = started
    }

    func processorSeconds() -> Double { plumbline_baseline_poller_seconds(poller) }

    func stop() throws {
        guard plumbline_baseline_poller_stop(poller) == 0 else {
            throw BenchmarkError(description: "a poll of the C client failed")
        }
    }
}

/// pymodbus's asyncio client, a task a device on an absolute grid, as a child process.
final class PymodbusPoller: Poller, @unchecked Sendable {
    // Safety: used by one task, which the benchmark waits for.
    private let program: ChildProgram

    private static let python = ".build/venv/bin/python3"
    private static let script = "Benchmarks/pymodbus_poller.py"

    init(_ devices: MeteredDevices, _ load: PollLoad) throws {
        for file in [Self.python, Self.script] where access(file, R_OK) != 0 {
            throw BenchmarkError(
                description: "\(file) is missing, so there is no pymodbus to compare with: "
                    + "run Scripts/bootstrap, and this from the folder of the project")
        }
        program = try ChildProgram(
            Self.python,
            [Self.script, "\(load.interval)", "\(load.registers)", "\(MeteredDevices.clientProcessor)"]
                + devices.ports.map { "\($0)" },
            output: "/dev/null")
    }

    func processorSeconds() throws -> Double { try ProcessUsage(program.process).processorSeconds }

    func stop() throws {
        guard program.isRunning else { throw BenchmarkError(description: "pymodbus has ended early") }
        program.stop(within: 5)
    }
}
