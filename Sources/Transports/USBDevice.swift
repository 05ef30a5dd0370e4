package import Codecs

/// A USB device that is plugged in, as far as its descriptors tell without opening it.
package struct USBDevice: Sendable, Hashable {
    /// One number for each time that a device is plugged in; a replugged device is another one.
    package let id: UInt64
    package let vendor: UInt16
    package let product: UInt16
    /// The path of ports from the root hub, as Linux names it: `1-2.3`.
    package let port: String
    package let interfaces: [USBInterface]
    /// The serial number as the kernel read it, printable; nil where there is none, or it could not be read.
    package let serial: String?
    /// The file by which it is opened: `/dev/bus/usb/001/004`; nil where nobody asks.
    package let node: String?

    package init(
        id: UInt64, vendor: UInt16, product: UInt16, port: String, interfaces: [USBInterface],
        serial: String? = nil, node: String? = nil
    ) {
        (self.id, self.vendor, self.product) = (id, vendor, product)
        (self.port, self.interfaces) = (port, interfaces)
        (self.serial, self.node) = (serial, node)
    }

    /// `usb:0c2e:0b6a at port 1-2.3`
    package var place: String { "\(USBDeviceAddress(vendor: vendor, product: product)) at port \(port)" }
}

/// One interface of a USB device, in one of its settings.
package struct USBInterface: Sendable, Hashable {
    package let number: UInt8
    /// Class, subclass and protocol as the USB-IF assigns them; 3 is HID.
    package let classCode: UInt8
    package let subclass: UInt8
    package let protocolCode: UInt8
    /// Address of the interrupt endpoint towards the host (bit 7 set); nil where there is none.
    package let interruptIn: UInt8?
    /// Address of the bulk endpoint towards the host; nil where there is none.
    package let bulkIn: UInt8?
    /// Address of the bulk endpoint towards the device (bit 7 clear); nil where there is none.
    package let bulkOut: UInt8?
    /// Bytes that one packet of the interrupt endpoint holds, or of the bulk endpoint where that is all.
    package let packetSize: Int
    /// Bytes of the HID report descriptor; 0 where the interface is no HID.
    package let reportDescriptorLength: Int
    /// The interface with the data of a serial line, as its control interface names it; nil where it names
    /// none.
    package let dataInterface: UInt8?
    /// Whether this is another setting than the one that the interface is in, or one that the device does not
    /// count: it counts as shown, and is not read.
    package let isAlternate: Bool

    package init(
        number: UInt8, classCode: UInt8, subclass: UInt8, protocolCode: UInt8, interruptIn: UInt8?,
        bulkIn: UInt8? = nil, bulkOut: UInt8? = nil, packetSize: Int, reportDescriptorLength: Int,
        dataInterface: UInt8? = nil, isAlternate: Bool = false
    ) {
        self.isAlternate = isAlternate
        (self.bulkIn, self.bulkOut, self.dataInterface) = (bulkIn, bulkOut, dataInterface)
        (self.number, self.classCode) = (number, classCode)
        (self.subclass, self.protocolCode) = (subclass, protocolCode)
        (self.interruptIn, self.packetSize) = (interruptIn, packetSize)
        self.reportDescriptorLength = reportDescriptorLength
    }

    /// HID 1.11, section 4.1: class 3.
    package var isHID: Bool { classCode == 0x03 }
    package var kind: USBInterfaceKind {
        USBInterfaceKind(classCode: classCode, subclass: subclass, protocolCode: protocolCode)
    }
    /// USB CDC 1.2: class 2 (communications) or 10 (data).
    package var isSerial: Bool { classCode == 0x02 || classCode == 0x0A }
}
