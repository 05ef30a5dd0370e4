/// The interfaces that a USB device's descriptors hold, found one by one, whatever the device counts.
///
/// A configuration says how many interfaces it has. libusb believes that and stops there; Linux does not, and
/// binds its drivers to all that it finds: a device that counts one too few could hide a keyboard.
package enum USBDescriptorWalk {
    /// One interface in one of its settings.
    package struct Setting: Sendable, Equatable {
        package let number: UInt8
        package let classCode: UInt8
        package let subclass: UInt8
        package let protocolCode: UInt8

        package var kind: USBInterfaceKind {
            USBInterfaceKind(classCode: classCode, subclass: subclass, protocolCode: protocolCode)
        }
    }

    /// Bytes of what sysfs gives in `descriptors` at most: a device descriptor (18) and eight configurations
    /// (USB_MAXCONFIG of Linux) of 65,535 bytes (USB 2.0, table 9-10).
    package static let mostBytes = 18 + 8 * 65_535

    /// Every interface of every configuration in `bytes`, as sysfs gives them in a device's `descriptors`, in
    /// order; what follows a descriptor of impossible length is left out, as Linux leaves it out.
    package static func settings(in bytes: [UInt8]) -> [Setting] {
        var settings: [Setting] = []
        var place = 0
        while place + 1 < bytes.count {
            let length = Int(bytes[place])
            guard length >= 2, length <= bytes.count - place else { break }
            // USB 2.0, table 9-12: an interface descriptor is of type 4 and 9 bytes.
            if bytes[place + 1] == 4, length >= 9 {
                settings.append(
                    Setting(
                        number: bytes[place + 2], classCode: bytes[place + 5], subclass: bytes[place + 6],
                        protocolCode: bytes[place + 7]))
            }
            place += length
        }
        return settings
    }
}
