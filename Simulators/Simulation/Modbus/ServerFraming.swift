/// A request as it came off the wire, freed of its frame.
package struct ServerFrame: Sendable, Equatable {
    /// Unit (TCP) or slave (RTU) that is asked.
    package let unit: UInt8
    /// The transaction that the reply must carry; 0 on a serial line.
    package let transaction: UInt16
    package let pdu: ArraySlice<UInt8>
}

/// How requests are framed on a line: what a server reads and what it sends.
package enum ServerFraming: Sendable {
    /// MBAP header over TCP (Messaging Implementation Guide V1.0b, section 3.1.3).
    case tcp
    /// Address, PDU and CRC on a serial line (Serial Line Guide V1.02, section 2.5.1).
    case rtu

    /// What a server finds at the beginning of what it has received.
    package enum Finding: Sendable, Equatable {
        /// Nothing whole yet.
        case incomplete
        /// A request that took this many bytes.
        case request(ServerFrame, used: Int)
        /// Bytes that can begin no request; a TCP server closes, a serial one drops what it has.
        case garbage
    }

    /// Longest PDU (V1.1b3, section 4.1).
    static let longestPDU = 253

    package func next(in bytes: ArraySlice<UInt8>) -> Finding {
        switch self {
        case .tcp: Self.nextTCP(bytes)
        case .rtu: Self.nextRTU(bytes)
        }
    }

    /// The bytes that carry `pdu` back to whoever sent `frame`.
    package func framed(_ pdu: [UInt8], replyingTo frame: ServerFrame, unit: UInt8) -> [UInt8] {
        switch self {
        case .tcp:
            let length = pdu.count + 1
            return [
                UInt8(frame.transaction >> 8), UInt8(truncatingIfNeeded: frame.transaction), 0, 0,
                UInt8(truncatingIfNeeded: length >> 8), UInt8(truncatingIfNeeded: length), unit,
            ] + pdu
        case .rtu:
            let body = [unit] + pdu
            let crc = Self.crc(body[...])
            return body + [UInt8(truncatingIfNeeded: crc), UInt8(crc >> 8)]
        }
    }

    /// CRC-16 of a serial frame: polynomial A001 (reflected 8005), start FFFF (section 2.5.1.2).
    package static func crc(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        var crc: UInt16 = 0xFFFF
        for byte in bytes {
            crc ^= UInt16(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xA001 : crc >> 1 }
        }
        return crc
    }

    private static func nextTCP(_ bytes: ArraySlice<UInt8>) -> Finding {
        guard bytes.count >= 7 else { return .incomplete }
        let start = bytes.startIndex
        let word = { (at: Int) in UInt16(bytes[start + at]) << 8 | UInt16(bytes[start + at + 1]) }
        let length = Int(word(4))
        guard word(2) == 0, (2...longestPDU + 1).contains(length) else { return .garbage }
        guard bytes.count >= 6 + length else { return .incomplete }
        let pdu = bytes[(start + 7)..<(start + 6 + length)]
        return .request(ServerFrame(unit: bytes[start + 6], transaction: word(0), pdu: pdu), used: 6 + length)
    }

    /// A serial request has no length field: the function code gives it. An unknown function's request is
    /// taken to be all that is there, and its CRC decides.
    private static func nextRTU(_ bytes: ArraySlice<UInt8>) -> Finding {
        guard bytes.count >= 4 else { return .incomplete }
        let start = bytes.startIndex
        let length: Int
        switch bytes[start + 1] {
        case 1...6: length = 8
        case 43: length = 7
        case 15, 16:
            guard bytes.count >= 7 else { return .incomplete }
            length = 9 + Int(bytes[start + 6])
        default: length = bytes.count
        }
        guard length <= longestPDU + 3 else { return .garbage }
        guard bytes.count >= length else { return .incomplete }
        let body = bytes[start..<(start + length - 2)]
        let crc = UInt16(bytes[start + length - 1]) << 8 | UInt16(bytes[start + length - 2])
        guard crc == Self.crc(body) else { return .garbage }
        let frame = ServerFrame(unit: bytes[start], transaction: 0, pdu: body.dropFirst())
        return .request(frame, used: length)
    }
}
