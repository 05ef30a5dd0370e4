import Codecs
import Gateway
import Glibc
import Linux
import Profiles
import Transports

extension Command {
    /// `plumbline capture LINK`: what passes one line of the running daemon.
    static let capture = Command(
        name: "capture", operands: "LINK|DEVICE [--out FILE.pcapng]",
        summary: "a line's traffic as the running daemon sees it, live as text or into a file for Wireshark",
        values: ["--out"], takesSignals: true
    ) { arguments, console in
        guard arguments.words.count == 2, let link = arguments.words.last else {
            throw UsageError(message: "give one link, or the id of the device on it")
        }
        let line = try line(link, arguments)
        let sink = try CaptureSink(line: line, out: arguments.values["--out"], console)
        let outcome = CaptureOutcome()
        let url = try arguments.daemonURL() + "api/v1/traffic?line=" + percentEncoded(line)
        try detach(url, sink, outcome)
        let signals = TerminationSignals()
        console.say("\(line): Ctrl-C ends")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signals.wait() }
            group.addTask { await outcome.wait() }
            await group.next()
            group.cancelAll()
        }
        let count = try sink.finish()
        if let failure = outcome.failure { throw failure }
        console.say("\(count) frames")
        return .success
    }

    /// The transfer waits in libcurl, so it has a thread of its own, which ends with the process.
    private static func detach(
        _ url: String, _ sink: CaptureSink, _ outcome: CaptureOutcome
    ) throws(CommandFailure) {
        do throws(SystemCallError) {
            try SystemThread.detach(name: "capture") {
                var reader = EventReader()
                do throws(HTTPClientError) {
                    try HTTPClient.stream(url) { bytes in
                        reader.take(bytes).allSatisfy { $0.event != "frames" || sink.take($0.document) }
                    }
                    outcome.end(nil)
                } catch {
                    outcome.end(
                        CommandFailure(.device, "the gateway does not show this line: \(error)"))
                }
            }
        } catch {
            throw CommandFailure(.inputOutput, "\(error)")
        }
    }

    /// The name of the line that `text` names: a link, or a device of the configuration.
    private static func line(_ text: String, _ arguments: Arguments) throws(CommandFailure) -> String {
        var link = text
        if !text.contains(":") {
            let configuration = try arguments.deployment().configuration
            guard let device = configuration.device(text) else {
                let all = configuration.devices.map(\.id).joined(separator: ", ")
                throw CommandFailure(.usage, "there is no device \(text); there are \(all)")
            }
            link = device.link
        }
        let name: String
        do throws(TransportError) {
            name = try LinkAddress(link).lineName
        } catch {
            throw CommandFailure(.usage, "\(error)")
        }
        guard ModbusWire(lineName: name) != nil else {
            throw CommandFailure(.usage, "\(name) carries no Modbus: only such lines can be captured")
        }
        return name
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain =
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + Hex.text([byte])
        }.joined()
    }
}

/// How a capture's transfer ended, to be waited for once.
private final class CaptureOutcome: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation
    private let ended = Guarded<CommandFailure?>(nil)

    init() { (stream, continuation) = AsyncStream.makeStream() }

    var failure: CommandFailure? { ended.withLock { $0 } }

    /// The gateway's end of the transfer is a failure too: it stopped, or this reader was too slow.
    func end(_ failure: CommandFailure?) {
        ended.withLock {
            $0 =
                failure
                ?? CommandFailure(.device, "the gateway ended the capture: it stopped, or this was too slow")
        }
        continuation.finish()
    }

    func wait() async { for await _ in stream {} }
}
