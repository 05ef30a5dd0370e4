/// Puts the messages of one curve together, and keeps every byte of them as received: what a ledger holds as
/// evidence of a curve is what this takes, in one message or in up to nine parts.
package struct OpenProtocolTrace: Sendable {
    /// The bytes of all the messages that one curve came in.
    package typealias Whole = (message: OpenProtocolMessage, raw: [UInt8])

    private var assembler = OpenProtocolAssembler()
    private var raw: [UInt8] = []

    package init() {}

    /// Whether parts wait for further ones.
    package var isWaiting: Bool { assembler.isWaiting }

    /// The whole message that `message` is or completes, with the bytes of all its parts; nil where further
    /// parts are to come.
    ///
    /// Throws `OpenProtocolError` of kind `partMismatch` for a part that is not the next one of the same
    /// curve: `takeFragment` has the bytes so far, it included.
    package mutating func take(
        _ message: OpenProtocolMessage
    ) throws(OpenProtocolError) -> Whole? {
        let before = raw
        raw += message.bytes
        guard let whole = try assembler.take(message) else { return nil }
        // A whole message may come between the parts of another.
        guard !assembler.isWaiting else {
            raw = before
            return (whole, message.bytes)
        }
        defer { raw = [] }
        return (whole, raw)
    }

    /// What has come of a curve whose parts do not follow one another, or that was cut short; forgets it.
    package mutating func takeFragment() -> [UInt8] {
        defer { self = OpenProtocolTrace() }
        return raw
    }
}

extension OpenProtocolCurve {
    /// The curve whose bytes `received` are, as `OpenProtocolTrace` kept them.
    ///
    /// Throws `OpenProtocolError` of kind `framing`, `partMismatch` or `malformed` where they are not one
    /// whole curve.
    package init(received: [UInt8]) throws(OpenProtocolError) {
        var (framer, trace) = (OpenProtocolFramer(), OpenProtocolTrace())
        framer.append(received)
        var whole: OpenProtocolTrace.Whole?
        while whole == nil, let message = try framer.next() { whole = try trace.take(message) }
        guard let whole, framer.pendingBytes == 0 else {
            throw OpenProtocolError(.framing, byte: 1, "\(received.count) bytes that are not one whole curve")
        }
        try self.init(whole.message)
    }
}
