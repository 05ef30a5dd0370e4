/// A scanner in HID POS mode, as its bytes on the bus (HID POS Usage Tables 1.02): report 2 with a byte
/// count, the AIM identifier, 56 data bytes and whether more follows, 62 bytes in all.
package enum PointOfSaleScanner {
    package static let descriptor: [UInt8] = [
        0x05, 0x8C, 0x09, 0x02, 0xA1, 0x01, 0x85, 0x02, 0x09, 0x12, 0xA1, 0x02, 0x15, 0x00, 0x26, 0xFF, 0x00,
        0x75, 0x08, 0x95, 0x01, 0x05, 0x01, 0x09, 0x3B, 0x81, 0x02, 0x95, 0x03, 0x05, 0x8C, 0x09, 0xFB, 0x09,
        0xFC, 0x09, 0xFD, 0x81, 0x02, 0x95, 0x38, 0x09, 0xFE, 0x82, 0x02, 0x01, 0x25, 0x01, 0x75, 0x01, 0x95,
        0x01, 0x09, 0xFF, 0x81, 0x02, 0x75, 0x07, 0x81, 0x03, 0xC0, 0xC0,
    ]
    private static let dataBytes = 56

    /// One report with at most 56 bytes of data, as a transfer of 64 bytes.
    package static func report(_ data: some Sequence<UInt8>, aim: String = "]C0", more: Bool = false)
        -> [UInt8]
    {
        let data = Array(data.prefix(dataBytes))
        let padding = [UInt8](repeating: 0, count: dataBytes - data.count)
        let head = [2, UInt8(data.count)] + Array((aim + "\0\0\0").utf8.prefix(3))
        return head + data + padding + [more ? 1 : 0, 0, 0]
    }

    /// The reports of a scan of `bytes`; no `aim` leaves the identifier's place empty.
    package static func reports(_ bytes: [UInt8], aim: String) -> [[UInt8]] {
        stride(from: 0, to: bytes.count, by: dataBytes).map { start in
            let end = min(start + dataBytes, bytes.count)
            return report(bytes[start..<end], aim: aim, more: end < bytes.count)
        }
    }
}
