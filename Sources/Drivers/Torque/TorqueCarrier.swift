import Codecs

/// Carries messages over one kind of line to a torque controller: over TCP, where their lengths cut them, or
/// over a serial line, between STX and ETX, there also in blocks of the procedure 3964R.
///
/// A value without a line or a clock: messages and bytes go in, bytes to send and what was heard come out.
struct TorqueCarrier: Sendable {
    /// How messages travel (Open Protocol specification R2.16, sections 2.1.1 and 2.1.2).
    enum Framing: Sendable, Equatable {
        case stream, text, procedure3964R
    }

    /// What was on the line.
    enum Piece: Sendable, Equatable {
        case message(OpenProtocolMessage)
        /// What is no message; the line goes on.
        case noise(String)
        /// The line is of no use any more.
        case broken(String)
    }

    /// Blocks that may wait for the other side to take the one before: a session asks one thing at a time,
    /// and acknowledges besides.
    private static let mostBlocks = 64

    let framing: Framing
    private var stream = OpenProtocolFramer()
    private var text = OpenProtocolSerialFramer()
    /// Where both sides ask at once the controller gives way, which it has to be set up for.
    private var procedure = Procedure3964R(.high)
    private var blocks: [[UInt8]] = []
    private var outgoing: [UInt8] = []

    init(_ framing: Framing) { self.framing = framing }

    /// When `elapse(at:)` has something to do unless bytes come first; nil while nothing waits.
    var deadline: Int64? {
        switch framing {
        case .stream: nil
        case .text: text.deadline
        case .procedure3964R: procedure.deadline
        }
    }

    /// What is to be sent now; it is given once.
    mutating func takeOutgoing() -> [UInt8] {
        defer { outgoing = [] }
        return outgoing
    }

    /// Has `message` sent, behind those before it.
    mutating func send(_ message: OpenProtocolMessage, at nanoseconds: Int64) -> [Piece] {
        switch framing {
        case .stream: outgoing += message.wire
        case .text: outgoing += OpenProtocolSerialFramer.wire(message, toController: true)
        case .procedure3964R:
            guard blocks.count < Self.mostBlocks else { return [.broken(Self.untaken)] }
            blocks.append(OpenProtocolSerialFramer.wire(message, toController: true))
            return sendBlocks(at: nanoseconds)
        }
        return []
    }

    /// Takes bytes that came together; gives what they complete, in order.
    mutating func take(_ bytes: [UInt8], at nanoseconds: Int64) -> [Piece] {
        switch framing {
        case .stream: takeStream(bytes)
        case .text: Self.pieces(text.take(bytes, at: nanoseconds))
        case .procedure3964R: perform(procedure.take(bytes, at: nanoseconds), at: nanoseconds)
        }
    }

    /// Says that nothing has come until `nanoseconds`.
    mutating func elapse(at nanoseconds: Int64) -> [Piece] {
        switch framing {
        case .stream: []
        case .text: Self.pieces(text.idle(at: nanoseconds).map { [$0] } ?? [])
        case .procedure3964R: perform(procedure.elapse(at: nanoseconds), at: nanoseconds)
        }
    }

    // MARK: TCP

    private mutating func takeStream(_ bytes: [UInt8]) -> [Piece] {
        var pieces: [Piece] = []
        stream.append(bytes)
        do throws(OpenProtocolError) {
            while let message = try stream.next() { pieces.append(.message(message)) }
        } catch {
            pieces.append(.broken(error.description))
        }
        return pieces
    }

    // MARK: Serial lines

    private static let untaken = """
        takes nothing that is sent to it: check that both sides are set to 3964R, to the same speed, and the \
        controller to low priority
        """

    private static func pieces(_ pieces: [OpenProtocolSerialFramer.Piece]) -> [Piece] {
        pieces.map { piece in
            switch piece {
            case .message(let message): .message(message)
            case .refused(let error): .noise(error.description)
            }
        }
    }

    private mutating func sendBlocks(at nanoseconds: Int64) -> [Piece] {
        var pieces: [Piece] = []
        while procedure.isFree, !blocks.isEmpty {
            guard let actions = procedure.send(blocks.removeFirst(), at: nanoseconds) else { break }
            pieces += perform(actions, at: nanoseconds)
        }
        return pieces
    }

    private mutating func perform(_ actions: [Procedure3964R.Action], at nanoseconds: Int64) -> [Piece] {
        var pieces: [Piece] = []
        for action in actions {
            switch action {
            case .transmit(let bytes): outgoing += bytes
            case .sent: pieces += sendBlocks(at: nanoseconds)
            case .notSent: pieces.append(.broken(Self.untaken))
            case .received(let block): pieces += open(block, at: nanoseconds)
            case .notReceived: pieces.append(.noise("six blocks one after the other came damaged"))
            }
        }
        return pieces
    }

    /// The message in a block: as on a line without the procedure.
    private mutating func open(_ block: [UInt8], at nanoseconds: Int64) -> [Piece] {
        // One block holds one message: the rest of one is not that of the next.
        defer { text.reset() }
        let pieces = Self.pieces(text.take(block, at: nanoseconds))
        return pieces.isEmpty ? [.noise("a block of \(block.count) bytes holds no whole message")] : pieces
    }
}
