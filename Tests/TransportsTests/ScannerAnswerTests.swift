import Codecs
import Judging
import Linux
import Metrology
import Testing

@testable import Transports

/// What a serial scanner is told of its scans.
@Suite(.timeLimit(.minutes(10)))
struct ScannerAnswerTests {
    private let log = EventLog()

    private func scanner(_ path: String) throws -> SerialScanner {
        let settings = SerialSettings(path: path, baud: 9_600, parity: .none)
        return try SerialScanner(
            device: "SCAN-2", settings: settings, time: SystemTime(), handler: log.handler)
    }

    /// Runs `body` while a scanner on a line of its own is read.
    private func whileOneReads(
        _ body: (SerialScanner, borrowing Pseudoterminal) async throws -> Void
    ) async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        _ = await log.next()
        try await body(scanner, terminal)
        running.cancel()
        try await running.value
    }

    private func nextRead() async throws -> ScanRead {
        var read: ScanRead?
        if case .read(let mark) = await log.next() { read = mark }
        return try #require(read)
    }

    /// Expects that the scanner is sent `byte` next.
    private func expect(
        _ byte: UInt8, on terminal: borrowing Pseudoterminal, _ comment: Comment? = nil
    ) throws {
        let sent = try terminal.nextByte()
        #expect(sent == byte, comment)
    }

    @Test func theScannerIsSentTheAnswerToItsScanOnce() async throws {
        try await whileOneReads { scanner, terminal in
            try terminal.device.write(Array("FI-1\r".utf8))
            let first = try await nextRead()
            scanner.answer([0x06], to: first.stamp)
            try expect(0x06, on: terminal)
            try terminal.device.write(Array("FI-2\r".utf8))
            scanner.answer([0x15], to: try await nextRead().stamp)
            try expect(0x15, on: terminal)
        }
    }

    @Test func anAnswerThatComesAfterTheNextScanIsNotTakenForThatOnes() async throws {
        try await whileOneReads { scanner, terminal in
            try terminal.device.write(Array("FI-1\r".utf8))
            let first = try await nextRead()
            try terminal.device.write(Array("FI-2\r".utf8))
            _ = try await nextRead()
            scanner.answer([0x06], to: first.stamp)
            try terminal.device.write(Array("FI-3\r".utf8))
            scanner.answer([0x15], to: try await nextRead().stamp)
            try expect(0x15, on: terminal, "the first answer was sent")
        }
    }

    @Test func whatWasNoMarkIsAnsweredToo() async throws {
        try await whileOneReads { scanner, terminal in
            try terminal.device.write([UInt8](repeating: 0x41, count: 20_000) + [0x0D])
            guard case .misread = await log.next() else {
                Issue.record("a line of 20,000 bytes was taken")
                return
            }
            scanner.answer([0x15], to: nil)
            try expect(0x15, on: terminal)
        }
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
