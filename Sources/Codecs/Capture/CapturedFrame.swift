/// One frame of a line as it was on the wire, or bytes that are none.
package struct CapturedFrame: Sendable, Equatable {
    /// Whether this machine sent it; otherwise it came.
    package let isSent: Bool
    /// Nanoseconds since 1970: when the last byte came, or the first was sent.
    package let nanoseconds: Int64
    /// Everything from the first to the last byte, header and check sum with it.
    package let bytes: [UInt8]
    /// Why these bytes are no frame; nil where they are one.
    package let fault: String?

    package init(isSent: Bool, nanoseconds: Int64, bytes: [UInt8], fault: String? = nil) {
        (self.isSent, self.nanoseconds, self.bytes, self.fault) = (isSent, nanoseconds, bytes, fault)
    }
}

/// How Modbus is framed on a line.
package enum ModbusWire: String, Sendable, CaseIterable {
    case tcp
    case rtu
    case ascii

    /// The framing of the line with this name (`modbus+tcp://…`); nil for a line that carries no Modbus.
    package init?(lineName: String) {
        switch lineName.prefix(while: { $0 != ":" }) {
        case "modbus+tcp": self = .tcp
        case "modbus+rtu", "modbus+rtu+tcp": self = .rtu
        case "modbus+ascii", "modbus+ascii+tcp": self = .ascii
        default: return nil
        }
    }

    /// Unit, PDU and, on TCP, transaction of a whole frame; nil where `bytes` are none.
    package func parts(of bytes: [UInt8]) -> (transaction: UInt16?, unit: UInt8, pdu: [UInt8])? {
        switch self {
        case .tcp:
            guard bytes.count >= 8, WireFramer.tcpLength(bytes[...]) == .frame(bytes.count) else {
                return nil
            }
            return (UInt16(bytes[0]) << 8 | UInt16(bytes[1]), bytes[6], Array(bytes[7...]))
        case .rtu:
            guard let frame = try? ModbusRTUFrame(bytes) else { return nil }
            return (nil, frame.unit, frame.pdu)
        case .ascii:
            guard bytes.first == UInt8(ascii: ":"), bytes.suffix(2) == [0x0D, 0x0A],
                let decoded = Hex.bytes(String(decoding: bytes.dropFirst().dropLast(2), as: UTF8.self)),
                decoded.count >= 3, decoded.reduce(0, &+) == 0
            else { return nil }
            return (nil, decoded[0], Array(decoded[1..<(decoded.count - 1)]))
        }
    }
}
