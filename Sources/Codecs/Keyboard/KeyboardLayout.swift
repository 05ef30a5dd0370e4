/// Which character a key means: a national arrangement of the keys of a keyboard.
///
/// A keyboard sends places of keys, not characters; which characters a scanner meant is known only where its
/// own setting for the country is the layout here.
package struct KeyboardLayout: Sendable, Equatable {
    /// The layouts that there are, by the names that profiles use.
    package enum Name: String, Sendable, CaseIterable {
        case us
        case uk
        case de
        case fr
    }

    /// What a key means together with shift and AltGr.
    package enum Key: Sendable, Equatable {
        case character(Unicode.Scalar)
        /// An accent that waits for the next key: what comes of both depends on the system, not on the
        /// layout.
        case dead(Unicode.Scalar)
    }

    /// The keys of one layer, row by row as they lie on the keyboard; see `rows` for their usages.
    struct Layer {
        /// What stands in a row where a key has no character in this layer.
        static let none: Unicode.Scalar = "␀"
        /// What comes before a dead accent.
        static let deadMark: Unicode.Scalar = "☠"

        let rows: [String]
    }

    /// Usages of the Keyboard page (HID Usage Tables 1.5, section 10) in the order of the rows' characters:
    /// digits, the upper, the middle and the lower row of letters. 31 and 32 are one key, at the right end of
    /// the middle row; 64 is the key beside the left shift of keyboards of ISO/IEC 9995.
    static let rows: [[UInt8]] = [
        [0x35, 0x1E, 0x1F, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x27, 0x2D, 0x2E],
        [0x14, 0x1A, 0x08, 0x15, 0x17, 0x1C, 0x18, 0x0C, 0x12, 0x13, 0x2F, 0x30],
        [0x04, 0x16, 0x07, 0x09, 0x0A, 0x0B, 0x0D, 0x0E, 0x0F, 0x33, 0x34, 0x32],
        [0x64, 0x1D, 0x1B, 0x06, 0x19, 0x05, 0x11, 0x10, 0x36, 0x37, 0x38],
    ]

    package let name: Name
    private let plain: [UInt8: Key]
    private let shifted: [UInt8: Key]
    private let withAltGr: [UInt8: Key]

    package init(_ name: Name) {
        let table = KeyboardTables.table(name)
        self.name = name
        plain = Self.keys(table.plain)
        shifted = Self.keys(table.shifted)
        withAltGr = Self.keys(table.withAltGr)
    }

    /// What the key with `usage` of the Keyboard page means; nil where it means nothing in this layout.
    package func key(_ usage: UInt8, isShifted: Bool, hasAltGr: Bool) -> Key? {
        if usage == 0x2C, !hasAltGr { return .character(" ") }
        if hasAltGr { return isShifted ? nil : withAltGr[usage] }
        return isShifted ? shifted[usage] : plain[usage]
    }

    private static func keys(_ layer: Layer) -> [UInt8: Key] {
        var keys: [UInt8: Key] = [:]
        for (usages, row) in zip(rows, layer.rows) {
            var isDead = false
            var places = usages[...]
            for scalar in row.unicodeScalars {
                if scalar == Layer.deadMark {
                    isDead = true
                    continue
                }
                guard let usage = places.popFirst() else { break }
                if scalar != Layer.none { keys[usage] = isDead ? .dead(scalar) : .character(scalar) }
                isDead = false
            }
        }
        // Linux gives both usages the same key code too (drivers/hid/hid-input.c, hid_keyboard).
        keys[0x31] = keys[0x32]
        return keys
    }
}
