/// What an interface of a USB device is for, as far as class, subclass and protocol say (USB-IF defined class
/// codes): the word for it in profiles and messages.
package enum USBInterfaceKind: String, Sendable, CaseIterable, Comparable {
    case hid
    case keyboard
    case mouse
    case cdc
    case cdcData = "cdc-data"
    case network
    case storage
    case printer
    case audio
    case video
    case smartCard = "smart-card"
    case wireless
    case firmware
    case hub
    case vendor
    case other

    package init(classCode: UInt8, subclass: UInt8, protocolCode: UInt8) {
        self =
            switch (classCode, subclass, protocolCode) {
            // HID 1.11, sections 4.2 and 4.3: a boot device says what it is.
            case (0x03, 1, 1): .keyboard
            case (0x03, 1, 2): .mouse
            case (0x03, _, _): .hid
            // USB CDC 1.2, table 4: subclass 2 is the abstract control model, a serial line.
            case (0x02, 2, _): .cdc
            case (0x02, _, _): .network
            case (0x0A, _, _): .cdcData
            case (0x08, _, _): .storage
            case (0x07, _, _): .printer
            case (0x01, _, _): .audio
            case (0x0E, _, _), (0x10, _, _): .video
            case (0x0B, _, _): .smartCard
            case (0xE0, _, _): .wireless
            case (0xFE, 1, _): .firmware
            case (0x09, _, _): .hub
            case (0xFF, _, _): .vendor
            default: .other
            }
    }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
