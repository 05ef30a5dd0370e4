internal import Codecs
internal import Glibc

/// The way to the program that mocks USB: one command a line, `ok` or `error …` for each.
final class USBMockPort: LoopSource {
    /// Most commands that wait for their turn.
    private static let mostCommands = 200
    /// Between two tries to reach the program, nanoseconds.
    private static let retryInterval: Int64 = 300_000_000
    /// Longest reply that is read.
    private static let longestReply = 500

    let id: String
    private let speech: USBScannerSpeech
    private let path: String
    private unowned let server: ShopServer
    private var stream: ByteStream?
    private var commands: [String] = []
    private var pending: String?
    private var received: [UInt8] = []
    private var nextTry: Int64 = 0

    init(id: String, speech: USBScannerSpeech, path: String, server: ShopServer) {
        (self.id, self.speech, self.path, self.server) = (id, speech, path, server)
    }

    var descriptor: Int32 { stream?.descriptor ?? -1 }

    /// Connects where there is no connection; called at every turn.
    func advance() {
        let now = SystemCall.monotonicNanoseconds
        guard stream == nil, now >= nextTry else { return }
        nextTry = now + Self.retryInterval
        guard let connected = Self.connect(path) else { return }
        stream = ByteStream(connected)
        do throws(SimulationError) {
            try server.watch(self)
        } catch {
            stream = nil
            return server.log("\(error)")
        }
        (commands, pending, received) = ([], nil, [])
        enqueue("plug")
    }

    /// Throws `SimulationError` where nobody hears the scanner, or the code is too long for it.
    func send(_ code: ScannedCode) throws(SimulationError) {
        let reports = speech.reports(text: code.text, aim: code.aim)
        guard !reports.isEmpty else {
            throw SimulationError(.refused, id, "the code is empty, or too long to be scanned")
        }
        try check(room: reports.count)
        for report in reports { enqueue("report " + Hex.text(report)) }
    }

    /// Plugs the scanner in, or another one of its model where a serial number is given.
    ///
    /// Throws `SimulationError` for a serial number that is none.
    func plug(serial: String?) throws(SimulationError) {
        if let serial {
            guard (1...64).contains(serial.utf8.count), serial.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
            else { throw SimulationError(.refused, id, "a serial number is 1 to 64 printable characters") }
        }
        try check(room: 1)
        enqueue(serial.map { "plug \($0)" } ?? "plug")
    }

    func unplug() throws(SimulationError) {
        try check(room: 1)
        enqueue("unplug")
    }

    func isReady(toRead: Bool, toWrite: Bool) {
        guard let stream else { return }
        if toWrite { server.watch(self, toWrite: false) }
        guard toWrite ? stream.flush() : true else { return lose() }
        switch stream.read() {
        case .nothing: return
        case .ended: lose()
        case .bytes(let bytes): take(bytes)
        }
    }

    private func check(room: Int) throws(SimulationError) {
        guard stream != nil else {
            throw SimulationError(.refused, id, "the USB mock at \(path) cannot be reached; start it first")
        }
        guard commands.count + room <= Self.mostCommands else {
            throw SimulationError(
                .refused, id, "the USB mock does not answer; \(commands.count) commands wait")
        }
    }

    private func enqueue(_ command: String) {
        commands.append(command)
        sendNext()
    }

    private func sendNext() {
        guard pending == nil, !commands.isEmpty, let stream else { return }
        let command = commands.removeFirst()
        pending = command
        if !stream.send(Array("\(command)\n".utf8)) { lose() }
    }

    private func take(_ bytes: [UInt8]) {
        received += bytes
        while let end = received.firstIndex(of: 0x0A) {
            let line = String(decoding: received[..<end], as: UTF8.self)
            received.removeSubrange(...end)
            answered(line)
        }
        if received.count > Self.longestReply { lose() }
    }

    private func answered(_ line: String) {
        let command = pending.map { String($0.prefix { $0 != " " }) } ?? ""
        pending = nil
        // A mock that is plugged in already calls that an error: the scanner is there all the same.
        if line != "ok", command != "plug" { server.log("\(id): \(command): \(line)") }
        if command == "plug" { server.setScanner(id, isReady: true) }
        if command == "unplug", line == "ok" { server.setScanner(id, isReady: false) }
        sendNext()
    }

    private func lose() {
        server.forget(self)
        stream = nil
        (commands, pending) = ([], nil)
        server.setScanner(id, isReady: false)
        server.log("\(id): the USB mock has gone")
    }

    private static func connect(_ path: String) -> Int32? {
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: name.sun_path) else { return nil }
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: bytes) }
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        let result = withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
