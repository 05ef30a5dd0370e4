internal import Glibc
internal import Profiles

/// The command line of `plumbline-sim`.
package enum SimulatorCommand {
    /// Exit codes that every command of the project uses.
    private enum Exit: Int32 {
        case ok = 0
        case device = 2
        case configuration = 4
        case usage = 64
        case interrupted = 130
    }

    private static let usage = """
        plumbline-sim run SCENARIO.yaml [--seed N] [--speed X] [--parts N]
                          [--control 127.0.0.1:PORT] [--usb-control SOCKET] [--quiet] [--log-times]

          Simulates the devices and people of a shop on loopback ports, ptys and mocked USB.
          --seed N          another seed than the scenario's: 0 or more
          --speed X         shop seconds in a real second: 0.01 to 1000 (1)
          --parts N         end after N parts at each station, all acknowledged
          --control ADDRESS HTTP for tests and people: GET /state, /truth/DEVICE, POST /fault, /mend,
                            /scan, /tighten, /alarm, /bench/start, /plug, /unplug
          --usb-control S   Unix socket of plumbline-usb-mock
          --quiet           no remarks on stderr
          --log-times       each remark begins with the real seconds since the start: 12.345678

        """

    /// Runs the command; returns the exit code.
    package static func run(_ arguments: [String]) -> Int32 {
        if arguments.contains("--help") || arguments == ["help"] {
            write(usage, to: STDOUT_FILENO)
            return Exit.ok.rawValue
        }
        do throws(SimulationError) {
            return try simulate(try SimulatorArguments(arguments)).rawValue
        } catch {
            write("plumbline-sim: \(error)\n", to: STDERR_FILENO)
            if error.place == SimulatorArguments.place { write(usage, to: STDERR_FILENO) }
            return code(for: error).rawValue
        }
    }

    private static func code(for error: SimulationError) -> Exit {
        switch error.kind {
        case .scenario: .configuration
        case .resource: .device
        case .refused: .usage
        }
    }

    private static func simulate(_ arguments: SimulatorArguments) throws(SimulationError) -> Exit {
        let scenario = try scenario(arguments.scenario)
        let (isQuiet, logsTimes) = (arguments.isQuiet, arguments.logsTimes)
        let began = SystemCall.monotonicNanoseconds
        let interrupt = Interrupt()
        let server = try ShopServer(scenario: scenario, options: arguments.options) { remark in
            guard !isQuiet else { return }
            let time = logsTimes ? Self.seconds(SystemCall.monotonicNanoseconds - began) + " " : ""
            write("\(time)\(remark)\n", to: STDERR_FILENO)
        }
        let places = server.addresses.map { "\($0.device)=\($0.address)" }.joined(separator: " ")
        write("ready \(scenario.name) \(places)\n", to: STDOUT_FILENO)
        while !server.isFinished, !interrupt.hasCome {
            try server.turn(waitingMilliseconds: Interrupt.interval)
        }
        let seconds = Int((server.now.seconds / server.speed).rounded())
        let seed = arguments.options.seed ?? scenario.seed
        write("done parts=\(server.floor.partsDone) seconds=\(seconds) seed=\(seed)\n", to: STDOUT_FILENO)
        return .ok
    }

    /// `nanoseconds`, 0 or more, as seconds with six decimals: `12.345678`.
    static func seconds(_ nanoseconds: Int64) -> String {
        let microseconds = String(nanoseconds / 1_000 % 1_000_000)
        let zeros = String(repeating: "0", count: 6 - microseconds.utf8.count)
        return "\(nanoseconds / 1_000_000_000).\(zeros)\(microseconds)"
    }

    private static func scenario(_ path: String) throws(SimulationError) -> Scenario {
        let bytes = try contents(of: path)
        do throws(Faults) {
            return try ScenarioDecoder.decode(bytes, file: path)
        } catch {
            throw SimulationError(.scenario, "the scenario cannot be used", "\n\(error)")
        }
    }

    private static func contents(of path: String) throws(SimulationError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw SimulationError(.scenario, path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var (bytes, count) = ([UInt8](), 1)
        while count > 0, bytes.count <= YAMLReader.mostBytes {
            let piece = [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, size in
                count = read(descriptor, buffer.baseAddress, buffer.count)
                size = max(0, count)
            }
            bytes += piece
        }
        guard count >= 0 else {
            throw SimulationError(.scenario, path, "cannot be read: \(String(cString: strerror(errno)))")
        }
        return bytes
    }

    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return }  // nobody reads it: there is nowhere left to say so
            rest = rest.dropFirst(count)
        }
    }
}

/// SIGINT and SIGTERM as something to ask for, so that the shop closes its ports and takes its links away.
private struct Interrupt {
    /// How long a turn of the loop may wait before this is asked again, milliseconds.
    static let interval: Int64 = 200

    private var signals = sigset_t()

    init() {
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    var hasCome: Bool {
        var (signals, noWait) = (signals, timespec(tv_sec: 0, tv_nsec: 0))
        return sigtimedwait(&signals, nil, &noWait) > 0
    }
}
