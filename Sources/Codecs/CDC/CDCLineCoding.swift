/// How a USB serial device is to set its line (USB CDC PSTN 1.2, section 6.3.11): what SET_LINE_CODING says.
package struct CDCLineCoding: Sendable, Hashable {
    /// The parity bit of each character, by its number.
    package enum Parity: UInt8, Sendable {
        case none = 0
        case odd = 1
        case even = 2
    }

    /// Bits a second.
    package let baud: UInt32
    package let parity: Parity
    /// 7 or 8.
    package let dataBits: UInt8
    /// 1 or 2.
    package let stopBits: UInt8

    package init(baud: UInt32, parity: Parity, dataBits: UInt8 = 8, stopBits: UInt8 = 1) {
        (self.baud, self.parity, self.dataBits, self.stopBits) = (baud, parity, dataBits, stopBits)
    }

    /// 9600 baud, no parity, 8 data bits, 1 stop bit. A scanner that has no UART inside does not care.
    package static let usual = CDCLineCoding(baud: 9_600, parity: .none)

    /// Seven bytes: rate (low byte first), stop bits (0 is one, 2 is two), parity, data bits.
    package var bytes: [UInt8] {
        let rate = (0..<4).map { UInt8(truncatingIfNeeded: baud >> (8 * UInt32($0))) }
        return rate + [stopBits == 2 ? 2 : 0, parity.rawValue, dataBits]
    }
}
