/// How the mock scanner is set to speak: which interfaces it shows, and how their reports are laid out.
enum MockMode: String, CaseIterable {
    case hidPOS = "hid-pos"
    /// Without AIM identifier, as Newland and ID Tech lay their reports out.
    case hidPOSPlain = "hid-pos-plain"
    /// Boot reports of 8 bytes.
    case keyboard
    /// The same behind report id 2, 9 bytes.
    case keyboardNumbered = "keyboard-9"
    case cdc
    /// HID POS, and a keyboard and a mass storage besides.
    case composite
    /// HID POS, whose interface has a keyboard as its other setting.
    case alternate
    /// HID POS, and behind it a keyboard that the configuration does not count.
    case hidden

    /// Endpoints towards the host: of reports and of a serial line's data, and of its notifications.
    static let (dataEndpoint, notificationEndpoint): (UInt8, UInt8) = (0x81, 0x83)
    /// The endpoint on which a serial line takes data.
    static let outputEndpoint: UInt8 = 0x02

    static func bytes(_ value: UInt16) -> [UInt8] {
        [UInt8(truncatingIfNeeded: value), UInt8(truncatingIfNeeded: value >> 8)]
    }

    /// Descriptors of interfaces and endpoints, in the order of the configuration.
    var interfaces: [[UInt8]] {
        switch self {
        case .hidPOS, .hidPOSPlain: hid(0, boot: [0, 0], endpoint: Self.dataEndpoint)
        case .keyboard, .keyboardNumbered: hid(0, boot: [1, 1], endpoint: Self.dataEndpoint)
        case .cdc: Self.serialLine
        case .alternate:
            hid(0, boot: [0, 0], endpoint: Self.dataEndpoint)
                + hid(0, setting: 1, boot: [1, 1], endpoint: Self.dataEndpoint)
        case .hidden:
            hid(0, boot: [0, 0], endpoint: Self.dataEndpoint) + hid(1, boot: [1, 1], endpoint: 0x82)
        case .composite:
            hid(0, boot: [0, 0], endpoint: Self.dataEndpoint) + hid(1, boot: [1, 1], endpoint: 0x82)
                // Mass storage: SCSI, bulk only.
                + [[9, 4, 2, 0, 2, 8, 6, 0x50, 0], Self.endpoint(0x84, 2), Self.endpoint(0x05, 2)]
        }
    }

    /// How many interfaces there are, other settings of one not counted; the kernel finds them all.
    var interfaceCount: Int { interfaces.count { $0.count > 8 && $0[1] == 4 && $0[3] == 0 } }
    /// How many the configuration says there are.
    var saidCount: Int { self == .hidden ? 1 : interfaceCount }

    /// The report descriptor of `interface`; nil where it is no HID.
    func reportDescriptor(of interface: UInt8) -> [UInt8]? {
        switch (self, interface) {
        case (.hidPOS, 0), (.composite, 0), (.alternate, 0), (.hidden, 0): Self.report
        case (.hidPOSPlain, 0): Self.plainReport
        case (.keyboard, 0), (.composite, 1), (.hidden, 1): Self.keyboardReport
        case (.keyboardNumbered, 0):
            Array(Self.keyboardReport.prefix(6)) + [0x85, 2] + Array(Self.keyboardReport.dropFirst(6))
        default: nil
        }
    }

    /// Interface, HID descriptor, endpoint (interrupt in, 64 bytes).
    private func hid(_ number: UInt8, setting: UInt8 = 0, boot: [UInt8], endpoint: UInt8) -> [[UInt8]] {
        let length = reportDescriptor(of: number)?.count ?? 0
        return [
            [9, 4, number, setting, 1, 3] + boot + [0],
            [9, 0x21, 0x11, 0x01, 0, 1, 0x22] + Self.bytes(UInt16(length)), Self.endpoint(endpoint, 3),
        ]
    }

    /// Of 64 bytes, polled every 10 ms where it is an interrupt endpoint (type 3).
    private static func endpoint(_ address: UInt8, _ type: UInt8) -> [UInt8] {
        [7, 5, address, type] + bytes(64) + [10]
    }

    /// USB CDC 1.2, section 5.3: control interface with header, ACM and union descriptors, data interface.
    private static let serialLine: [[UInt8]] = [
        [9, 4, 0, 0, 1, 2, 2, 1, 0], [5, 0x24, 0, 0x10, 1], [4, 0x24, 2, 2], [5, 0x24, 6, 0, 1],
        endpoint(notificationEndpoint, 3), [9, 4, 1, 0, 2, 0x0A, 0, 0, 0], endpoint(dataEndpoint, 2),
        endpoint(outputEndpoint, 2),
    ]

    /// A HID POS scanner's report (HID POS Usage Tables 1.02): id 2, byte count, three characters of the AIM
    /// identifier, 56 bytes of decoded data, two of the maker's own, and whether the scan goes on.
    private static let report: [UInt8] = [
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

    /// The report of Newland's FM420: id 2, byte count, 56 bytes of decoded data, four reserved, the maker's
    /// symbology, and whether the scan goes on.
    private static let plainReport: [UInt8] = [
        0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x85, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00, 0x75, 0x08,
        0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02,  // one byte: byte count
        0x05, 0x8C, 0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01,  // 56, as a buffer: decoded data
        0x95, 0x04, 0x81, 0x03, 0x06, 0x66, 0xFF, 0x09, 0x04, 0x95, 0x01, 0x81, 0x02,  // reserved, maker's
        0x05, 0x8C, 0x25, 0x01, 0x75, 0x01, 0x09, 0xFF, 0x81, 0x02,  // one bit: continued
        0x95, 0x07, 0x81, 0x03, 0xC0,
    ]

    /// A boot keyboard (HID 1.11, appendix E.6): eight modifiers, a reserved byte, five lamps, six keys.
    private static let keyboardReport: [UInt8] = [
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01,
        0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x01, 0x95, 0x05, 0x75, 0x01,
        0x05, 0x08, 0x19, 0x01, 0x29, 0x05, 0x91, 0x02, 0x95, 0x01, 0x75, 0x03, 0x91, 0x01, 0x95, 0x06,
        0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xC0,
    ]
}
