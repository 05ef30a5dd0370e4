import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

@Suite(.timeLimit(.minutes(10)))
struct SerialScannerTests {
    private let log = EventLog()

    private func scanner(_ path: String) throws -> SerialScanner {
        let settings = SerialSettings(path: path, baud: 9_600, parity: .none)
        return try SerialScanner(
            device: "SCAN-2", settings: settings, time: SystemTime(), handler: log.handler)
    }

    @Test func linesOfATerminalAreScans() async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        #expect(await log.next() == .connected(place: terminal.path))
        try terminal.device.write(Array("FI-000123\r\nFI-0".utf8))
        guard case .read(let read) = await log.next() else {
            Issue.record("no scan")
            return
        }
        #expect(read.bytes == Array("FI-000123".utf8))
        #expect(read.device == "SCAN-2")
        #expect(read.symbology == nil)
        try terminal.device.write(Array("00124\r".utf8))
        #expect(await log.nextText() == "FI-000124")
        running.cancel()
        try await running.value
    }

    @Test func separatorsOfAnIdentificationMarkPassARawLine() async throws {
        let terminal = try Pseudoterminal()
        let scanner = try scanner(terminal.path)
        let running = Task { try await scanner.run() }
        _ = await log.next()
        let mark: [UInt8] = [0x5B, 0x29, 0x3E, 0x1E, 0x30, 0x36, 0x1D, 0x53, 0x41, 0x1E, 0x04]
        try terminal.device.write(mark + [0x0D])
        guard case .read(let read) = await log.next() else {
            Issue.record("no scan")
            return
        }
        #expect(read.bytes == mark)
        running.cancel()
        try await running.value
    }

    @Test func aLineThatVanishesIsTakenBackUnderItsName() async throws {
        let name = "/tmp/plumbline-tty-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { unlink(name) }
        let running: Task<Void, any Error>
        do {
            let terminal = try Pseudoterminal()
            #expect(symlink(terminal.path, name) == 0)
            let scanner = try scanner(name)
            running = Task { try await scanner.run() }
            #expect(await log.next() == .connected(place: name))
            try terminal.device.write(Array("FI-1\rFI-".utf8))
            #expect(await log.nextText() == "FI-1")
            unlink(name)
        }
        guard case .unplugged(let reason) = await log.next() else {
            Issue.record("the loss was not told")
            return
        }
        #expect(reason.hasPrefix("the serial line is gone"))
        guard case .refused(let refusal, _) = await log.next() else {
            Issue.record("the missing line was not told")
            return
        }
        #expect(
            refusal
                == "\(name): cannot be opened: No such file or directory: "
                + "plug it in; it is taken when it is there"
        )
        let terminal = try Pseudoterminal()
        #expect(symlink(terminal.path, name) == 0)
        // A process that starts at this moment shares the old line's lock until it has begun its own program.
        var event = await log.next()
        while case .refused = event { event = await log.next() }
        #expect(event == .connected(place: name))
        try terminal.device.write(Array("FI-2\r".utf8))
        #expect(await log.nextText() == "FI-2")
        running.cancel()
        try await running.value
    }

    @Test func whatIsNoTerminalIsRefusedWithWhatToDo() async throws {
        let scanner = try scanner("/dev/null")
        let running = Task { try await scanner.run() }
        #expect(
            await log.next()
                == .refused(reason: "/dev/null: is no serial line: name a tty of /dev/serial/by-id"))
        running.cancel()
        try await running.value
    }

    @Test func aLineThatAnotherHoldsIsRefused() async throws {
        let terminal = try Pseudoterminal()
        let settings = SerialSettings(path: terminal.path, baud: 9_600, parity: .none)
        let held = try SerialLine(settings)
        #expect(held.number >= 0)
        #expect(throws: TransportError.self) { _ = try SerialLine(settings) }
    }
}
