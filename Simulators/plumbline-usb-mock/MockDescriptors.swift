/// The descriptors of the mock scanner, and what the kernel would make of them in sysfs.
struct MockDescriptors {
    /// A HID POS scanner's report (HID POS Usage Tables 1.02): id 2, byte count, three characters of the AIM
    /// identifier, 56 bytes of decoded data, two of the maker's own, and whether the scan goes on.
    static let report: [UInt8] = [
        0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01,  // page: bar code scanner; a scanner; application
        0x09, 0x12, 0xA1, 0x02, 0x85, 0x02,  // scanned data report; logical; report 2
        0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,  // 0 to 255, eight bits each
        0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02,  // one byte: byte count
        0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09, 0xFC, 0x09, 0xFD, 0x81, 0x02,  // three: AIM identifier
        0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01,  // 56, as a buffer: decoded data
        0x95, 0x02, 0x81, 0x03,  // two bytes of padding
        0x25, 0x01, 0x75, 0x01, 0x95, 0x01, 0x09, 0xFF, 0x81, 0x02,  // one bit: continued
        0x95, 0x07, 0x81, 0x03, 0xC0, 0xC0,  // seven bits of padding; end, end
    ]
    /// Bytes of one input report, its id included.
    static let reportLength = 64
    static let maker = "Plumbline"
    static let name = "Mock HID POS scanner"

    let vendor: UInt16
    let product: UInt16
    let serial: String

    /// USB 2.0, table 9-8: maker, product and serial number are strings 1, 2 and 3.
    var device: [UInt8] {
        [18, 1, 0x00, 0x02, 0, 0, 0, 64] + Self.bytes(vendor) + Self.bytes(product) + [
            0x00, 0x01, 1, 2, 3, 1,
        ]
    }

    /// Configuration, interface (HID, no boot protocol), HID descriptor, endpoint (interrupt in, 64 bytes).
    var configuration: [UInt8] {
        let interface: [UInt8] = [9, 4, 0, 0, 1, 3, 0, 0, 0]
        let hid: [UInt8] = [9, 0x21, 0x11, 0x01, 0, 1, 0x22] + Self.bytes(UInt16(Self.report.count))
        let endpoint: [UInt8] = [7, 5, 0x81, 3] + Self.bytes(UInt16(Self.reportLength)) + [10]
        let all = interface + hid + endpoint
        return [9, 2] + Self.bytes(UInt16(9 + all.count)) + [1, 1, 0, 0x80, 50] + all
    }

    /// The answer to a GET_DESCRIPTOR for `type` and `index`; nil where the device stalls.
    func answer(type: UInt8, index: UInt8) -> [UInt8]? {
        switch (type, index) {
        case (1, _): device
        case (2, 0): configuration
        case (3, 0): [4, 3, 0x09, 0x04]
        case (3, 1): Self.string(Self.maker)
        case (3, 2): Self.string(Self.name)
        case (3, 3): Self.string(serial)
        case (0x22, _): Self.report
        default: nil
        }
    }

    /// The device as umockdev takes it, at `number` on bus 1; the kernel counts on at each plug.
    func description(path: String, number: Int) -> String {
        let padded = String(String(1_000 + number).dropFirst())
        let all = Self.hex(device + configuration)
        let (vendorText, productText) = (Self.hex(vendor), Self.hex(product))
        return """
            P: \(path)
            N: bus/usb/001/\(padded)=\(all)
            E: BUSNUM=001
            E: DEVNAME=/dev/bus/usb/001/\(padded)
            E: DEVNUM=\(padded)
            E: DEVTYPE=usb_device
            E: MAJOR=189
            E: MINOR=\(number - 1)
            E: PRODUCT=\(String(vendor, radix: 16))/\(String(product, radix: 16))/100
            E: SUBSYSTEM=usb
            E: ID_VENDOR_ID=\(vendorText)
            E: ID_MODEL_ID=\(productText)
            E: ID_SERIAL_SHORT=\(serial)
            A: bConfigurationValue=1\\n
            A: bDeviceClass=00\\n
            A: bNumConfigurations=1\\n
            A: busnum=1\\n
            A: devnum=\(number)\\n
            H: descriptors=\(all)
            A: idProduct=\(productText)\\n
            A: idVendor=\(vendorText)\\n
            A: manufacturer=\(Self.maker)\\n
            A: product=\(Self.name)\\n
            A: serial=\(serial)\\n
            A: speed=12\\n


            """
    }

    private static func bytes(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    private static func string(_ text: String) -> [UInt8] {
        let units = text.utf16.flatMap { bytes($0) }
        return [UInt8(truncatingIfNeeded: units.count + 2), 3] + units
    }

    private static func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String(String(0x100 + Int($0), radix: 16, uppercase: true).dropFirst()) }.joined()
    }

    private static func hex(_ value: UInt16) -> String {
        String(String(0x1_0000 + Int(value), radix: 16).dropFirst())
    }
}
