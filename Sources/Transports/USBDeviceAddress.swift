/// Which USB device a link means.
package struct USBDeviceAddress: Sendable, Hashable, CustomStringConvertible {
    package let vendor: UInt16
    package let product: UInt16
    /// The serial number in the device's own descriptor; nil takes any.
    package let serial: String?
    /// The path of ports from the root hub, `1-2.3`; nil takes any.
    package let port: String?

    package init(vendor: UInt16, product: UInt16, serial: String? = nil, port: String? = nil) {
        (self.vendor, self.product, self.serial, self.port) = (vendor, product, serial, port)
    }

    package var description: String {
        let query = [serial.map { "serial=\($0)" }, port.map { "port=\($0)" }].compactMap(\.self)
        let suffix = query.isEmpty ? "" : "?" + query.joined(separator: "&")
        return "usb:\(Self.hex(vendor)):\(Self.hex(product))\(suffix)"
    }

    private static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}
