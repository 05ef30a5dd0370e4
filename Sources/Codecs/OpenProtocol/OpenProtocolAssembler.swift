/// Puts linked messages together: up to nine parts, each with a header of its own (specification R2.16,
/// section 2.2.6).
///
/// Messages that are no parts may come between: they answer what was sent meanwhile. The whole holds at most
/// nine times 9,979 bytes of data.
package struct OpenProtocolAssembler: Sendable {
    private var first: OpenProtocolHeader?
    private var bytes: [UInt8] = []
    private var nextPart = 1

    package init() {}

    /// Whether parts wait for further ones.
    package var isWaiting: Bool { first != nil }

    /// The whole message that `message` is or completes; nil where further parts are to come.
    ///
    /// Throws `OpenProtocolError` of kind `partMismatch` for a part that is not the next of the same message,
    /// and forgets the parts before it: refuse it with MID 9998 code 0004 where messages are acknowledged at
    /// link level.
    package mutating func take(
        _ message: OpenProtocolMessage
    ) throws(OpenProtocolError) -> OpenProtocolMessage? {
        let header = message.header
        guard let parts = header.parts, parts > 1 || (header.part ?? 1) > 1 else { return message }
        guard let part = header.part, part == nextPart, part <= parts, fits(header) else {
            let expected = nextPart
            reset()
            throw OpenProtocolError(
                .partMismatch, mid: header.mid, revision: header.revision, byte: 19,
                "part \(header.part ?? 0) of \(parts), where part \(expected) was next")
        }
        if part == 1 {
            first = header
            bytes = message.bytes
        } else {
            bytes += message.data
        }
        nextPart += 1
        guard part == parts, var whole = first else { return nil }
        (whole.length, whole.parts, whole.part) = (bytes.count, nil, nil)
        defer { reset() }
        return OpenProtocolMessage(header: whole, bytes: bytes)
    }

    /// Forgets what waits: for a new connection.
    package mutating func reset() { self = OpenProtocolAssembler() }

    /// Whether a part belongs to those before it.
    private func fits(_ header: OpenProtocolHeader) -> Bool {
        guard let first else { return true }
        return header.mid == first.mid && header.revision == first.revision && header.parts == first.parts
            && header.station == first.station && header.spindle == first.spindle
    }
}
