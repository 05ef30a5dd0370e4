/// Joins the key strokes of a scanner in keyboard mode to scans.
///
/// What such a scanner sends is less than it read: separators of ISO/IEC 15434 and GS1 are no keys. A scan of
/// which a key is not certain is refused whole, up to its end, because half a serial number is another
/// part's.
package struct HIDKeyboardReader: Sendable {
    /// The key that a scanner puts behind each scan.
    package enum Terminator: String, Sendable, CaseIterable {
        case enter
        case tab

        /// HID Usage Tables 1.5, section 10: Return and Enter of the keypad, Tab.
        var usages: [UInt8] { self == .enter ? [0x28, 0x58] : [0x2B] }
    }

    /// Keys of one scan follow each other within milliseconds, 100 ms where a slow host is allowed for.
    package static let longestGapNanoseconds: Int64 = 500_000_000

    /// Bits of the modifiers (HID 1.11, section 8.3): the same four on the left and on the right.
    private enum Modifiers {
        static let (control, shift, leftAlt, gui): (UInt8, UInt8, UInt8, UInt8) = (0x11, 0x22, 0x04, 0x88)
        static let altGr: UInt8 = 0x40
    }

    package let layout: HIDKeyboardLayout
    private let keyboard: KeyboardLayout
    private let terminator: Terminator
    private var pressed: [UInt8] = []
    private var text: [UInt8] = []
    /// Why the scan that is under way is refused when it ends; nil while all is well.
    private var fault: String?
    private var lastKey: Int64?

    package init(_ layout: HIDKeyboardLayout, keyboard: KeyboardLayout, terminator: Terminator) {
        (self.layout, self.keyboard, self.terminator) = (layout, keyboard, terminator)
    }

    /// Whether a scan has begun of which more is to come.
    package var hasBegun: Bool { !text.isEmpty || fault != nil }

    /// Takes one input report, as it came, at `monotonicNanoseconds` of the monotonic clock.
    ///
    /// Returns the scan that its terminator completes. Throws `HIDError` where a scan ends that cannot be
    /// used: cut off, a key that is not certain, too long, or a mark that does not survive this mode.
    package mutating func take(
        _ report: [UInt8], at monotonicNanoseconds: Int64
    ) throws(HIDError) -> HIDPOSReader.Scan? {
        guard layout.carriesKeys(report) else {
            throw HIDError("a report with another id than the keyboard's reports of keys", at: 0)
        }
        guard report.count >= layout.shortestReport else {
            spoil("a report of \(report.count) bytes was cut off")
            return nil
        }
        let keys = report[layout.keys].filter { $0 != 0 }
        // HID 1.11, appendix C: 01 in every place says that too many keys are down; 02 and 03 are errors.
        if let code = keys.first(where: { $0 < 4 }) {
            spoil("the scanner could not tell its keys (code \(code)): slow its keyboard mode down")
            return nil
        }
        let new = keys.filter { !pressed.contains($0) }
        pressed = keys
        guard let key = new.first else { return nil }
        noteTime(monotonicNanoseconds)
        guard new.count == 1 else {
            // Appendix C: keys that come in one report came in no particular order.
            spoil("keys came at once, in no order: slow the scanner's keyboard mode down")
            return new.contains(where: terminator.usages.contains) ? try finish() : nil
        }
        return try press(key, report[layout.modifiersOffset])
    }

    private mutating func noteTime(_ now: Int64) {
        defer { lastKey = now }
        guard let lastKey, hasBegun else { return }
        if now.subtractingReportingOverflow(lastKey).partialValue > Self.longestGapNanoseconds {
            spoil("the keys of a scan came with a gap: its end may be another scan's")
        }
    }

    private mutating func press(_ key: UInt8, _ modifiers: UInt8) throws(HIDError) -> HIDPOSReader.Scan? {
        if terminator.usages.contains(key) { return try finish() }
        guard modifiers & (Modifiers.control | Modifiers.leftAlt | Modifiers.gui) == 0 else {
            spoil("a key came with Control, Alt or GUI: it is a command and no character")
            return nil
        }
        let isShifted = modifiers & Modifiers.shift != 0
        let hasAltGr = modifiers & Modifiers.altGr != 0
        if let digit = Self.keypadDigit(key) {
            append(digit)
            return nil
        }
        switch keyboard.key(key, isShifted: isShifted, hasAltGr: hasAltGr) {
        case .character(let scalar): for byte in UTF8.encode(scalar) ?? .init() { append(byte) }
        case .dead(let accent):
            spoil("the key is the dead accent \(accent) in layout \(keyboard.name.rawValue)")
        case nil:
            let code = Hex.text([key])
            spoil("key \(code) has no character in layout \(keyboard.name.rawValue)")
        }
        return nil
    }

    /// HID Usage Tables 1.5, section 10: 59 to 61 are 1 to 9 of the keypad, 62 is 0.
    private static func keypadDigit(_ key: UInt8) -> UInt8? {
        guard (0x59...0x62).contains(key) else { return nil }
        return UInt8(ascii: "0") + (key == 0x62 ? 0 : key - 0x58)
    }

    private mutating func append(_ byte: UInt8) {
        guard text.count < HIDPOSReader.longestScan else {
            return spoil("a scan longer than \(HIDPOSReader.longestScan) bytes")
        }
        text.append(byte)
    }

    /// The first fault is the one to tell.
    private mutating func spoil(_ reason: String) { fault = fault ?? reason }

    private mutating func finish() throws(HIDError) -> HIDPOSReader.Scan? {
        let (bytes, fault) = (text, fault)
        (text, self.fault, lastKey) = ([], nil, nil)
        if let fault { throw HIDError("\(fault): scan again", at: 0) }
        guard !bytes.isEmpty else { return nil }
        let identifier = AIMIdentifier(bytes.prefix(3))
        let mark = bytes.dropFirst(identifier == nil ? 0 : 3)
        if mark.starts(with: Array("[)>".utf8)) {
            throw HIDError(
                "an ISO/IEC 15434 mark loses its separators in keyboard mode: switch the scanner to HID POS "
                    + "or CDC", at: 0)
        }
        if let identifier, identifier.isGS1 {
            throw HIDError(
                "a GS1 mark loses its FNC1 separators in keyboard mode: switch the scanner to HID POS or CDC",
                at: 0)
        }
        return mark.isEmpty ? nil : HIDPOSReader.Scan(bytes: bytes, symbology: nil)
    }
}

extension HIDUsage {
    /// Keys and modifiers (HID Usage Tables 1.5, section 10).
    package static let keyboardPage: UInt16 = 0x07
}
