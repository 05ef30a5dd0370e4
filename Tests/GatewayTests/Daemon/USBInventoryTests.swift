import Codecs
import Testing
import Transports

@testable import Gateway

struct USBInventoryTests {
    private static func interface(_ classCode: UInt8, number: UInt8 = 0) -> USBInterface {
        USBInterface(
            number: number, classCode: classCode, subclass: 0, protocolCode: 0, interruptIn: 0x81,
            packetSize: 64, reportDescriptorLength: 60)
    }

    private static func device(
        _ id: UInt64, _ product: UInt16, _ port: String, _ interfaces: [USBInterface]
    ) -> FakeUSBBus.Plug {
        let device = USBDevice(
            id: id, vendor: 0x0C2E, product: product, port: port, interfaces: interfaces, serial: "S\(id)")
        return FakeUSBBus.Plug(device: device, serial: "S\(id)", reportDescriptors: [:])
    }

    @Test func eachDeviceIsJudgedAndSaysWhy() {
        let bus = FakeUSBBus()
        let address = USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A)
        let inventory = USBInventory(
            bus, rules: [("SCAN-1", USBScannerRule(address: address, mode: .hidPOS))])
        bus.plug(Self.device(1, 0x0B6A, "1-1", [Self.interface(3)]))
        bus.plug(Self.device(2, 0x0B6A, "1-2", [Self.interface(3), Self.interface(8, number: 1)]))
        bus.plug(Self.device(3, 0x0B61, "1-3", [Self.interface(3)]))
        let gone = Self.device(4, 0x0B6A, "1-4", [Self.interface(3)])
        bus.plug(gone)
        bus.unplug(gone.device)
        let listed = inventory.json(opened: [:]).elements
        #expect(listed.map { $0["state"]?.text } == ["listed", "refused", "unlisted"])
        #expect(listed[0]["usb"] == "0c2e:0b6a")
        #expect(listed[0]["serial"] == "S1")
        #expect(listed[0]["interfaces"] == ["hid"])
        #expect(listed[1]["detail"]?.text?.contains("(storage)") == true)
        #expect(listed[2]["detail"]?.text?.contains("another product id") == true)
        let opened = inventory.json(opened: ["SCAN-1": "usb:0c2e:0b6a at port 1-1"]).elements
        #expect(opened[0]["state"] == "opened")
        #expect(opened[0]["device"] == "SCAN-1")
        #expect(bus.requests.isEmpty)
    }
}
