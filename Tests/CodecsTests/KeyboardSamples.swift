@testable import Codecs

/// Key strokes of scanners in keyboard mode.
enum KeyboardSamples {
    /// One key: the report of its press and the one of its release, in the boot keyboard's layout.
    static func stroke(_ usage: UInt8, modifiers: UInt8 = 0) -> [[UInt8]] {
        [[modifiers, 0, usage, 0, 0, 0, 0, 0], [UInt8](repeating: 0, count: 8)]
    }

    /// Enter.
    static let enter = stroke(0x28)
    /// Left shift (HID 1.11, section 8.3, bit 1).
    static let shift: UInt8 = 0x02

    /// `text` of capitals, digits, blanks and `-`, typed on a US keyboard (HID Usage Tables 1.5, section 10:
    /// A is 04, 1 is 1E, 0 is 27).
    static func typed(_ text: String) -> [[UInt8]] {
        text.utf8.flatMap { byte -> [[UInt8]] in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): stroke(byte - 0x41 + 0x04, modifiers: shift)
            case UInt8(ascii: "1")...UInt8(ascii: "9"): stroke(byte - 0x31 + 0x1E)
            case UInt8(ascii: "0"): stroke(0x27)
            case UInt8(ascii: "-"): stroke(0x2D)
            default: stroke(0x2C)
            }
        }
    }
}
