/// One Modbus TCP frame without its length fields.
package struct MBAPFrame: Sendable, Equatable {
    package let transaction: UInt16
    package let unit: UInt8
    package let pdu: [UInt8]

    package init(transaction: UInt16, unit: UInt8, pdu: [UInt8]) {
        (self.transaction, self.unit, self.pdu) = (transaction, unit, pdu)
    }

    /// The frame as it goes on the wire. Precondition: the PDU has at most 253 bytes.
    package var bytes: [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(MBAPFramer.headerBytes + pdu.count)
        Self.append(transaction: transaction, unit: unit, pdu: pdu, to: &out)
        return out
    }

    /// Appends a frame to `out` without an array of its own. Precondition: the PDU has at most 253 bytes.
    package static func append(transaction: UInt16, unit: UInt8, pdu: [UInt8], to out: inout [UInt8]) {
        out.append(bigEndian: transaction)
        out.append(bigEndian: 0)
        out.append(bigEndian: UInt16(truncatingIfNeeded: pdu.count + 1))
        out.append(unit)
        out.append(contentsOf: pdu)
    }
}

/// Cuts a TCP stream into Modbus frames (MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3).
///
/// After an error the stream has no known frame boundary any more: drop the connection.
package struct MBAPFramer: Sendable {
    /// Transaction, protocol, length and unit.
    package static let headerBytes = 7

    private var buffer: [UInt8] = []
    private var start = 0
    /// The PDU that was given last: once its taker has let go of it, the next one lies in the same storage.
    private var pdu: [UInt8] = []

    package init() {}

    /// Bytes that wait for the rest of their frame.
    package var pendingBytes: Int { buffer.count - start }

    /// Takes bytes as they came. Ask `next()` until it gives nil before more are given, so that at most one
    /// unfinished frame is held.
    package mutating func append(_ bytes: some Sequence<UInt8>) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// Takes bytes out of a receive buffer, as `append(_:)` does.
    package mutating func append(_ bytes: UnsafeRawBufferPointer) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// The frame that `bytes` are, exactly one and a whole one, where nothing waits before them; else nil,
    /// and nothing is taken.
    ///
    /// A device that answers in one piece is most of what comes, and is spared the way through the buffer.
    /// The PDU lies in `storage`, which many framers share and which is used again once its taker let go.
    package func wholeFrame(_ bytes: UnsafeRawBufferPointer, in storage: inout [UInt8]) -> MBAPFrame? {
        guard pendingBytes == 0, bytes.count > Self.headerBytes,
            bytes.count <= Self.headerBytes + ModbusLimits.pduBytes, bytes[2] == 0, bytes[3] == 0,
            Int(bytes[4]) << 8 | Int(bytes[5]) == bytes.count - 6
        else { return nil }
        storage.removeAll(keepingCapacity: true)
        storage.append(contentsOf: bytes[Self.headerBytes...])
        return MBAPFrame(
            transaction: UInt16(bytes[0]) << 8 | UInt16(bytes[1]), unit: bytes[6], pdu: storage)
    }

    /// The next whole frame; nil asks for more bytes.
    ///
    /// Throws `ModbusError` of kind `framing` for a protocol id other than 0 and for a length that no frame
    /// has.
    package mutating func next() throws(ModbusError) -> MBAPFrame? {
        let available = buffer.count - start
        if available >= 4, buffer[start + 2] != 0 || buffer[start + 3] != 0 {
            throw ModbusError(.framing, "the protocol id is not 0: this is no Modbus TCP", raw: head())
        }
        guard available >= 6 else { return nil }
        let length = Int(buffer[start + 4]) << 8 | Int(buffer[start + 5])
        guard (2...ModbusLimits.pduBytes + 1).contains(length) else {
            throw ModbusError(
                .framing, "a length of \(length), where a frame has 2 to \(ModbusLimits.pduBytes + 1)",
                raw: head())
        }
        guard available >= 6 + length else { return nil }
        pdu.removeAll(keepingCapacity: true)
        pdu.append(contentsOf: buffer[(start + 7)..<(start + 6 + length)])
        let frame = MBAPFrame(
            transaction: UInt16(buffer[start]) << 8 | UInt16(buffer[start + 1]), unit: buffer[start + 6],
            pdu: pdu)
        start += 6 + length
        return frame
    }

    /// Forgets everything: for a new connection.
    package mutating func reset() {
        buffer.removeAll(keepingCapacity: true)
        start = 0
    }

    private mutating func compact() {
        guard start > 0 else { return }
        if start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
        } else {
            buffer.removeFirst(start)
        }
        start = 0
    }

    private func head() -> [UInt8] { Array(buffer[start..<min(buffer.count, start + 16)]) }
}
