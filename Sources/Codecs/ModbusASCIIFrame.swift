/// One Modbus ASCII frame (MODBUS over Serial Line V1.02, clause 2.5.2): a colon, unit and PDU and their
/// check sum in hexadecimal, CR and LF.
package struct ModbusASCIIFrame: Sendable, Equatable {
    package let unit: UInt8
    package let pdu: [UInt8]

    package init(unit: UInt8, pdu: [UInt8]) { (self.unit, self.pdu) = (unit, pdu) }

    /// Reads the text between the colon and CR LF; small letters are taken too.
    ///
    /// Throws `ModbusError`: `framing` for text that is not hexadecimal or too short, `checksum` for a wrong
    /// LRC.
    init(text: [UInt8]) throws(ModbusError) {
        guard let bytes = Hex.bytes(String(decoding: text, as: UTF8.self)), text.count == bytes.count * 2,
            (3...ModbusLimits.pduBytes + 2).contains(bytes.count)
        else {
            throw ModbusError(
                .framing, "\(text.count) characters that are no ASCII frame", raw: Array(text.prefix(16)))
        }
        guard Self.lrc(bytes.dropLast()) == bytes[bytes.count - 1] else {
            throw ModbusError(.checksum, "the LRC is not that of the frame's bytes", raw: bytes)
        }
        self.init(unit: bytes[0], pdu: Array(bytes[1..<(bytes.count - 1)]))
    }

    /// The frame as it goes on the wire.
    package var bytes: [UInt8] {
        let body = [unit] + pdu
        var out: [UInt8] = [UInt8(ascii: ":")]
        out.reserveCapacity(2 * body.count + 5)
        for byte in body + [Self.lrc(body)] {
            out.append(Self.digits[Int(byte >> 4)])
            out.append(Self.digits[Int(byte & 0xF)])
        }
        out.append(0x0D)
        out.append(0x0A)
        return out
    }

    /// The sum that makes all bytes add up to 0 (clause 6.2.1).
    package static func lrc(_ bytes: some Sequence<UInt8>) -> UInt8 { 0 &- bytes.reduce(0, &+) }

    private static let digits = Array("0123456789ABCDEF".utf8)
}

/// Cuts a stream of characters into Modbus ASCII frames.
///
/// A colon begins a frame wherever it stands, and what comes before one is passed over (clause 2.5.2.1), so
/// the next frame is found again after any fault.
package struct ModbusASCIIFramer: Sendable {
    /// Characters between colon and LF: unit, PDU and LRC in two digits each, and CR.
    private static let longestText = 2 * (ModbusLimits.pduBytes + 2) + 1

    private var buffer: [UInt8] = []
    private var position = 0
    /// The characters since the colon; nil outside a frame.
    private var text: [UInt8]?

    package init() {}

    /// Characters that wait for the rest of their frame.
    package var pendingBytes: Int { buffer.count - position + (text.map { $0.count + 1 } ?? 0) }

    /// Takes characters as they came. Ask `next()` until it gives nil before more are given.
    package mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Forgets what has come: a new request is on its way, or the line was opened anew.
    package mutating func reset() { self = ModbusASCIIFramer() }

    /// The next whole frame; nil asks for more characters.
    ///
    /// Throws `ModbusError`: `framing` for what stands between colon and LF and is no frame, `checksum` for
    /// a wrong LRC. The one who goes on asking gets the frame after it.
    package mutating func next() throws(ModbusError) -> ModbusASCIIFrame? {
        while position < buffer.count {
            let byte = buffer[position]
            position += 1
            if byte == UInt8(ascii: ":") {
                text = []
            } else if var begun = text {
                text = nil
                if byte == 0x0A {
                    guard begun.popLast() == 0x0D else {
                        throw ModbusError(.framing, "LF without CR", raw: Array(begun.prefix(16)))
                    }
                    return try ModbusASCIIFrame(text: begun)
                }
                guard begun.count < Self.longestText else {
                    throw ModbusError(
                        .framing, "more than \(Self.longestText) characters without an end",
                        raw: Array(begun.prefix(16)))
                }
                begun.append(byte)
                text = begun
            }
        }
        buffer.removeAll(keepingCapacity: true)
        position = 0
        return nil
    }
}
