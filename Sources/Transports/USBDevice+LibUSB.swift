internal import CUSB

extension USBDevice {
    /// What the cached descriptors of `pointer` say; nil where there are none.
    init?(_ pointer: OpaquePointer, id: UInt64) {
        var descriptor = libusb_device_descriptor()
        guard libusb_get_device_descriptor(pointer, &descriptor) == 0 else { return nil }
        self.init(
            id: id, vendor: descriptor.idVendor, product: descriptor.idProduct, port: Self.port(pointer),
            interfaces: Self.interfaces(pointer))
    }

    /// Bus and ports as Linux writes them: `1-2.3`; a root hub is `1-0`.
    private static func port(_ pointer: OpaquePointer) -> String {
        // USB 3.0, section 10.1.3: seven tiers at most.
        var ports = [UInt8](repeating: 0, count: 8)
        let count = max(0, Int(libusb_get_port_numbers(pointer, &ports, Int32(ports.count))))
        let path = count == 0 ? "0" : ports.prefix(count).map(String.init).joined(separator: ".")
        return "\(libusb_get_bus_number(pointer))-\(path)"
    }

    private static func interfaces(_ pointer: OpaquePointer) -> [USBInterface] {
        var config: UnsafeMutablePointer<libusb_config_descriptor>?
        guard libusb_get_active_config_descriptor(pointer, &config) == 0, let config else { return [] }
        defer { libusb_free_config_descriptor(config) }
        let interfaces = UnsafeBufferPointer(
            start: config.pointee.interface, count: Int(config.pointee.bNumInterfaces))
        return interfaces.compactMap { interface in
            guard interface.num_altsetting > 0, let setting = interface.altsetting?.pointee else {
                return nil
            }
            return USBInterface(setting)
        }
    }
}

extension USBInterface {
    fileprivate init(_ setting: libusb_interface_descriptor) {
        let endpoints = UnsafeBufferPointer(start: setting.endpoint, count: Int(setting.bNumEndpoints))
        // USB 2.0, table 9-13: the low two bits of the attributes are the transfer type, 3 is interrupt.
        let input = endpoints.first { $0.bmAttributes & 3 == 3 && $0.bEndpointAddress & 0x80 != 0 }
        let extra = UnsafeBufferPointer(start: setting.extra, count: max(0, Int(setting.extra_length)))
        self.init(
            number: setting.bInterfaceNumber, classCode: setting.bInterfaceClass,
            subclass: setting.bInterfaceSubClass, protocolCode: setting.bInterfaceProtocol,
            interruptIn: input?.bEndpointAddress, packetSize: Int((input?.wMaxPacketSize ?? 0) & 0x7FF),
            reportDescriptorLength: Self.reportDescriptorLength(Array(extra)))
    }

    /// The length that the HID descriptor (type 21) among the extra descriptors gives for the report
    /// descriptor (type 22), HID 1.11, section 6.2.1.
    static func reportDescriptorLength(_ extra: [UInt8]) -> Int {
        var rest = extra[...]
        while let length = rest.first.map(Int.init), length >= 2, length <= rest.count {
            let descriptor = Array(rest.prefix(length))
            if descriptor[1] == 0x21, length >= 9, descriptor[6] == 0x22 {
                return Int(descriptor[7]) | Int(descriptor[8]) << 8
            }
            rest = rest.dropFirst(length)
        }
        return 0
    }
}
