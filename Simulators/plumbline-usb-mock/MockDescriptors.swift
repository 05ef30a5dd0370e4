/// The descriptors of the mock scanner, and what the kernel would make of them in sysfs.
struct MockDescriptors {
    /// Bytes of one input report, its id included.
    static let reportLength = 64
    static let maker = "Plumbline"
    static let name = "Mock scanner"

    /// A scanner that is re-programmed shows itself in another mode, with another product id.
    var mode: MockMode
    let vendor: UInt16
    var product: UInt16
    /// Another one in its place has another.
    var serial: String

    /// USB 2.0, table 9-8: maker, product and serial number are strings 1, 2 and 3.
    var device: [UInt8] {
        [18, 1, 0x00, 0x02, 0, 0, 0, 64] + MockMode.bytes(vendor) + MockMode.bytes(product) + [
            0x00, 0x01, 1, 2, 3, 1,
        ]
    }

    /// The configuration with its interfaces.
    var configuration: [UInt8] {
        let all = mode.interfaces
        let count = UInt8(mode.saidCount)
        let rest = all.flatMap { $0 }
        return [9, 2] + MockMode.bytes(UInt16(9 + rest.count)) + [count, 1, 0, 0x80, 50] + rest
    }

    /// The answer to a GET_DESCRIPTOR for `type` and `index`, of `interface` where it has its own; nil where
    /// the device stalls.
    func answer(type: UInt8, index: UInt8, interface: UInt8) -> [UInt8]? {
        switch (type, index) {
        case (1, _): device
        case (2, 0): configuration
        case (3, 0): [4, 3, 0x09, 0x04]
        case (3, 1): Self.string(Self.maker)
        case (3, 2): Self.string(Self.name)
        case (3, 3): Self.string(serial)
        case (0x22, _): mode.reportDescriptor(of: interface)
        default: nil
        }
    }

    /// The device as umockdev takes it, at `number` on bus 1; the kernel counts on at each plug.
    func description(path: String, number: Int, bus: Int = 1) -> String {
        Self.description(
            path: path, bus: bus, number: number, all: device + configuration, vendor: vendor,
            product: product, serial: serial)
    }

    static func description(
        path: String, bus: Int, number: Int, all bytes: [UInt8], vendor: UInt16, product: UInt16,
        serial: String
    ) -> String {
        let (padded, paddedBus) = (padded(number), padded(bus))
        let all = hex(bytes)
        let (vendorText, productText) = (hex(vendor), hex(product))
        return """
            P: \(path)
            N: bus/usb/\(paddedBus)/\(padded)=\(all)
            E: BUSNUM=\(paddedBus)
            E: DEVNAME=/dev/bus/usb/\(paddedBus)/\(padded)
            E: DEVNUM=\(padded)
            E: DEVTYPE=usb_device
            E: MAJOR=189
            E: MINOR=\((bus - 1) * 128 + number - 1)
            E: PRODUCT=\(String(vendor, radix: 16))/\(String(product, radix: 16))/100
            E: SUBSYSTEM=usb
            E: ID_VENDOR_ID=\(vendorText)
            E: ID_MODEL_ID=\(productText)
            E: ID_SERIAL_SHORT=\(serial)
            A: bConfigurationValue=1\\n
            A: bDeviceClass=00\\n
            A: bNumConfigurations=1\\n
            A: busnum=\(bus)\\n
            A: devnum=\(number)\\n
            H: descriptors=\(all)
            A: idProduct=\(productText)\\n
            A: idVendor=\(vendorText)\\n
            A: manufacturer=\(maker)\\n
            A: product=\(name)\\n
            A: serial=\(serial)\\n
            A: speed=12\\n


            """
    }

    /// A number of a bus or device as the kernel writes it: `007`.
    static func padded(_ number: Int) -> String { String(String(1_000 + number).dropFirst()) }

    private static func string(_ text: String) -> [UInt8] {
        let units = text.utf16.flatMap { MockMode.bytes($0) }
        return [UInt8(truncatingIfNeeded: units.count + 2), 3] + units
    }

    static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(String(0x100 + Int($0), radix: 16, uppercase: true).dropFirst()) }.joined()
    }

    static func hex(_ value: UInt16) -> String {
        String(String(0x1_0000 + Int(value), radix: 16).dropFirst())
    }
}
