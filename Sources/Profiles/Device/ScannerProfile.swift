/// What must be known of a barcode scanner to cut its bytes into marks.
package struct ScannerProfile: Sendable, Equatable {
    package let transport: Transport
    /// Most bytes of one mark; longer ones are refused whole.
    package let longestMark: Int
    package let rules: ScanRules

    /// How its marks come.
    package enum Transport: Sendable, Equatable {
        /// USB HID point-of-sale reports (usage page 0x8C), laid out as the report descriptor says.
        case hidPOS
        /// Bytes on a tty; its speed and parity are the link's.
        case serial(SerialFraming)
    }

    package init(transport: Transport, longestMark: Int, rules: ScanRules = ScanRules()) {
        (self.transport, self.longestMark, self.rules) = (transport, longestMark, rules)
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
