import Codecs
import Glibc
import Judging
import Linux
import Testing

/// `usb-scan-probe` among mock USB devices, with a hand on the plug.
final class MockedProbe: Sendable {
    struct Failure: Error { let what: String }

    /// How long one answer may take on a machine that is busy with other tests. What takes longer will not
    /// come, and must not hold up everything else: it is said, and all of the probe's processes are ended.
    private let patience: Duration

    private let process: ChildProcess
    private let socket: String
    private let lines: AsyncStream<JSONValue>
    private let exits: AsyncStream<Int32>

    /// Starts the probe for `link` in `mode`, with `interfaces` listed; `options` go to the mock. The
    /// executables stand beside the tests' own.
    init(
        link: String, mode: String = "hid-pos", interfaces: String? = nil, options: [String] = [],
        course: Course = .once, patience: Duration = .seconds(60)
    ) throws {
        self.patience = patience
        let folder = try Self.folderOfTests()
        socket = "/tmp/plumbline-usb-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let command =
            ["umockdev-wrapper", "\(folder)/plumbline-usb-mock", "--control", socket] + options
            + ["--"] + course.shell + ["\(folder)/usb-scan-probe", link, mode]
            + (interfaces.map { [$0] } ?? [])
        let ends = try ChildProcess.pipe()
        let output = Descriptor(owning: ends.reading)
        process = try ChildProcess(command, output: ends.writing, isLeader: true)
        let (lines, line) = AsyncStream<JSONValue>.makeStream()
        let (exits, exit) = AsyncStream<Int32>.makeStream()
        (self.lines, self.exits) = (lines, exits)
        let (number, process) = (output.release(), process)
        try SystemThread.detach(name: "probe output") { Self.read(Descriptor(owning: number), into: line) }
        try SystemThread.detach(name: "probe's end") {
            exit.yield(process.wait())
            exit.finish()
        }
    }

    deinit { end() }

    /// Ends whatever runs for the probe.
    private func end() { Glibc.kill(-process.number, SIGKILL) }

    /// The next of `elements`; nil where there is no more. Where it does not come in time, that is an issue
    /// of the test, and the probe is ended.
    private func next<Element: Sendable>(
        of elements: AsyncStream<Element>, _ what: String
    ) async -> Element? {
        let (isLate, element) = await withTaskGroup(of: (Bool, Element?).self) { group in
            group.addTask {
                for await element in elements { return (false, element) }
                return (false, nil)
            }
            group.addTask {
                try? await Task.sleep(for: self.patience)
                return (true, nil)
            }
            defer { group.cancelAll() }
            return await group.next() ?? (true, nil)
        }
        guard isLate else { return element }
        end()
        Issue.record("\(what) within \(patience); the mock's socket was \(socket)")
        return nil
    }

    /// How often the probe runs, and how long the mock lives.
    enum Course {
        case once
        /// The second begins when the first has ended, whose `number` comes before its other lines.
        case twice
        /// The mock lives on when the probe has ended, and that it has is the line `outlived`; the probe's
        /// `number` comes before its other lines.
        case outlived

        /// The shell before the probe's own command.
        fileprivate var shell: [String] {
            let after: String
            switch self {
            case .once: return []
            case .twice: after = #"exec "$@""#
            case .outlived: after = #"echo "{\"event\":\"outlived\"}"; exec sleep infinity"#
            }
            // The probe's own process says its number before it is the probe: nothing can come before that.
            let told = #"sh -c 'echo "{\"event\":\"pid\",\"reason\":\"$$\"}"; exec "$@"' sh "$@""#
            return ["sh", "-c", told + " & wait; " + after, "sh"]
        }
    }

    /// The probe's process number, where its course says it.
    func number() async -> Int32? { await next()?.split(separator: " ").last.flatMap { Int32($0) } }

    /// Sends `signal` to process `number`.
    func kill(_ number: Int32, _ signal: Int32) { Glibc.kill(number, signal) }

    private static func folderOfTests() throws -> String {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = path.withUnsafeMutableBytes { bytes in
            bytes.baseAddress.map {
                readlink("/proc/self/exe", $0.assumingMemoryBound(to: CChar.self), bytes.count)
            } ?? 0
        }
        let text = String(decoding: path.prefix(max(0, count)), as: UTF8.self)
        let folder = text.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        guard access("\(folder)/usb-scan-probe", X_OK) == 0 else {
            throw Failure(what: "usb-scan-probe is not beside the tests in \(folder)")
        }
        return folder
    }

    private static func read(
        _ output: borrowing Descriptor, into continuation: AsyncStream<JSONValue>.Continuation
    ) {
        var held: [UInt8] = []
        while let bytes = try? output.read(upTo: 4_096), !bytes.isEmpty {
            held += bytes
            while let end = held.firstIndex(of: 0x0A) {
                if let value = try? JSONParser.parse(held[..<end]) { continuation.yield(value) }
                held.removeFirst(end + 1)
            }
        }
        continuation.finish()
    }

    /// The probe's next line as `event` and the text that goes with it; nil when its output has ended.
    func next() async -> String? {
        guard let line = await next(of: lines, "the probe said nothing") else { return nil }
        let event = line["event"]?.text ?? ""
        let word = line["reason"]?.text ?? line["place"]?.text ?? line["bytes"]?.text
        return word.map { "\(event) \($0)" } ?? event
    }

    /// Tells the mock to do `command`; returns its answer.
    func tell(_ command: String) throws -> String { try USBMockControl.tell(command, at: socket) }

    /// Tells the mock to do `command` until it answers something else than `idle`, or, for nil, until it
    /// answers at all.
    func tell(_ command: String, untilNot idle: String?) async throws -> String {
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            if let answer = try? tell(command), answer != idle { return answer }
            try await Task.sleep(for: .milliseconds(5))
        }
        throw Failure(what: "\(command) came to nothing within \(patience)")
    }

    /// Ends the probe and the mock; returns the exit code.
    func stop() async -> Int32 {
        Glibc.kill(process.number, SIGTERM)
        return await next(of: exits, "the probe did not end") ?? -1
    }
}
