/// What carries the frames of one Modbus line, as far as it costs time. The transports know it from a link.
package struct BusWire: Sendable, Hashable {
    /// How requests and replies are framed, and at which speed.
    package enum Framing: Sendable, Hashable {
        /// Frames of RTU; start, data, parity and stop bits make a character (11 for 8E1).
        case rtu(baud: Int, bitsPerCharacter: Int)
        /// The same as hexadecimal text.
        case ascii(baud: Int, bitsPerCharacter: Int)
        /// A network: what its bytes cost does not count beside a device's turnaround.
        case tcp
        /// Frames of RTU in a TCP stream. The speed of the line behind it is not known here.
        case rtuOverTCP
    }

    /// The line's address without a unit: `modbus+rtu:///dev/ttyUSB0`. One line, one owner.
    package let line: String
    package let framing: Framing

    package init(line: String, framing: Framing) { (self.line, self.framing) = (line, framing) }

    /// MODBUS over Serial Line V1.02, clause 2.5.1.1, for rates above 19,200 baud.
    private static let shortestGap: Int64 = 1_750_000
    /// Start, data and stop of the rates that termios(3) names; what a slower line could be set to.
    private static let bauds = [9_600, 19_200, 38_400, 57_600, 115_200]

    /// How long `count` characters are on the wire, nanoseconds.
    func time(ofCharacters count: Int) -> Int64 {
        switch framing {
        case .rtu(let baud, let bits), .ascii(let baud, let bits):
            Int64(count * bits) * 1_000_000_000 / Int64(max(1, baud))
        case .tcp, .rtuOverTCP: 0
        }
    }

    /// Silence between two frames, nanoseconds: 3.5 characters, and never less than 1.75 ms.
    var gap: Int64 {
        switch framing {
        case .rtu, .ascii: max(Self.shortestGap, time(ofCharacters: 7) / 2)
        case .rtuOverTCP: Self.shortestGap
        case .tcp: 0
        }
    }

    /// Characters of a request to read and of its reply with `bytes` of data.
    ///
    /// RTU: unit, function, address, count and CRC; unit, function, byte count, data and CRC. ASCII: each
    /// byte twice, one byte of LRC, and colon, CR and LF (V1.02, clauses 2.5.1 and 2.5.2).
    func characters(forReplyWith bytes: Int) -> Int {
        switch framing {
        case .rtu, .rtuOverTCP: 8 + 5 + bytes
        case .ascii: (3 + 2 * 7) + (3 + 2 * (4 + bytes))
        case .tcp: 0
        }
    }

    /// Whether a missed answer costs as long again: frames without transaction numbers cannot be told apart.
    var waitsOutLateReplies: Bool { framing != .tcp }

    /// The same line at each higher speed, slowest first; none where it has no speed.
    var faster: [(baud: Int, wire: BusWire)] {
        switch framing {
        case .rtu(let baud, let bits):
            Self.bauds.filter { $0 > baud }.map {
                ($0, BusWire(line: line, framing: .rtu(baud: $0, bitsPerCharacter: bits)))
            }
        case .ascii(let baud, let bits):
            Self.bauds.filter { $0 > baud }.map {
                ($0, BusWire(line: line, framing: .ascii(baud: $0, bitsPerCharacter: bits)))
            }
        case .tcp, .rtuOverTCP: []
        }
    }
}
