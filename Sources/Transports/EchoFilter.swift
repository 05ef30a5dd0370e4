internal import Codecs

/// Takes our own bytes off a line that brings back all that is sent on it.
struct EchoFilter: Sendable {
    /// Nothing at all came back.
    static let nothingCame = ModbusError(
        .framing, "what was sent did not come back, as echo=yes says it does: the link has no echo")

    private var sent: [UInt8] = []
    private var seen = 0

    /// How many of our bytes are still to come back.
    var awaited: Int { sent.count - seen }

    /// These bytes were sent; what was awaited before is not any more.
    mutating func expect(_ bytes: [UInt8]) { (sent, seen) = (bytes, 0) }

    mutating func reset() { expect([]) }

    /// Compares what came with what was sent, and gives how many bytes at its front are our own.
    ///
    /// Throws `ModbusError` where another byte came: somebody else sent at the same time.
    mutating func take(_ bytes: some Collection<UInt8>) throws(ModbusError) -> Int {
        var own = 0
        for byte in bytes.prefix(awaited) {
            guard byte == sent[seen] else {
                throw ModbusError(
                    .framing,
                    "byte \(seen + 1) came back as \(Hex.text([byte])), not \(Hex.text([sent[seen]])): "
                        + "somebody else sends on this line", raw: Array(bytes.prefix(16)))
            }
            seen += 1
            own += 1
        }
        return own
    }
}
