internal import CUMockdev
internal import Glibc

/// One run: the testbed, the scanner, the control socket, and the command among them.
final class MockRun {
    private let options: MockOptions
    private let loop: OpaquePointer
    private let testbed: UnsafeMutablePointer<UMockdevTestbed>
    private let scanner: MockScanner
    private let crowd: MockCrowd?
    private var child: GPid = 0
    private var status: Int32 = 0

    init(_ options: MockOptions) throws(MockError) {
        guard let testbed = umockdev_testbed_new(), let loop = g_main_loop_new(nil, 0) else {
            throw MockError("umockdev gives no testbed", exitCode: 70)
        }
        // The preloaded library answers this only once there is a testbed.
        guard umockdev_in_mock_environment() != 0 else {
            throw MockError(
                "the mock devices are not preloaded: run this under umockdev-wrapper", exitCode: 64)
        }
        (self.options, self.testbed, self.loop) = (options, testbed, loop)
        let descriptors = MockDescriptors(
            mode: options.mode, vendor: options.vendor, product: options.product, serial: options.serial)
        scanner = MockScanner(
            descriptors, MockInterfaces(driver: options.driver, busy: options.busy), testbed: testbed)
        crowd =
            options.crowd == 0
            ? nil
            : try MockCrowd(options.crowd, seed: options.seed, like: descriptors, testbed: testbed)
    }

    /// Runs the command to its end; returns its exit code, or 128 and its signal as a shell does.
    func run() throws(MockError) -> Int32 {
        if options.isPluggedAtStart { try scanner.plug() }
        let control = try ControlSocket(path: options.control) { [unowned self] in obey($0) }
        heedSignals()
        forward(SIGTERM)
        forward(SIGINT)
        try start()
        g_main_loop_run(loop)
        withExtendedLifetime(control) {}
        // Removes the mock's directory from the temporary files.
        g_object_unref(testbed)
        let signal = status & 0x7F
        return signal == 0 ? status >> 8 & 0xFF : 128 + signal
    }

    private func start() throws(MockError) {
        var arguments: [UnsafeMutablePointer<CChar>?] = options.command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        let flags =
            G_SPAWN_DO_NOT_REAP_CHILD.rawValue | G_SPAWN_SEARCH_PATH.rawValue
            | G_SPAWN_CHILD_INHERITS_STDIN.rawValue
        guard
            g_spawn_async(
                nil, &arguments, nil, GSpawnFlags(rawValue: flags), mock_end_with_parent, nil, &child, nil)
                != 0
        else { throw MockError("\(options.command[0]) cannot be run", exitCode: 74) }
        let ended: GChildWatchFunc = { _, status, context in
            guard let context else { return }
            let run = Unmanaged<MockRun>.fromOpaque(context).takeUnretainedValue()
            run.status = status
            g_main_loop_quit(run.loop)
        }
        g_child_watch_add(child, ended, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Signals that whoever started this held back would reach neither the mock nor the command.
    private func heedSignals() {
        var signals = sigset_t()
        sigemptyset(&signals)
        sigprocmask(SIG_SETMASK, &signals, nil)
    }

    private func forward(_ signal: Int32) {
        let callback: GSourceFunc =
            signal == SIGTERM ? { MockRun.pass(SIGTERM, $0) } : { MockRun.pass(SIGINT, $0) }
        g_unix_signal_add(signal, callback, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func pass(_ signal: Int32, _ context: gpointer?) -> gboolean {
        guard let context else { return 0 }
        kill(Unmanaged<MockRun>.fromOpaque(context).takeUnretainedValue().child, signal)
        return 1
    }

    /// Does what the line says and answers `ok` or `error` with the reason.
    private func obey(_ line: String) -> String {
        do throws(MockError) {
            switch line {
            case "plug": try scanner.plug()
            case "unplug": try scanner.unplug()
            case "quit": kill(child, SIGTERM)
            case "holders": return "ok \(scanner.holders)"
            case "line":
                return "ok coding \(MockDescriptors.hex(scanner.line.coding)) state \(scanner.line.state)"
            case "written": return "ok \(MockDescriptors.hex(scanner.takeWritten()))"
            case "listen": scanner.listen(true)
            case "ignore": scanner.listen(false)
            case "openings": return "ok \(crowd?.openings() ?? 0)"
            default: try send(line)
            }
            return "ok"
        } catch { return "error \(error.what)" }
    }

    private func send(_ line: String) throws(MockError) {
        let words = line.split(separator: " ")
        switch (words.first, words.count) {
        case ("plug", 2): try scanner.plug { $0.serial = String(words[1]) }
        case ("plug", 4):
            let mode = try MockOptions.mode(String(words[2]))
            let (_, product) = try MockOptions.identity(String(words[3]))
            try scanner.plug { ($0.serial, $0.mode, $0.product) = (String(words[1]), mode, product) }
        case ("stall", 2):
            scanner.halt(times: try MockOptions.number("stall", 1...1_000, String(words[1])))
        case ("report", 2):
            try scanner.send(try Self.bytes(words[1]), from: MockMode.dataEndpoint)
        case ("notify", 2):
            try scanner.send(try Self.bytes(words[1]), from: MockMode.notificationEndpoint)
        default:
            throw MockError(
                "write plug [SERIAL [MODE VID:PID]], unplug, report HEX, notify HEX, written, ignore, "
                    + "listen, stall TIMES, line, holders, openings or quit",
                exitCode: 64)
        }
    }

    private static func bytes(_ text: Substring) throws(MockError) -> [UInt8] {
        let digits = Array(text)
        let pairs = stride(from: 0, to: digits.count - 1, by: 2).compactMap {
            UInt8(String(digits[$0...$0 + 1]), radix: 16)
        }
        guard digits.count % 2 == 0, pairs.count == digits.count / 2,
            (1...MockDescriptors.reportLength).contains(pairs.count)
        else {
            throw MockError(
                "a report is 1 to \(MockDescriptors.reportLength) bytes in hexadecimal", exitCode: 64)
        }
        return pairs
    }
}
