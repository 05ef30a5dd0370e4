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
@Suite(.timeLimit(.minutes(10)))
struct ScannerRunnerTests {
    private let inbox = BoundedInbox<StationInput>(limit: Self.places, name: "flow-test-1")
    private static let places = 4

    private func runner(on path: String) throws -> ScannerRunner {
        try runner(link: "serial://\(path)?baud=9600", on: try LibUSBBus(time: SystemTime()))
    }

    private func runner(link: String, on bus: any USBBus) throws -> ScannerRunner {
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
            ScannerSamples.configuration("SCAN-2", link: link), profile,
            bus: bus, time: time, stations: [inbox], counters: InspectionCounters(),
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

    /// A USB serial line that is claimed, with data endpoints 81 and 02.
    private static let claimed: FakeUSBBus.Plug = {
        let control = USBInterface(
            number: 0, classCode: 2, subclass: 2, protocolCode: 1, interruptIn: 0x83, packetSize: 16,
            reportDescriptorLength: 0, dataInterface: 1)
        let data = USBInterface(
            number: 1, classCode: 10, subclass: 0, protocolCode: 0, interruptIn: nil, bulkIn: 0x81,
            bulkOut: 0x02, packetSize: 64, reportDescriptorLength: 0)
        let device = USBDevice(
            id: 1, vendor: 0x1EAB, product: 0x0D06, port: "1-1", interfaces: [control, data])
        return FakeUSBBus.Plug(device: device, serial: nil, reportDescriptors: [:])
    }()

    @Test func aScannerOnAClaimedSerialLineIsToldToo() async throws {
        let bus = FakeUSBBus()
        let runner = try runner(link: "usb:1eab:0d06", on: bus)
        let running = Task { try await runner.run() }
        bus.plug(Self.claimed)
        try await waitUntilConnected(runner)
        let stamp = Stamp(utc: Timestamp(nanoseconds: 1), monotonicNanoseconds: 1)
        bus.send(Array("<FI-1>\r".utf8), from: Self.claimed.device, at: stamp)
        let scan = try await next()
        #expect(scan.mark == "FI-1")
        #expect(bus.sent == [], "nothing before it is known what became of the scan")
        scan.ticket.answer(true)
        #expect(bus.sent == [[0x06]])
        scan.ticket.answer(false)
        #expect(bus.sent == [[0x06], [0x15]])
        // A notification that is too short is counted, and not taken for a state.
        bus.notify([0xA1, 0x20, 0, 0, 0, 0, 2, 0, 0x40], from: Self.claimed.device, at: stamp)
        #expect(runner.state.json["errors"] == 1)
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
