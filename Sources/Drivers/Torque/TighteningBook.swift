import Codecs

/// Knows which results of a torque controller were taken, by the ids that it counts them with, and which are
/// missing.
///
/// Ids go up by one to 4,294,967,295. What is between the last one and a later one never came and is asked
/// for; an id that goes back means that the controller began to count anew. What is missing stays so over
/// lost connections, until it came or the controller says that it has it no more.
struct TighteningBook: Sendable {
    /// What tells a result from another with its id: end values and time, the same in MID 0061 and 0065.
    typealias Identity = [UInt8]

    /// What an id means.
    enum Finding: Equatable {
        /// A result to take; `irregularity` says what is odd about its id.
        case new(irregularity: Irregularity?)
        /// Told before, and not durable yet: nothing to do.
        case underWay
        /// Durable already: acknowledge it again.
        case taken
    }

    /// What is odd about an id.
    struct Irregularity: Equatable {
        /// Its name in the ledger.
        enum Kind: String {
            /// Results between are missing and are asked for.
            case gap
            /// More of them than are asked for.
            case jump
            /// The controller counts anew.
            case back
            /// An id that was told before has other values now.
            case `repeat`
        }

        let kind: Kind
        let text: String
    }

    private struct Known {
        let id: UInt64
        let identity: Identity
        var isDurable: Bool
    }

    /// Results that are asked for at most after a gap: about what controllers keep.
    private static let longestGap: UInt64 = 1_000
    /// The same where ids went back: only what was made since can be ours.
    private static let longestBeginning: UInt64 = 100
    /// Results that are remembered: more than a gap can hold, so that none of it is taken twice.
    private static let memory = 2_048
    /// Connections that may be lost over one missing result before it is given up.
    private static let patience = 3

    /// The id that was told last; nil where none ever was.
    private(set) var last: UInt64?
    /// Whether every result from now on was made since this gateway met the controller.
    private(set) var hasBegun = false
    /// Ids of results that never came, in their order.
    private(set) var missing: [UInt64] = []
    private var known: [Known] = []
    /// How often a connection was lost while the first of `missing` was asked for.
    private var failures = 0

    /// Numbers after which ids begin again with 0; nil where they do not.
    private let circle: UInt64?
    /// Whether the controller keeps results, so that those that are missing can be asked for.
    private let keeps: Bool

    /// `taken` is the last result that is durable; nil where none ever was.
    init(taken: HandshakeMachine.Taken?, circle: UInt64? = nil, keeps: Bool = true) {
        (self.circle, self.keeps) = (circle, keeps)
        guard let taken else { return }
        (last, hasBegun) = (taken.sequence, true)
        if let result = TorqueResult(stored: taken.raw) {
            known = [Known(id: taken.sequence, identity: result.identity, isDurable: true)]
        }
    }

    /// Results that were told and are not durable yet.
    var waitingCount: Int { known.count { !$0.isDurable } }

    /// Judges a result with `id`. One that is new is known from now on, and missing no more.
    mutating func judge(_ id: UInt64, _ identity: Identity) -> Finding {
        if let same = known.first(where: { $0.id == id && $0.identity == identity }) {
            return same.isDurable ? .taken : .underWay
        }
        known = known.suffix(Self.memory - 1) + [Known(id: id, identity: identity, isDurable: false)]
        if missing.contains(id) {
            found(id)
            return .new(irregularity: nil)
        }
        defer { (last, hasBegun) = (id, true) }
        guard let last else { return .new(irregularity: nil) }
        if let circle { return .new(irregularity: step(from: last, to: id, around: circle)) }
        if id > last { return .new(irregularity: note(from: last + 1, to: id, atMost: Self.longestGap)) }
        if id == last {
            return .new(irregularity: .init(kind: .repeat, text: "result \(id) came again with other values"))
        }
        missing = []
        let cut = note(from: 1, to: id, atMost: Self.longestBeginning).map { "; \($0.text)" } ?? ""
        let text = "result ids went back from \(last) to \(id)\(cut)"
        return .new(irregularity: .init(kind: .back, text: text))
    }

    /// What is odd about `id` after `last`, where ids go around and nothing can be asked for again.
    private func step(from last: UInt64, to id: UInt64, around circle: UInt64) -> Irregularity? {
        guard id < circle, last < circle else {
            return .init(kind: .jump, text: "result \(id) has an id that there is not")
        }
        switch (id + circle - last) % circle {
        case 0: return .init(kind: .repeat, text: "result \(id) came again with other values")
        case 1: return nil
        case 2...circle / 2:
            return Self.lost((last + 1) % circle, (id + circle - 1) % circle)
        default: return .init(kind: .back, text: "result ids went back from \(last) to \(id)")
        }
    }

    /// Notes what is missing before `id`: what it is, and what is not asked for, where that is too much.
    private mutating func note(from first: UInt64, to id: UInt64, atMost most: UInt64) -> Irregularity? {
        guard id > first else { return nil }
        guard keeps else { return Self.lost(first, id - 1) }
        let begin = id - first > most ? id - most : first
        missing = Array((missing + Array(begin..<id)).suffix(Int(Self.longestGap)))
        failures = 0
        guard begin == first else {
            let text = "results \(first) to \(begin - 1) never came and are not asked for"
            return Irregularity(kind: .jump, text: text)
        }
        let text =
            first == id - 1 ? "result \(first) is missing" : "results \(first) to \(id - 1) are missing"
        return Irregularity(kind: .gap, text: text)
    }

    private static func lost(_ first: UInt64, _ last: UInt64) -> Irregularity {
        let text = "results \(first) to \(last) never reached this gateway: the controller keeps none"
        return Irregularity(kind: .gap, text: text)
    }

    /// The controller has no result yet: whichever it has later was made since.
    mutating func beginEmpty() { hasBegun = true }

    mutating func isDurable(_ id: UInt64, _ identity: Identity) {
        for index in known.indices where known[index].id == id && known[index].identity == identity {
            known[index].isDurable = true
        }
    }

    /// This result came, or can never come.
    mutating func found(_ id: UInt64) {
        missing.removeAll { $0 == id }
        failures = 0
    }

    /// The connection was lost while the first missing result was asked for; its id where it is given up.
    mutating func failed() -> UInt64? {
        failures += 1
        guard failures >= Self.patience, let id = missing.first else { return nil }
        found(id)
        return id
    }
}

extension OpenProtocolTightening {
    /// What is the same whether the result was told or asked for.
    var identity: TighteningBook.Identity {
        let told: [OpenProtocolField] = [.time, .torque, .angle]
        return told.flatMap { fields.bytes($0).map(Array.init) ?? [] }
    }
}
