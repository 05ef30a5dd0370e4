import Gateway
import Glibc
import Ledger
import Profiles
import Transports

extension Command {
    /// `plumbline run`: the daemon.
    static let runGateway = Command(
        name: "run", operands: "[--record FILE.pcapng]",
        summary: "the daemon: polls, inspects, records, delivers, serves the station page",
        values: ["--record"], takesSignals: true
    ) { arguments, console in
        guard arguments.words.count == 1 else { throw UsageError(message: "run takes no operands") }
        let deployment = try arguments.deployment()
        for warning in deployment.warnings { console.say("warning: \(warning)") }
        let time = SystemTime()
        let daemon = GatewayDaemon(
            deployment, dataDirectory: arguments.values["--data"] ?? deployment.configuration.dataDirectory,
            time: time, log: EventLog(time: time), recordingPath: arguments.values["--record"])
        let signals = TerminationSignals()
        do {
            try await daemon.run(
                ready: { address in console.say("station page: \(address)") },
                until: { await signals.wait() })
            return .success
        } catch let error as LedgerError {
            throw CommandFailure(error.kind == .locked ? .configuration : .inputOutput, "\(error)")
        } catch let error as WebError {
            throw CommandFailure(.inputOutput, "\(error)")
        } catch let error as TransportError {
            throw CommandFailure(.device, "\(error)")
        } catch let error as GatewayError {
            throw CommandFailure(error.exitCode, error.description)
        }
    }
}

extension GatewayError {
    /// What the process ends with.
    fileprivate var exitCode: ExitCode {
        switch kind {
        case .configuration: .configuration
        case .device: .device
        case .inputOutput: .inputOutput
        case .software: .software
        }
    }
}
