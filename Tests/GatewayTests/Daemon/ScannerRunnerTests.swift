import Codecs
import Inspection
import Judging
import Linux
import Metrology
import Testing
import Transports

@testable import Gateway
@testable import Profiles

/// A scanner on a pseudoterminal, from its bytes to what a station is handed, and back.
@Suite(.timeLimit(.minutes(1)))
struct ScannerRunnerTests {
    private let inbox = BoundedInbox<StationInput>(limit: Self.places, name: "flow-test-1")
    private static let places = 4

    private func runner(on path: String) throws -> ScannerRunner {
        let profile = try ScannerSamples.profile(
            """
            acknowledge: {accept: "\\x06", refuse: "\\x15"}
            affixes: {prefix: "<", suffix: ">"}
            double_scan: 7 s
            debounce: 10 s
            framing: {suffix: "\\r"}
            protocol: serial
            """)
        let time = SystemTime()
        return try ScannerRunner(
            ScannerSamples.configuration("SCAN-2", link: "serial://\(path)?baud=9600"), profile,
            bus: try LibUSBBus(time: time), time: time, stations: [inbox], counters: InspectionCounters(),
            board: ScannerBoard(), log: EventLog(time: time))
    }

    /// What the station is handed next: the mark, or nothing for a misread, and its ticket.
    private func next() async throws -> (mark: String?, ticket: ScanTicket) {
        for await input in inbox.elements {
            switch input {
            case .scan(let read, let ticket): return (String(decoding: read.bytes, as: UTF8.self), ticket)
            case .misread(_, _, _, let ticket): return (nil, ticket)
            default: continue
            }
        }
        throw GatewayError(.software, "the inbox has ended")
    }

    private func waitUntilConnected(_ runner: ScannerRunner) async throws {
        while !runner.state.isOnline { try await Task.sleep(for: .milliseconds(5)) }
    }

    @Test func aMarkReadTwiceIsOneScanAndItsScannerIsToldWhatBecameOfIt() async throws {
        let terminal = try Pseudoterminal()
        let runner = try runner(on: terminal.path)
        let running = Task { try await runner.run() }
        try await waitUntilConnected(runner)
        try terminal.device.write(Array("<FI-1>\r<FI-1>\r<FI-2>\r".utf8))
        let first = try await next()
        #expect(first.mark == "FI-1")
        #expect(first.ticket.doubleScanNanoseconds == 7_000_000_000)
        let second = try await next()
        #expect(second.mark == "FI-2")
        #expect(runner.state.json["repeats"] == 1)
        second.ticket.answer(true)
        #expect(try terminal.nextByte() == 0x06)
        try terminal.device.write(Array("<FI-2>\r".utf8))
        #expect(try terminal.nextByte() == 0x06, "the repeat of a scan has the answer of that scan")

        try terminal.device.write(Array("<FI-3>\r".utf8))
        let third = try await next()
        try terminal.device.write(Array("<FI-3>\r".utf8))
        while runner.state.json["repeats"] != 3 { try await Task.sleep(for: .milliseconds(5)) }
        third.ticket.answer(false)
        #expect(try terminal.nextByte() == 0x15, "the scanner waits with its latest reading")
        running.cancel()
        try await running.value
    }

    @Test func aScanThatFindsNoPlaceIsRefusedToItsScannerAndToldOnceThereIsSome() async throws {
        let terminal = try Pseudoterminal()
        let runner = try runner(on: terminal.path)
        let running = Task { try await runner.run() }
        try await waitUntilConnected(runner)
        for number in 1...Self.places { try terminal.device.write(Array("<FI-\(number)>\r".utf8)) }
        try terminal.device.write(Array("<FI-X>\r".utf8))
        #expect(try terminal.nextByte() == 0x15)
        for number in 1...Self.places { #expect(try await next().mark == "FI-\(number)") }
        try terminal.device.write(Array("<FI-Y>\r".utf8))
        var told: [String] = []
        for await input in inbox.elements {
            if case .lost(let count, let scanner) = input { told += ["\(count)", scanner] }
            guard case .scan(let read, _) = input else { continue }
            told.append(String(decoding: read.bytes, as: UTF8.self))
            break
        }
        #expect(told == ["1", "SCAN-2", "FI-Y"])
        running.cancel()
        try await running.value
    }

    @Test func aScanThatFoundNoPlaceIsToldAtTheEndToo() async throws {
        let terminal = try Pseudoterminal()
        let runner = try runner(on: terminal.path)
        let running = Task { try await runner.run() }
        try await waitUntilConnected(runner)
        for number in 0...Self.places { try terminal.device.write(Array("<FI-\(number)>\r".utf8)) }
        #expect(try terminal.nextByte() == 0x15)
        running.cancel()
        try await running.value
        for _ in 1...Self.places { _ = try await next() }
        runner.settle()
        runner.settle()
        inbox.finish()
        var lost: [Int] = []
        for await input in inbox.elements {
            if case .lost(let count, _) = input { lost.append(count) }
        }
        #expect(lost == [1])
    }

    @Test func aMarkWithoutTheAffixesOfItsProfileIsNoScan() async throws {
        let terminal = try Pseudoterminal()
        let runner = try runner(on: terminal.path)
        let running = Task { try await runner.run() }
        try await waitUntilConnected(runner)
        try terminal.device.write(Array("FI-1>\r".utf8))
        let misread = try await next()
        #expect(misread.mark == nil)
        misread.ticket.answer(false)
        #expect(try terminal.nextByte() == 0x15)
        running.cancel()
        try await running.value
    }
}
