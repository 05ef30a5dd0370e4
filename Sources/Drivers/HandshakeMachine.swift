/// Decides whether what a device shows is a result that was not taken yet.
///
/// The device numbers its results and holds each until it is acknowledged. A number alone is not enough: a
/// controller that restarts may reach the same number with another result, so after every (re)connection the
/// bytes are compared too. While a connection lasts, the number is the truth.
package struct HandshakeMachine: Sendable {
    /// The last result that is durable: its number and its bytes.
    package struct Taken: Sendable, Equatable {
        package let sequence: UInt64
        package let raw: [UInt8]
        /// How many curves it was taken with; nil where that is not known.
        package let curves: Int?

        package init(sequence: UInt64, raw: [UInt8], curves: Int? = nil) {
            (self.sequence, self.raw, self.curves) = (sequence, raw, curves)
        }
    }

    /// One look at the device's result block.
    package struct Look: Sendable, Equatable {
        package let sequence: UInt64
        /// The number repeated at the block's end; nil where the device has no such guard.
        package let guardNumber: UInt64?
        package let raw: [UInt8]

        package init(sequence: UInt64, guardNumber: UInt64?, raw: [UInt8]) {
            (self.sequence, self.guardNumber, self.raw) = (sequence, guardNumber, raw)
        }
    }

    /// What a look means.
    package enum Finding: Sendable, Equatable {
        /// Nothing that was not taken before.
        case nothing
        /// Number and guard differ: the device is writing the block at this moment. Look again.
        case torn
        /// A result to take; `irregularity` says what is odd about its number.
        case new(irregularity: Irregularity?)
        /// First look of this connection, and the result is durable already: acknowledge it again, because
        /// the last run may have ended before it could.
        case takenBefore
        /// It had results and says now that it never had one: it was switched off and on.
        case restarted
    }

    /// What a result's number tells besides "new".
    package enum Irregularity: Sendable, Equatable {
        /// Lower than before: the device restarted.
        case wentBack
        /// The same as before with other bytes: the device restarted and came to the same number.
        case repeated
        /// Numbers were left out: as many results never reached this gateway.
        case skipped(UInt64)
    }

    /// The highest number before the count begins again at 1.
    private let wrapsAfter: UInt64
    private var taken: Taken?
    /// The number that was last reported as new or found taken on this connection.
    private var seen: UInt64?
    /// Whether it was said already that the device has no result any more.
    private var isKnownToBeEmpty = false

    package init(taken: Taken?, wrapsAfter: UInt64) {
        self.taken = taken
        self.wrapsAfter = wrapsAfter
    }

    /// Whether nothing is known of this device: its present result, if it was acknowledged before, is where
    /// counting begins.
    package var isFirstAcquaintance: Bool { taken == nil }

    /// The connection was lost: the next look compares bytes again.
    package mutating func disconnected() { seen = nil }

    /// Counting begins at `look`, which was acknowledged by someone before this gateway knew the device.
    package mutating func begin(at look: Look) {
        taken = Taken(sequence: look.sequence, raw: look.raw)
        seen = look.sequence
    }

    /// A result is durable.
    package mutating func took(_ result: Taken) { taken = result }

    /// What a look means, without counting as one.
    package func finding(of look: Look) -> Finding {
        var copy = self
        return copy.judge(look)
    }

    /// Judges one look at the block. Number 0 says that the device never had a result.
    package mutating func judge(_ look: Look) -> Finding {
        if let guardNumber = look.guardNumber, guardNumber != look.sequence { return .torn }
        guard look.sequence != 0 else {
            let hadResult = (seen ?? taken?.sequence ?? 0) != 0
            defer { (seen, isKnownToBeEmpty) = (0, isKnownToBeEmpty || hadResult) }
            return hadResult && !isKnownToBeEmpty ? .restarted : .nothing
        }
        isKnownToBeEmpty = false
        if seen == look.sequence { return .nothing }
        let isFirstLook = seen == nil
        seen = look.sequence
        guard let taken else { return .new(irregularity: nil) }
        if isFirstLook, taken == Taken(sequence: look.sequence, raw: look.raw) { return .takenBefore }
        return .new(irregularity: irregularity(of: look.sequence, after: taken.sequence))
    }

    private func irregularity(of sequence: UInt64, after last: UInt64) -> Irregularity? {
        if sequence == last { return .repeated }
        let next = last >= wrapsAfter ? 1 : last + 1
        if sequence == next { return nil }
        return sequence < last ? .wentBack : .skipped(sequence - next)
    }
}
