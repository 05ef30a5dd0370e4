package import Codecs

/// How a scanner on USB is set to speak.
package enum USBScannerMode: Sendable, Equatable {
    /// HID point of sale: every byte of a mark arrives.
    case hidPOS
    /// A keyboard: what has no key is lost.
    case keyboard(KeyboardLayout.Name, terminator: HIDKeyboardReader.Terminator)
    /// A serial line (CDC-ACM).
    case serial(LineFraming, CDCLineCoding = .usual)

    /// The interfaces of a device in this mode that does nothing else.
    package var ownInterfaces: [USBInterfaceKind] {
        switch self {
        case .hidPOS: [.hid]
        case .keyboard: [.keyboard]
        case .serial: [.cdc, .cdcData]
        }
    }

    /// What a technician finds in the scanner's booklet: `HID POS`.
    package var title: String {
        switch self {
        case .hidPOS: "HID POS"
        case .keyboard: "keyboard mode"
        case .serial: "USB serial (CDC)"
        }
    }

    /// Whether an interface may be the one that brings the scans.
    func mayUse(_ interface: USBInterface) -> Bool {
        guard !interface.isAlternate else { return false }
        return switch self {
        case .hidPOS: interface.kind == .hid && interface.interruptIn != nil
        case .keyboard: interface.isHID && interface.kind != .mouse && interface.interruptIn != nil
        case .serial: interface.kind == .cdc
        }
    }
}
