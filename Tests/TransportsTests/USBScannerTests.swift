import Judging
import Testing

@testable import Transports

@Suite(.timeLimit(.minutes(10)))
struct USBScannerTests {
    private let bus = FakeUSBBus()
    private let log = EventLog()
    private let connected = ScannerEvent.connected(
        place: "usb:0c2e:0b6a at port 1-1", who: USBSamples.device(1).identity)

    private func plug(_ id: UInt64, serial: String? = nil) -> FakeUSBBus.Plug {
        FakeUSBBus.Plug(
            device: USBSamples.device(id), serial: serial,
            reportDescriptors: [0: PointOfSaleScanner.descriptor])
    }

    private func scanner(_ address: USBDeviceAddress = USBSamples.address) -> USBScanner {
        USBScanner(
            device: "SCAN-1", rule: USBScannerRule(address: address, mode: .hidPOS), bus: bus,
            time: SystemTime(), handler: log.handler)
    }

    @Test func scansComeThroughPlugUnplugAndReplug() async {
        let scanner = scanner()
        let running = Task { await scanner.run() }
        bus.plug(plug(1))
        #expect(await log.next() == connected)
        bus.send(PointOfSaleScanner.report("FI-1".utf8), from: USBSamples.device(1), at: USBSamples.stamp(1))
        #expect(await log.nextText() == "FI-1")
        let first = PointOfSaleScanner.report(String(repeating: "A", count: 56).utf8, more: true)
        bus.send(first, from: USBSamples.device(1), at: USBSamples.stamp(2))
        bus.unplug(USBSamples.device(1))
        #expect(
            await log.next()
                == .unplugged(reason: "the scanner was unplugged in the middle of a scan: scan again"))
        bus.plug(plug(2))
        #expect(await log.next() == connected)
        bus.send(PointOfSaleScanner.report("FI-2".utf8), from: USBSamples.device(2), at: USBSamples.stamp(3))
        #expect(await log.nextText() == "FI-2")
        running.cancel()
        await running.value
        #expect(bus.claimed.isEmpty)
    }

    @Test func theInterfaceIsGivenBackWhenTheScannerStops() async {
        let scanner = scanner()
        let running = Task { await scanner.run() }
        bus.plug(plug(1))
        _ = await log.next()
        #expect(bus.claimed.count == 1)
        running.cancel()
        await running.value
        #expect(bus.claimed.isEmpty)
    }

    @Test func aFailingLineIsTakenBackWhenItHeals() async {
        let scanner = scanner()
        let running = Task { await scanner.run() }
        bus.plug(plug(1))
        _ = await log.next()
        let error = TransportError("usb:0c2e:0b6a", "a transfer failed", remedy: "change the cable")
        bus.fail(error)
        #expect(await log.next() == .unplugged(reason: "the line failed"))
        #expect(await log.next() == .refused(reason: error.description, who: plug(1).device.identity))
        bus.fail(nil)
        #expect(await log.next() == connected)
        running.cancel()
        await running.value
    }

    @Test func amongAThousandDevicesOnlyTheListedOneIsOpened() async {
        var random = SplitMix64(seed: 0xDE51CE)
        for id in 2...1_000 as ClosedRange<UInt64> {
            let device = USBDevice(
                id: id, vendor: UInt16.random(in: 0...UInt16.max, using: &random), product: 0x0B6A,
                port: "1-\(id)", interfaces: [USBSamples.posInterface])
            guard device.vendor != 0x0C2E else { continue }
            let bytes = (0..<60).map { _ in UInt8.random(in: 0...255, using: &random) }
            bus.plug(FakeUSBBus.Plug(device: device, serial: nil, reportDescriptors: [0: bytes]))
        }
        bus.plug(plug(1))
        let scanner = scanner()
        let running = Task { await scanner.run() }
        _ = await log.next()
        #expect(bus.requests.map(\.device.id) == [1])
        running.cancel()
        await running.value
    }
}
