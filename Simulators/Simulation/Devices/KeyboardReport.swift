/// Input reports of a scanner in keyboard mode with a US layout: 8 bytes, one key pressed and let go at a
/// time (HID 1.11, appendix B.1).
package enum KeyboardReport {
    /// Longest code that such a scanner types here.
    static let mostBytes = 90
    private static let (shift, enter): (UInt8, UInt8) = (0x02, 0x28)

    /// The reports of one scan, Enter behind it; empty where `text` is empty or too long.
    ///
    /// Control characters become full stops, as a Microscan MS-4 sends them.
    package static func reports(text: [UInt8]) -> [[UInt8]] {
        guard !text.isEmpty, text.count <= mostBytes else { return [] }
        var reports: [[UInt8]] = []
        var strokes = text.map { stroke($0) }
        strokes.append((modifiers: 0, usage: enter))
        for (modifiers, usage) in strokes {
            reports.append([modifiers, 0, usage, 0, 0, 0, 0, 0])
            reports.append([UInt8](repeating: 0, count: 8))
        }
        return reports
    }

    /// Keys that are neither letter nor digit, without and with shift (HID Usage Tables 1.5, section 10).
    private static let others: [(plain: Character, shifted: Character, usage: UInt8)] = [
        (" ", " ", 0x2C), ("-", "_", 0x2D), ("=", "+", 0x2E), ("[", "{", 0x2F), ("]", "}", 0x30),
        ("\\", "|", 0x31), (";", ":", 0x33), ("'", "\"", 0x34), ("`", "~", 0x35), (",", "<", 0x36),
        (".", ">", 0x37), ("/", "?", 0x38),
    ]
    /// What shift makes of 1 to 9 and 0.
    private static let overDigits = Array("!@#$%^&*()".utf8)

    private static func stroke(_ byte: UInt8) -> (modifiers: UInt8, usage: UInt8) {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): return (0, byte - UInt8(ascii: "a") + 0x04)
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): return (shift, byte - UInt8(ascii: "A") + 0x04)
        case UInt8(ascii: "1")...UInt8(ascii: "9"): return (0, byte - UInt8(ascii: "1") + 0x1E)
        case UInt8(ascii: "0"): return (0, 0x27)
        default:
            if let place = overDigits.firstIndex(of: byte) { return (shift, 0x1E + UInt8(place)) }
            let character = Character(Unicode.Scalar(byte))
            guard let key = others.first(where: { $0.plain == character || $0.shifted == character }) else {
                return (0, 0x37)
            }
            return (key.plain == character ? 0 : shift, key.usage)
        }
    }
}
