internal import CUSB
internal import Codecs
internal import Glibc

extension USBDevice {
    /// What the cached descriptors of `pointer` say; nil where there are none.
    init?(_ pointer: OpaquePointer, id: UInt64) {
        var descriptor = libusb_device_descriptor()
        guard libusb_get_device_descriptor(pointer, &descriptor) == 0 else { return nil }
        let port = Self.port(pointer)
        let node =
            "/dev/bus/usb/\(Self.padded(libusb_get_bus_number(pointer)))"
            + "/\(Self.padded(libusb_get_device_address(pointer)))"
        self.init(
            id: id, vendor: descriptor.idVendor, product: descriptor.idProduct, port: port,
            interfaces: Self.shown(
                Self.interfaces(pointer), among: USBDescriptorWalk.settings(in: Self.descriptors(port))),
            serial: Self.serial(port), node: node)
    }

    /// `counted`, and what the descriptors hold beyond them: it is shown, and nothing is read from it.
    static func shown(
        _ counted: [USBInterface], among settings: [USBDescriptorWalk.Setting]
    ) -> [USBInterface] {
        settings.reduce(into: counted) { shown, setting in
            guard !shown.contains(where: { $0.number == setting.number && $0.kind == setting.kind })
            else { return }
            shown.append(
                USBInterface(
                    number: setting.number, classCode: setting.classCode, subclass: setting.subclass,
                    protocolCode: setting.protocolCode, interruptIn: nil, packetSize: 0,
                    reportDescriptorLength: 0, isAlternate: true))
        }
    }

    private static func padded(_ number: UInt8) -> String { String(String(1_000 + Int(number)).dropFirst()) }

    /// The serial number as sysfs has it, so that no device has to be opened to be told from others.
    private static func serial(_ port: String) -> String? {
        // A string descriptor holds 126 characters at most (USB 2.0, section 9.6.7), and UTF-8 three each.
        let text = attribute("serial", of: port, most: 400).prefix { $0 != 0x0A }
        return text.isEmpty ? nil : printable(text)
    }

    /// The raw descriptors as sysfs has them, the device's own first; empty where there is no sysfs.
    private static func descriptors(_ port: String) -> [UInt8] {
        attribute("descriptors", of: port, most: USBDescriptorWalk.mostBytes)
    }

    /// The first `most` bytes of a device's file in sysfs; empty where it cannot be read.
    private static func attribute(_ name: String, of port: String, most: Int) -> [UInt8] {
        let file = open("/sys/bus/usb/devices/\(port)/\(name)", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return [] }
        defer { close(file) }
        // sysfs hands out a page at a time.
        var (bytes, page): ([UInt8], [UInt8]) = ([], Array(repeating: 0, count: 4_096))
        while bytes.count < most {
            let count = read(file, &page, min(page.count, most - bytes.count))
            guard count > 0 else { break }
            bytes += page.prefix(count)
        }
        return bytes
    }

    /// What comes from a device goes into messages: printable characters only.
    static func printable(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x21...0x7E).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
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
            upTo: Int(config.pointee.bNumInterfaces), from: config.pointee.interface)
        return interfaces.flatMap { interface in
            let all = UnsafeBufferPointer(upTo: Int(interface.num_altsetting), from: interface.altsetting)
            return Self.shown(all.enumerated().map { USBInterface($1, isAlternate: $0 > 0) })
        }
    }

    /// What an interface with `settings` shows: the first, and what it could turn into, each kind once.
    private static func shown(_ settings: [USBInterface]) -> [USBInterface] {
        settings.enumerated().filter { index, setting in
            !settings[..<index].contains { $0.kind == setting.kind }
        }.map(\.element)
    }
}

extension USBInterface {
    fileprivate init(_ setting: libusb_interface_descriptor, isAlternate: Bool) {
        let endpoints = UnsafeBufferPointer(upTo: Int(setting.bNumEndpoints), from: setting.endpoint)
        // USB 2.0, table 9-13: the low two bits of the attributes are the transfer type: 2 is bulk, 3 is
        // interrupt.
        let input = endpoints.first { $0.bmAttributes & 3 == 3 && $0.bEndpointAddress & 0x80 != 0 }
        let bulk = endpoints.first { $0.bmAttributes & 3 == 2 && $0.bEndpointAddress & 0x80 != 0 }
        let output = endpoints.first { $0.bmAttributes & 3 == 2 && $0.bEndpointAddress & 0x80 == 0 }
        let extra = UnsafeBufferPointer(upTo: Int(setting.extra_length), from: setting.extra)
        self.init(
            number: setting.bInterfaceNumber, classCode: setting.bInterfaceClass,
            subclass: setting.bInterfaceSubClass, protocolCode: setting.bInterfaceProtocol,
            interruptIn: input?.bEndpointAddress, bulkIn: bulk?.bEndpointAddress,
            bulkOut: output?.bEndpointAddress,
            packetSize: Int(((input ?? bulk)?.wMaxPacketSize ?? 0) & 0x7FF),
            reportDescriptorLength: Self.reportDescriptorLength(Array(extra)),
            dataInterface: CDCUnion.dataInterface(Array(extra)), isAlternate: isAlternate)
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

extension UnsafeBufferPointer {
    /// The elements at `start`, none where there is nothing: where a device's descriptors end too early,
    /// libusb leaves the count that the device gave beside a null pointer.
    fileprivate init(upTo count: Int, from start: UnsafePointer<Element>?) {
        self.init(start: start, count: start == nil ? 0 : Swift.max(0, count))
    }
}
