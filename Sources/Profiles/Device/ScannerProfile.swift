/// What must be known of a barcode scanner to cut its bytes into marks.
package struct ScannerProfile: Sendable, Equatable {
    package let transport: Transport
    /// Most bytes of one mark; longer ones are refused whole.
    package let longestMark: Int

    package enum Transport: Sendable, Equatable {
        /// USB HID point-of-sale reports (usage page 0x8C), laid out as the report descriptor says.
        case hidPOS(HIDReports)
        /// Bytes on a tty.
        case serial(SerialFraming)
    }

    package init(transport: Transport, longestMark: Int) {
        (self.transport, self.longestMark) = (transport, longestMark)
    }

    package struct HIDReports: Sendable, Equatable {
        /// How long the next report of a mark of several may take before the mark is given up.
        package let continuationMilliseconds: Int
    }

    /// How marks are told apart on a line.
    package struct SerialFraming: Sendable, Equatable {
        /// Bytes before each mark; empty for none.
        package let prefix: [UInt8]
        /// Bytes after each mark; empty where only silence ends one.
        package let suffix: [UInt8]
        /// Silence that ends a mark, or gives up an incomplete one.
        package let idleGapMilliseconds: Int
        /// Whether each mark begins with its AIM identifier (`]d1`).
        package let aimIdentifier: Bool
        package let baud: Int
        package let dataBits: Int
        package let parity: Parity
        package let stopBits: Int
    }

    package enum Parity: String, Sendable, CaseIterable { case none, even, odd }
}
