/// One Modbus frame of a serial line: unit, PDU and CRC (MODBUS over Serial Line V1.02, clause 2.5.1).
package struct ModbusRTUFrame: Sendable, Equatable {
    package let unit: UInt8
    package let pdu: [UInt8]

    package init(unit: UInt8, pdu: [UInt8]) { (self.unit, self.pdu) = (unit, pdu) }

    /// The frame that `bytes` are, all of them.
    ///
    /// Throws `ModbusError`: `framing` for fewer than 4 or more than 256 bytes, `checksum` for a wrong CRC.
    package init(_ bytes: [UInt8]) throws(ModbusError) {
        guard (4...ModbusLimits.rtuFrameBytes).contains(bytes.count) else {
            throw ModbusError(.framing, "\(bytes.count) bytes, where a frame has 4 to 256", raw: bytes)
        }
        let sum = Self.crc(bytes.dropLast(2))
        guard bytes[bytes.count - 2] == UInt8(sum & 0xFF), bytes[bytes.count - 1] == UInt8(sum >> 8) else {
            throw ModbusError(.checksum, "the CRC is not that of the frame's bytes", raw: bytes)
        }
        self.init(unit: bytes[0], pdu: Array(bytes[1..<(bytes.count - 2)]))
    }

    /// The frame as it goes on the wire, CRC low byte first.
    package var bytes: [UInt8] {
        var out = [unit] + pdu
        let sum = Self.crc(out)
        out.append(UInt8(sum & 0xFF))
        out.append(UInt8(sum >> 8))
        return out
    }

    /// CRC-16 with polynomial 0xA001 reflected, begun at 0xFFFF (Serial Line V1.02, clause 6.2.2).
    package static func crc(_ bytes: some Sequence<UInt8>) -> UInt16 {
        var sum: UInt16 = 0xFFFF
        for byte in bytes {
            sum ^= UInt16(byte)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xA001 : sum >> 1 }
        }
        return sum
    }
}
