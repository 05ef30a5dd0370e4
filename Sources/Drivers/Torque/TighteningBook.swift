import Codecs

/// Knows which results of a torque controller were taken, by the ids that it counts them with.
///
/// Ids go up by one to 4,294,967,295. What is between the last one and a later one never came and is asked
/// for; an id that goes back means that the controller began to count anew.
struct TighteningBook: Sendable {
    /// What tells a result from another with its id: end values and time, the same in MID 0061 and 0065.
    typealias Identity = [UInt8]

    /// What an id means.
    enum Finding: Equatable {
        /// A result to take, after those with the ids `missing`; `irregularity` says what is odd about it.
        case new(missing: ClosedRange<UInt64>?, irregularity: String?)
        /// Reported before, and not durable yet: nothing to do.
        case underWay
        /// Durable already: acknowledge it again.
        case taken
    }

    private struct Known {
        let id: UInt64
        let identity: Identity
        var isDurable: Bool
    }

    /// Results that are remembered: far more than a controller sends again.
    private static let memory = 64
    /// Results that are asked for at most after a gap: what controllers keep by their manuals is less.
    private static let longestGap: UInt64 = 1_000

    /// The id that was taken last; nil where none ever was.
    private(set) var last: UInt64?
    /// Whether every result from now on was made since this gateway met the controller.
    private(set) var hasBegun = false
    private var known: [Known] = []

    /// `taken` is the last result that is durable; nil where none ever was.
    init(taken: HandshakeMachine.Taken?) {
        guard let taken else { return }
        (last, hasBegun) = (taken.sequence, true)
        if let message = try? OpenProtocolMessage(taken.raw),
            let tightening = try? OpenProtocolTightening(message)
        {
            known = [Known(id: taken.sequence, identity: tightening.identity, isDurable: true)]
        }
    }

    /// Judges a result with `id`. One that is new is known from now on.
    mutating func judge(_ id: UInt64, _ identity: Identity) -> Finding {
        if let same = known.first(where: { $0.id == id && $0.identity == identity }) {
            return same.isDurable ? .taken : .underWay
        }
        known = known.suffix(Self.memory - 1) + [Known(id: id, identity: identity, isDurable: false)]
        defer { (last, hasBegun) = (id, true) }
        guard let last else { return .new(missing: nil, irregularity: nil) }
        if id == last {
            return .new(missing: nil, irregularity: "result \(id) came again with other values")
        }
        guard id < last else { return .new(missing: gap(from: last + 1, to: id), irregularity: nil) }
        return .new(
            missing: gap(from: 1, to: id), irregularity: "result ids went back from \(last) to \(id)")
    }

    /// The controller has no result yet: whichever it has later was made since.
    mutating func beginEmpty() { hasBegun = true }

    mutating func isDurable(_ id: UInt64) {
        for index in known.indices where known[index].id == id { known[index].isDurable = true }
    }

    /// A result that came by being asked for.
    mutating func fetched(_ id: UInt64, _ identity: Identity) {
        known = known.suffix(Self.memory - 1) + [Known(id: id, identity: identity, isDurable: false)]
    }

    private func gap(from first: UInt64, to id: UInt64) -> ClosedRange<UInt64>? {
        guard id > first else { return nil }
        let begin = id - first > Self.longestGap ? id - Self.longestGap : first
        return begin...(id - 1)
    }
}

extension OpenProtocolTightening {
    /// What is the same whether the result was told or asked for.
    var identity: TighteningBook.Identity {
        let told: [OpenProtocolField] = [.time, .torque, .angle]
        return told.flatMap { fields.bytes($0).map(Array.init) ?? [] }
    }
}
