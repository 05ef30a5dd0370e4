internal import Codecs
internal import Glibc
internal import Linux
internal import Metrology
internal import Transports

/// `usb-scan-probe LINK [MODE [INTERFACES]]` prints what a USB scanner tells, one JSON object a line, and
/// answers each mark with ACK and what is none with NAK, until it is terminated: the program that tests run
/// among mock USB devices, which have to be preloaded and so cannot be had inside the tests' own process.
@main
struct Main {
    static func main() {
        let signals = holdTermination()
        do throws(TransportError) {
            let words = Array(CommandLine.arguments.dropFirst())
            guard let link = words.first, case .usb(let address) = try LinkAddress(link) else {
                throw TransportError("usb-scan-probe", "no USB link", remedy: "write usb:VID:PID")
            }
            let interfaces = words.count > 2 ? words[2].split(separator: ",") : nil
            let rule = USBScannerRule(
                address: address, mode: mode(words.dropFirst().first ?? "hid-pos"),
                interfaces: interfaces?.compactMap { USBInterfaceKind(rawValue: String($0)) })
            try read(rule, until: signals)
        } catch {
            write(.object(["event": .string("failed"), "reason": .string(error.description)]))
            exit(2)
        }
    }

    /// The scanner's mode: `hid-pos`, `serial`, or the layout of a keyboard that ends scans with Enter.
    private static func mode(_ word: String) -> USBScannerMode {
        if word == "serial" { return .serial(.carriageReturnOrLineFeed) }
        return KeyboardLayout.Name(rawValue: word).map { .keyboard($0, terminator: .enter) } ?? .hidPOS
    }

    private static func read(_ rule: USBScannerRule, until signals: sigset_t) throws(TransportError) {
        let time = SystemTime()
        let bus = try LibUSBBus(time: time)
        let told = Guarded<USBScanner?>(nil)
        let scanner = USBScanner(device: "SCAN-1", rule: rule, bus: bus, time: time) { event in
            write(line(event))
            told.withLock { $0 }.map { answer(event, of: $0) }
        }
        told.withLock { $0 = scanner }
        let hasStopped = try stopSignal()
        let reading = Task {
            await scanner.run()
            hasStopped.raise()
        }
        var (signals, signal) = (signals, Int32(0))
        sigwait(&signals, &signal)
        reading.cancel()
        var entry = pollfd(fd: hasStopped.number, events: Int16(POLLIN), revents: 0)
        poll(&entry, 1, -1)
        bus.stop()
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        let cpu = [usage.ru_utime, usage.ru_stime].map {
            Int64($0.tv_sec) * 1_000 + Int64($0.tv_usec) / 1_000
        }
        write(.object(["event": .string("stopped"), "cpu_ms": .number(cpu.reduce(0, +))]))
    }

    private static func answer(_ event: ScannerEvent, of scanner: USBScanner) {
        switch event {
        case .read(let read): scanner.answer([0x06], to: read.stamp)
        case .misread: scanner.answer([0x15], to: nil)
        case .leftOut, .unanswered, .noticed, .connected, .unplugged, .refused: break
        }
    }

    private static func stopSignal() throws(TransportError) -> WakeSignal {
        do throws(SystemCallError) { return try WakeSignal() } catch {
            throw TransportError("usb-scan-probe", "\(error)", remedy: "raise the limit of open files")
        }
    }

    /// Blocks SIGTERM in this thread and in every thread that it starts.
    private static func holdTermination() -> sigset_t {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_BLOCK, &signals, nil)
        return signals
    }

    private static func line(_ event: ScannerEvent) -> JSONValue {
        switch event {
        case .read(let read):
            .object([
                "event": .string("read"), "bytes": .string(Hex.text(read.bytes)),
                "device": .string(read.device),
                "symbology": read.symbology.map { .string($0) } ?? .null,
            ])
        case .misread(let reason, _): .object(["event": .string("misread"), "reason": .string(reason)])
        case .leftOut(let reason): .object(["event": .string("left_out"), "reason": .string(reason)])
        case .noticed(let reason, _, _): .object(["event": .string("noticed"), "reason": .string(reason)])
        case .unanswered(let reason): .object(["event": .string("unanswered"), "reason": .string(reason)])
        case .connected(let place, _): .object(["event": .string("connected"), "place": .string(place)])
        case .unplugged(let reason): .object(["event": .string("unplugged"), "reason": .string(reason)])
        case .refused(let reason, _): .object(["event": .string("refused"), "reason": .string(reason)])
        }
    }

    private static func write(_ value: JSONValue) {
        let bytes = CanonicalJSON.bytes(value) + [0x0A]
        _ = Glibc.write(STDOUT_FILENO, bytes, bytes.count)
    }
}
