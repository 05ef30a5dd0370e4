/// Why bytes are no Modbus, or why a request cannot be put into Modbus.
package struct ModbusError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What went wrong, for code that acts on it.
    package enum Kind: Sendable, Equatable {
        /// The request asks for more than the protocol carries, or for nothing.
        case limit
        /// The bytes are no frame; what follows them in a stream cannot be trusted.
        case framing
        /// A frame's check sum is not that of its bytes.
        case checksum
        /// A reply that does not answer its request.
        case mismatch
    }

    package let kind: Kind
    /// What is wrong, with the number that is wrong and the one that would be right.
    package let what: String
    /// The bytes at fault; empty where none came.
    package let raw: [UInt8]

    package init(_ kind: Kind, _ what: String, raw: [UInt8] = []) {
        (self.kind, self.what, self.raw) = (kind, what, raw)
    }

    package var description: String { raw.isEmpty ? what : "\(what) [\(Hex.text(raw))]" }
}
