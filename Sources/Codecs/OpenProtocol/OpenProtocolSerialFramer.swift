/// Cuts what comes on a serial line into messages: each between STX and ETX, to a controller with BEL HT BEL
/// HT before (specification R2.16, section 2.1.2.1).
///
/// A message is cut by its length, since samples can hold an ETX; a NUL may stand before the ETX (figure 14
/// has one in brackets). After a fault nothing is read until the line has been silent: a serial line cannot
/// be dialled again, and an STX that comes before may lie within the rest of what was broken.
package struct OpenProtocolSerialFramer: Sendable {
    /// What the line held.
    package enum Piece: Sendable, Equatable {
        case message(OpenProtocolMessage)
        /// What is no message, and why; of kind `framing`, its byte counted from the STX.
        case refused(OpenProtocolError)
    }

    /// Silence that ends what was broken: 2 s. The specification names none without 3964R; it is longer than
    /// any gap within a message and shorter than the least interval of keep-alives.
    package static let silenceNanoseconds: Int64 = 2_000_000_000

    private enum State: Sendable {
        case outside
        case within
        /// Something was refused; everything until the next silence belongs to it.
        case lost
    }

    private static let (startOfText, endOfText): (UInt8, UInt8) = (0x02, 0x03)
    /// BEL HT BEL HT.
    private static let tag: [UInt8] = [7, 9, 7, 9]

    private var state = State.outside
    private var held: [UInt8] = []
    private var header: OpenProtocolHeader?
    private var lastByte: Int64?

    package init() {}

    /// `message` as it is sent: with the tag where it goes to a controller.
    package static func wire(_ message: OpenProtocolMessage, toController: Bool) -> [UInt8] {
        (toController ? tag : []) + [startOfText] + message.bytes + [endOfText]
    }

    /// When `idle(at:)` has something to do unless bytes come first; nil while nothing waits.
    package var deadline: Int64? {
        if case .outside = state { return nil }
        return lastByte?.addingReportingOverflow(Self.silenceNanoseconds).partialValue
    }

    /// Takes bytes that came together; gives what they complete, in order.
    package mutating func take(_ bytes: some Sequence<UInt8>, at nanoseconds: Int64) -> [Piece] {
        var pieces = idle(at: nanoseconds).map { [$0] } ?? []
        for byte in bytes {
            lastByte = nanoseconds
            switch state {
            case .outside: if byte == Self.startOfText { state = .within }
            case .within: if let piece = takeWithin(byte) { pieces.append(piece) }
            case .lost: break
            }
        }
        return pieces
    }

    /// Says that nothing has come until `nanoseconds`.
    package mutating func idle(at nanoseconds: Int64) -> Piece? {
        guard let deadline, nanoseconds >= deadline else { return nil }
        defer { reset() }
        guard case .within = state else { return nil }
        return .refused(fault("a silence after \(held.count) bytes of a message"))
    }

    /// Forgets what has come.
    package mutating func reset() { self = OpenProtocolSerialFramer() }

    private mutating func takeWithin(_ byte: UInt8) -> Piece? {
        guard let header, held.count >= header.length else {
            held.append(byte)
            return readHeader()
        }
        // One NUL may stand before the ETX, which is told by `held` being longer than the message.
        if byte == 0, held.count == header.length {
            held.append(0)
            return nil
        }
        guard byte == Self.endOfText else {
            return refuse("no ETX after a message of length \(header.length)")
        }
        let bytes = Array(held.prefix(header.length))
        guard header.mid == OpenProtocolMessage.binaryMID || !bytes.contains(where: { $0 < 4 }) else {
            return refuse("a NUL, STX or ETX within a message of length \(header.length)")
        }
        let last = lastByte
        reset()
        lastByte = last
        return .message(OpenProtocolMessage(header: header, bytes: bytes))
    }

    private mutating func readHeader() -> Piece? {
        guard held.count == OpenProtocolHeader.count else { return nil }
        do {
            header = try OpenProtocolHeader(held[...])
            return nil
        } catch {
            return refuse(error.what)
        }
    }

    private mutating func refuse(_ what: String) -> Piece {
        defer { (state, held, header) = (.lost, [], nil) }
        return .refused(fault(what))
    }

    private func fault(_ what: String) -> OpenProtocolError {
        OpenProtocolError(
            .framing, mid: header?.mid, revision: header?.revision, byte: held.count + 1, what)
    }
}
