import Codecs
import Inspection
import Judging
import Ledger
import Metrology
import Testing
import Transports

@testable import Gateway
@testable import Profiles

/// What the ledger keeps of scanners on USB, over more than one run of the gateway.
@Suite(.timeLimit(.minutes(10)))
struct ScannerBookTests {
    private let folder: ScratchFolder
    private let ledger: LedgerWriter

    init() throws {
        folder = try ScratchFolder("scanners")
        ledger = try LedgerWriter(path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
    }

    private static func device(
        _ id: UInt64, serial: String?, port: String = "1-1", product: UInt16 = 0x0B6A, boot: UInt8 = 0
    ) -> FakeUSBBus.Plug {
        let interface = USBInterface(
            number: 0, classCode: 3, subclass: boot, protocolCode: boot, interruptIn: 0x81, packetSize: 64,
            reportDescriptorLength: PointOfSaleScanner.descriptor.count)
        let device = USBDevice(
            id: id, vendor: 0x0C2E, product: product, port: port, interfaces: [interface], serial: serial)
        return FakeUSBBus.Plug(
            device: device, serial: serial, reportDescriptors: [0: PointOfSaleScanner.descriptor])
    }

    /// What a hand does to the scanner; each act waits until the gateway has seen it.
    private struct Hand {
        let bus: FakeUSBBus
        let runner: ScannerRunner

        func plug(_ plug: FakeUSBBus.Plug) async throws {
            bus.plug(plug)
            while !runner.state.isOnline { try await Task.sleep(for: .milliseconds(5)) }
        }

        func unplug(_ plug: FakeUSBBus.Plug) async throws {
            bus.unplug(plug.device)
            while runner.state.isOnline { try await Task.sleep(for: .milliseconds(5)) }
        }
    }

    /// Runs a gateway's scanner and its book while `hand` plugs, until the ledger has `entries` of scanners.
    private func run(entries: Int, _ work: (Hand) async throws -> Void) async throws {
        let (time, bus) = (SystemTime(), FakeUSBBus())
        let book = ScannerBook(ledger: ledger, time: time, log: EventLog(time: time))
        let runner = try ScannerRunner(
            ScannerSamples.configuration("SCAN-1", link: "usb:0c2e:0b6a"),
            try ScannerSamples.profile("protocol: hid-pos\n"), bus: bus, time: time, stations: [],
            counters: InspectionCounters(), board: ScannerBoard(), book: book, log: EventLog(time: time))
        let running = Task { try await runner.run() }
        let writing = Task { try await book.run() }
        try await work(Hand(bus: bus, runner: runner))
        while try written().count < entries { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        writing.cancel()
        try await running.value
        try await writing.value
    }

    /// Bodies of the entries about scanners, oldest first.
    private func written() throws -> [JSONValue] {
        try ledger.reader.entries(after: 0, limit: 1_000).map(\.body).filter {
            $0["event"]?.text?.hasPrefix("scanner.") == true
        }
    }

    /// The event of each entry, with the serial number and port of the device that it is about.
    private func told() throws -> [String] {
        try written().map { body in
            let who = body["new"] ?? body["scanner"]
            return [body["event"]?.text, who?["serial"]?.text ?? "–", who?["port"]?.text].compactMap(\.self)
                .joined(separator: " ")
        }
    }

    /// Seen failing with a scanner that forgets at its start whom it was told of.
    @Test func oneExchangedWhileTheGatewayWasOffIsTheSameEventAsOneExchangedWhileItRan() async throws {
        try await run(entries: 4) { hand in
            try await hand.plug(Self.device(1, serial: "A"))
            try await hand.unplug(Self.device(1, serial: "A"))
            try await hand.plug(Self.device(2, serial: "B"))
        }
        try await run(entries: 5) { try await $0.plug(Self.device(1, serial: "C")) }
        #expect(
            try told() == [
                "scanner.identified A 1-1", "scanner.lost A 1-1", "scanner.changed B 1-1",
                "scanner.back B 1-1", "scanner.changed C 1-1",
            ])
        let changes = try written().filter { $0["event"] == "scanner.changed" }
        #expect(changes.map { $0["old"]?["serial"] } == ["A", "B"])
        #expect(
            changes.last?["reason"]?.text
                == "another scanner at usb:0c2e:0b6a at port 1-1: serial number C, before it B")
        // The same one once more is no event; another port is one, and so is one without a number.
        try await run(entries: 8) { hand in
            try await hand.plug(Self.device(1, serial: "C"))
            try await hand.unplug(Self.device(1, serial: "C"))
            try await hand.plug(Self.device(2, serial: "C", port: "1-2"))
        }
        try await run(entries: 9) { try await $0.plug(Self.device(1, serial: nil, port: "1-2")) }
        #expect(
            try told().dropFirst(5) == [
                "scanner.lost C 1-1", "scanner.changed C 1-2", "scanner.back C 1-2",
                "scanner.changed – 1-2",
            ])
    }

    /// A scanner's serial number must not be found as that of a part.
    @Test func aScannersSerialNumberIsNoParts() async throws {
        try await run(entries: 2) { hand in
            try await hand.plug(Self.device(1, serial: "SA10197"))
            try await hand.unplug(Self.device(1, serial: "SA10197"))
        }
        #expect(try ledger.reader.partHistory(serial: "SA10197").isEmpty)
    }

    @Test func oneReprogrammedWhileTheGatewayWasOffIsRefusedAndNamed() async throws {
        try await run(entries: 1) { try await $0.plug(Self.device(1, serial: "A")) }
        try await run(entries: 2) { $0.bus.plug(Self.device(1, serial: "A", product: 0x0B61, boot: 1)) }
        let refusal = try #require(try written().last)
        #expect(refusal["event"] == "scanner.refused")
        #expect(refusal["reason"]?.text?.contains("came in the place of usb:0c2e:0b6a at port 1-1") == true)
        #expect(
            refusal["scanner"]
                == ["usb": "0c2e:0b61", "serial": "A", "port": "1-1", "interfaces": ["keyboard"]])
        // It is still the one before that is known: set back, it is no other.
        try await run(entries: 2) { try await $0.plug(Self.device(1, serial: "A")) }
        #expect(try told().count == 2)
    }

    @Test func aStateThatCannotBeReadIsNone() async throws {
        let id = "019ac3f2-0000-7000-8000-0123456789ab"
        let body = AuditEvent.scannerIdentified.body(at: StationFixture.moment(0), station: nil, [:])
        try await ledger.append([
            EntryDraft(kind: .audit, id: id, body: body, deviceState: ["SCAN-1/scanner": ["usb": 7]])
        ])
        let time = SystemTime()
        let book = ScannerBook(ledger: ledger, time: time, log: EventLog(time: time))
        #expect(try book.identity(of: "SCAN-1") == nil)
    }
}
