/// Cuts a stream of replies into RTU frames where no silence marks their ends, as in RTU over TCP: the
/// function code says how long a frame is, and the CRC whether that was one.
///
/// After an error the place of the next frame is unknown: throw away what comes until it is quiet, then
/// `reset`.
package struct ModbusRTUFramer: Sendable {
    /// Function and data of the interface for device identification (Application Protocol V1.1b3, 6.21).
    private static let encapsulated: (function: UInt8, identification: UInt8) = (0x2B, 0x0E)

    private var buffer: [UInt8] = []

    package init() { buffer.reserveCapacity(ModbusLimits.rtuFrameBytes) }

    /// Bytes that wait for the rest of their frame.
    package var pendingBytes: Int { buffer.count }

    /// Takes bytes as they came. Ask `next()` until it gives nil before more are given.
    package mutating func append(_ bytes: some Sequence<UInt8>) { buffer.append(contentsOf: bytes) }

    /// Forgets what has come: a new request is on its way, or a new connection.
    package mutating func reset() { buffer.removeAll(keepingCapacity: true) }

    /// The next whole frame; nil asks for more bytes.
    ///
    /// Throws `ModbusError`: `framing` for a function whose replies have no known length and for a frame
    /// longer than Modbus allows, `checksum` for a wrong CRC.
    package mutating func next() throws(ModbusError) -> ModbusRTUFrame? {
        guard let length = try Self.replyBytes(buffer) else { return nil }
        guard length <= ModbusLimits.rtuFrameBytes else {
            throw ModbusError(
                .framing, "a reply of \(length) bytes, where a frame has 4 to 256",
                raw: Array(buffer.prefix(8)))
        }
        guard buffer.count >= length else { return nil }
        let frame = try ModbusRTUFrame(Array(buffer[..<length]))
        buffer.removeSubrange(..<length)
        return frame
    }

    /// How long the reply is that `bytes` begin, unit and CRC counted; nil where more bytes must tell.
    ///
    /// Throws `ModbusError` of kind `framing` for a function whose replies have no known length.
    package static func replyBytes(_ bytes: [UInt8]) throws(ModbusError) -> Int? {
        guard bytes.count >= 2 else { return nil }
        let function = bytes[1]
        if function & 0x80 != 0 { return 5 }
        if function == encapsulated.function { return try identificationBytes(bytes) }
        switch function {
        // Reads bring a byte count; writes are echoed, blocks by address and count (clauses 6.1 to 6.17).
        case 1...4, 23: return bytes.count >= 3 ? 5 + Int(bytes[2]) : nil
        case 5, 6, 15, 16: return 8
        case 22: return 10
        default:
            throw ModbusError(
                .framing, "function \(function) has no known length: this is no RTU frame",
                raw: Array(bytes.prefix(8)))
        }
    }

    /// The same for a reply of function 43/14: a header with the number of objects, then id, length and
    /// content of each.
    private static func identificationBytes(_ bytes: [UInt8]) throws(ModbusError) -> Int? {
        guard bytes.count >= 8 else { return nil }
        guard bytes[2] == encapsulated.identification else {
            throw ModbusError(
                .framing, "function 43/\(bytes[2]) has no known length", raw: Array(bytes.prefix(8)))
        }
        var end = 8
        for _ in 0..<bytes[7] {
            guard end <= ModbusLimits.rtuFrameBytes else { break }
            guard bytes.count >= end + 2 else { return nil }
            end += 2 + Int(bytes[end + 1])
        }
        return end + 2
    }
}
