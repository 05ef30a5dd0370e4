/// Sequence numbers at link level: 1 to 99, then 1 again; 0 is never used (specification R2.16, section
/// 3.2.2). Both directions count for themselves and begin at 1 with each session.
package struct OpenProtocolLink: Sendable, Equatable {
    /// What a received sequence number means.
    package enum Receipt: Sendable, Equatable {
        /// The next message: act on it, and acknowledge with MID 9997 and this number.
        case fresh(acknowledge: Int)
        /// A message that was acknowledged already: acknowledge again, and do nothing else.
        case repeated(acknowledge: Int)
        /// Neither: refuse with MID 9998 code 0003 and this number, and open a new session.
        case wrong(expected: Int)
    }

    /// What an acknowledgement means for the message that was sent last.
    package enum Acknowledgement: Sendable, Equatable {
        /// It was received; the next may be sent.
        case received
        /// It acknowledges what was sent before: wait on.
        case stale
        /// It acknowledges what was never sent: open a new session.
        case wrong(expected: Int)
    }

    /// Number of the message that is sent next, and again until it is acknowledged.
    package private(set) var sending = 1
    /// Number of the message that is expected next.
    package private(set) var expected = 1
    /// Whether a message has come in this session, so that one can be a repetition.
    private var hasReceived = false

    package init() {}

    /// The number after `number`.
    package static func next(_ number: Int) -> Int { number >= 99 ? 1 : number + 1 }

    /// Judges a message that came with `sequence`.
    package mutating func receive(_ sequence: Int) -> Receipt {
        if sequence == expected {
            expected = Self.next(expected)
            hasReceived = true
            return .fresh(acknowledge: expected)
        }
        return hasReceived && Self.next(sequence) == expected
            ? .repeated(acknowledge: expected) : .wrong(expected: expected)
    }

    /// Judges the sequence number of MID 9997 that came for the message sent last.
    package mutating func acknowledged(_ sequence: Int) -> Acknowledgement {
        let next = Self.next(sending)
        if sequence == next {
            sending = next
            return .received
        }
        return sequence == sending ? .stale : .wrong(expected: next)
    }
}
