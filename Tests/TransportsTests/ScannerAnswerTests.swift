import Codecs
import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// What a serial scanner is told of its scans.
@Suite(.timeLimit(.minutes(1)))
struct ScannerAnswerTests {
    private let log = EventLog()

    private func scanner(_ path: String) throws -> SerialScanner {
        let settings = SerialSettings(path: path, baud: 9_600, parity: .none)
        return try SerialScanner(
            device: "SCAN-2", settings: settings, time: SystemTime(), handler: log.handler)
    }

    private func nextRead() async throws -> ScanRead {
        var read: ScanRead?
        if case .read(let mark) = await log.next() { read = mark }
        return try #require(read)
    }

    /// The next byte that the scanner was sent.
    private func byte(from terminal: borrowing Pseudoterminal) throws -> UInt8 {
        var entry = pollfd(fd: terminal.device.number, events: Int16(POLLIN), revents: 0)
        try #require(poll(&entry, 1, 10_000) == 1, "nothing was sent")
        var byte: UInt8 = 0
        try #require(read(terminal.device.number, &byte, 1) == 1)
        return byte
    }

    @Test func theScannerIsSentTheAnswerToItsScanOnce() async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        _ = await log.next()
        try terminal.device.write(Array("FI-1\r".utf8))
        let first = try await nextRead()
        scanner.answer([0x06], to: first.stamp)
        #expect(try byte(from: terminal) == 0x06)
        try terminal.device.write(Array("FI-2\r".utf8))
        scanner.answer([0x15], to: try await nextRead().stamp)
        #expect(try byte(from: terminal) == 0x15)
        running.cancel()
        try await running.value
    }

    @Test func anAnswerThatComesAfterTheNextScanIsNotTakenForThatOnes() async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        _ = await log.next()
        try terminal.device.write(Array("FI-1\r".utf8))
        let first = try await nextRead()
        try terminal.device.write(Array("FI-2\r".utf8))
        _ = try await nextRead()
        scanner.answer([0x06], to: first.stamp)
        try terminal.device.write(Array("FI-3\r".utf8))
        scanner.answer([0x15], to: try await nextRead().stamp)
        #expect(try byte(from: terminal) == 0x15, "the first answer was sent")
        running.cancel()
        try await running.value
    }

    @Test func whatWasNoMarkIsAnsweredToo() async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        _ = await log.next()
        try terminal.device.write([UInt8](repeating: 0x41, count: 20_000) + [0x0D])
        guard case .misread = await log.next() else {
            Issue.record("a line of 20,000 bytes was taken")
            return
        }
        scanner.answer([0x15], to: nil)
        #expect(try byte(from: terminal) == 0x15)
        running.cancel()
        try await running.value
    }

    @Test func anAnswerToAScanOfBeforeTheLineWasLostIsLeftOut() throws {
        let stamp = SystemTime().now()
        var machine = SerialScannerMachine(
            device: "SCAN-2", place: "/dev/ttyS9", framing: .carriageReturnOrLineFeed)
        _ = machine.opened()
        _ = machine.came(Array("FI-1\r".utf8), at: stamp)
        #expect(machine.awaited == .read(stamp))
        _ = machine.lost("gone")
        _ = machine.opened()
        #expect(machine.awaited == .nothing)
    }
}
