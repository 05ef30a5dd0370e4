import Metrology

@testable import Transports

/// Devices and reports for tests of USB scanners.
enum USBSamples {
    static let address = USBDeviceAddress(vendor: 0x0C2E, product: 0x0B6A)

    /// A keyboard without boot protocol: an application collection of usage 01:06 and six key codes.
    static let keyboardDescriptor: [UInt8] = [
        0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x15, 0x00, 0x25, 0x65, 0x75,
        0x08, 0x95, 0x06, 0x81, 0x00, 0xC0,
    ]

    static let posInterface = interface(number: 0)
    static let bootKeyboard = interface(number: 0, subclass: 1, protocolCode: 1)

    static func interface(
        number: UInt8, classCode: UInt8 = 3, subclass: UInt8 = 0, protocolCode: UInt8 = 0
    ) -> USBInterface {
        USBInterface(
            number: number, classCode: classCode, subclass: subclass, protocolCode: protocolCode,
            interruptIn: 0x81, packetSize: 64, reportDescriptorLength: 60)
    }

    static let storage = interface(number: 2, classCode: 8, subclass: 6, protocolCode: 0x50)
    /// A serial line: its control interface, which names the other one, and its data interface.
    static let serialLine = [
        USBInterface(
            number: 0, classCode: 2, subclass: 2, protocolCode: 1, interruptIn: 0x83, packetSize: 16,
            reportDescriptorLength: 0, dataInterface: 1),
        USBInterface(
            number: 1, classCode: 0x0A, subclass: 0, protocolCode: 0, interruptIn: nil, bulkIn: 0x81,
            bulkOut: 0x02, packetSize: 64, reportDescriptorLength: 0),
    ]

    static func device(
        _ id: UInt64, product: UInt16 = 0x0B6A, port: String = "1-1", interfaces: [USBInterface]? = nil,
        serial: String? = nil
    ) -> USBDevice {
        USBDevice(
            id: id, vendor: 0x0C2E, product: product, port: port, interfaces: interfaces ?? [posInterface],
            serial: serial)
    }

    static func stamp(_ nanoseconds: Int64) -> Stamp {
        Stamp(utc: Timestamp(nanoseconds: nanoseconds), monotonicNanoseconds: nanoseconds)
    }
}
