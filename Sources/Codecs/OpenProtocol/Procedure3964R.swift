/// The handshake 3964R, which carries blocks of bytes over a serial line from either side (specification
/// R2.16, section 2.1.2.2): STX asks, DLE answers, the block ends with DLE ETX and an exclusive-or of it all,
/// DLE acknowledges. What it carries is the message between STX and ETX as without it.
///
/// A value without a line or a clock: bytes and times go in, what is to be done comes out.
package struct Procedure3964R: Sendable {
    /// Who gives way where both ask at once; the line's two ends are set up to differ.
    package enum Priority: Sendable {
        case high, low
    }

    /// What is to be done.
    package enum Action: Sendable, Equatable {
        /// Put these bytes on the line.
        case transmit([UInt8])
        /// The block that was to be sent has been taken by the other side.
        case sent
        /// It was not, in six attempts, and is given up.
        case notSent
        /// A block came whole.
        case received([UInt8])
        /// Six attempts to receive a block failed.
        case notReceived
    }

    /// Wait for DLE after STX and after a block.
    package static let acknowledgementNanoseconds: Int64 = 2_000_000_000
    /// Longest gap between two characters.
    package static let characterNanoseconds: Int64 = 100_000_000
    package static let attempts = 6
    /// Longest block: a message, its STX, ETX, tag and NUL, and as much again for doubled DLEs.
    package static let longestBlock = 2 * (OpenProtocolHeader.longestMessage + 8)

    static let (startOfText, endOfText, dataLinkEscape, notAcknowledged): (UInt8, UInt8, UInt8, UInt8) =
        (0x02, 0x03, 0x10, 0x15)

    enum State: Sendable {
        case idle
        /// STX was sent.
        case asking
        /// The block was sent.
        case awaiting
        case receiving
        /// Bytes that make no sense come; NAK follows when they end.
        case babble
    }

    /// A block as far as it came.
    struct Reception: Sendable {
        var block: [UInt8] = []
        var check: UInt8 = 0
        /// A DLE came of which the next character tells what it is.
        var isEscaped = false
        /// DLE ETX came: the next character is the check.
        var isEnding = false
    }

    let priority: Priority
    var state = State.idle
    /// What comes in while `state` says so.
    var reception = Reception()
    /// What is to be sent, until it was, or was given up.
    var block: [UInt8]?
    /// Attempts made to send it.
    var sendAttempts = 0
    var receiveAttempts = 0
    package private(set) var deadline: Int64?

    package init(_ priority: Priority) { self.priority = priority }

    /// Whether a block can be given to `send`.
    package var isFree: Bool { block == nil }

    /// Sends a block, at once or once a block that is coming in is done. Nil where one is being sent, or for
    /// one that is too long: nothing is taken then.
    package mutating func send(_ block: [UInt8], at nanoseconds: Int64) -> [Action]? {
        guard isFree, block.count <= Self.longestBlock else { return nil }
        (self.block, sendAttempts) = (block, 0)
        return begin(at: nanoseconds)
    }

    /// Takes bytes as they came; gives what is to be done, in order.
    package mutating func take(_ bytes: some Sequence<UInt8>, at nanoseconds: Int64) -> [Action] {
        var actions = elapse(at: nanoseconds)
        for byte in bytes { actions += take(byte, at: nanoseconds) }
        return actions
    }

    /// Says that nothing has come until `nanoseconds`.
    package mutating func elapse(at nanoseconds: Int64) -> [Action] {
        guard let deadline, nanoseconds >= deadline else { return [] }
        switch state {
        case .idle:
            receiveAttempts = 0
            wait(nil, at: nanoseconds)
            return begin(at: nanoseconds)
        case .asking, .awaiting: return retry(at: nanoseconds)
        case .receiving, .babble: return refuse(at: nanoseconds)
        }
    }

    /// The block as it is sent: each DLE twice, DLE ETX, and the exclusive-or of all these bytes.
    static func wire(_ block: [UInt8]) -> [UInt8] {
        var bytes = block.flatMap { $0 == dataLinkEscape ? [$0, $0] : [$0] }
        bytes += [dataLinkEscape, endOfText]
        return bytes + [bytes.reduce(0, ^)]
    }

    mutating func wait(_ nanoseconds: Int64?, at now: Int64) {
        deadline = nanoseconds.map { now.addingReportingOverflow($0).partialValue }
    }
}
