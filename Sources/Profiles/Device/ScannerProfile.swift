package import Codecs

/// What must be known of a barcode scanner to cut its bytes into marks.
package struct ScannerProfile: Sendable, Equatable {
    package let transport: Transport
    /// Most bytes of one mark; longer ones are refused whole.
    package let longestMark: Int
    /// Every USB interface that it may show; nil for those alone that its mode needs.
    package let interfaces: [USBInterfaceKind]?
    package let rules: ScanRules

    /// How its marks come.
    package enum Transport: Sendable, Equatable {
        /// USB HID point-of-sale reports (usage page 0x8C), laid out as the report descriptor says.
        case hidPOS
        /// Key strokes of a USB keyboard, with the layout and the last key that the scanner is set to.
        case hidKeyboard(KeyboardLayout.Name, terminator: HIDKeyboardReader.Terminator)
        /// Bytes on a tty, whose speed and parity are the link's, or of a USB serial line (CDC-ACM).
        case serial(SerialFraming)
    }

    package init(
        transport: Transport, longestMark: Int, rules: ScanRules = ScanRules(),
        interfaces: [USBInterfaceKind]? = nil
    ) {
        (self.transport, self.longestMark, self.rules) = (transport, longestMark, rules)
        self.interfaces = interfaces
    }

    /// How marks are told apart on a line.
    package struct SerialFraming: Sendable, Equatable {
        /// Bytes before each mark; empty for none.
        package let prefix: [UInt8]
        /// Bytes after each mark; empty where only silence ends one.
        package let suffix: [UInt8]
        /// Silence that ends a mark, or gives up an incomplete one.
        package let idleGapMilliseconds: Int
    }
}
