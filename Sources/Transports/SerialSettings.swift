/// How a serial line is set.
package struct SerialSettings: Sendable, Hashable {
    /// The parity bit of each character.
    package enum Parity: String, Sendable, CaseIterable {
        case none
        case even
        case odd
    }

    /// The tty: `/dev/serial/by-id/…` where there is one, so that another plug finds the same device.
    package let path: String
    /// Bits a second.
    package var baud: Int
    package var parity: Parity
    /// 7 or 8.
    package var dataBits: Int
    /// 1 or 2.
    package var stopBits: Int
    /// Everything that is sent comes back, as on two-wire adapters that keep listening; it is taken off.
    package var hasLocalEcho = false
    /// The driver turns the transceiver of an RS-485 line around, by RTS.
    package var switchesDirection = false

    /// The rates that termios(3) names and libmodbus 3.1.6 accepts.
    package static let bauds = [
        300, 600, 1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600,
    ]

    package init(path: String, baud: Int, parity: Parity, dataBits: Int = 8, stopBits: Int = 1) {
        (self.path, self.baud, self.parity) = (path, baud, parity)
        (self.dataBits, self.stopBits) = (dataBits, stopBits)
    }

    /// How long one character occupies the line: start bit, data, parity and stop bits.
    package var characterNanoseconds: Int64 {
        Int64(1 + dataBits + (parity == .none ? 0 : 1) + stopBits) * 1_000_000_000 / Int64(max(1, baud))
    }
}
