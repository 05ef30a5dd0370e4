internal import Codecs

/// Frames of a line without transaction numbers: RTU in a TCP stream, or ASCII.
///
/// What a reply belongs to is known by its time alone, so everything that came before a request is forgotten
/// when that leaves.
struct SerialFraming: Sendable {
    private enum Framer {
        case rtu(ModbusRTUFramer)
        case ascii(ModbusASCIIFramer)
    }

    /// A frame that came, whose check sum was right.
    struct Frame: Equatable {
        let unit: UInt8
        let pdu: [UInt8]
    }

    static let rtu = SerialFraming(framer: .rtu(ModbusRTUFramer()))

    /// ASCII; `hasLocalEcho` where all that is sent comes back.
    static func ascii(hasLocalEcho: Bool) -> SerialFraming {
        SerialFraming(framer: .ascii(ModbusASCIIFramer()), echo: hasLocalEcho ? EchoFilter() : nil)
    }

    private var framer: Framer
    private var echo: EchoFilter?

    /// Forgets all that came before, and gives the request as it goes on the wire.
    mutating func begin(unit: UInt8, pdu: [UInt8]) -> [UInt8] {
        reset()
        let bytes =
            switch framer {
            case .rtu: ModbusRTUFrame(unit: unit, pdu: pdu).bytes
            case .ascii: ModbusASCIIFrame(unit: unit, pdu: pdu).bytes
            }
        echo?.expect(bytes)
        return bytes
    }

    /// Takes bytes as they came. Ask `next()` until it gives nil before more are given.
    ///
    /// Throws `ModbusError` where our own bytes came back changed.
    mutating func append(_ bytes: some Collection<UInt8>) throws(ModbusError) {
        let own = try echo?.take(bytes) ?? 0
        switch framer {
        case .rtu(var rtu):
            rtu.append(bytes.dropFirst(own))
            framer = .rtu(rtu)
        case .ascii(var ascii):
            ascii.append(bytes.dropFirst(own))
            framer = .ascii(ascii)
        }
    }

    /// The next whole frame; nil asks for more bytes. Throws `ModbusError` for bytes that are none.
    mutating func next() throws(ModbusError) -> Frame? {
        switch framer {
        case .rtu(var rtu):
            defer { framer = .rtu(rtu) }
            return try rtu.next().map { Frame(unit: $0.unit, pdu: $0.pdu) }
        case .ascii(var ascii):
            defer { framer = .ascii(ascii) }
            return try ascii.next().map { Frame(unit: $0.unit, pdu: $0.pdu) }
        }
    }

    /// Forgets all that came.
    mutating func reset() {
        echo?.reset()
        switch framer {
        case .rtu(var rtu):
            rtu.reset()
            framer = .rtu(rtu)
        case .ascii(var ascii):
            ascii.reset()
            framer = .ascii(ascii)
        }
    }
}
