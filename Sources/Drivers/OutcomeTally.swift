/// Names the outcome of a device's cycle by the counter that moved, for devices that count their outcomes.
///
/// Status bits last as long as the device likes, often shorter than the time between two polls; counters
/// stay. So the counter is the truth, and the bits can only contradict it.
package struct OutcomeTally: Sendable {
    /// The counters as one reply shows them.
    package struct Look: Sendable, Equatable {
        /// The count of all results.
        package let total: UInt64
        /// The count of each outcome, by its word.
        package let counts: [String: UInt64]

        package init(total: UInt64, counts: [String: UInt64]) { (self.total, self.counts) = (total, counts) }
    }

    /// What a look says about the newest result.
    package enum Finding: Sendable, Equatable {
        /// The counters do not add up: the device is counting at this moment. Look again.
        case torn
        /// Each result since the last look had one of these outcomes; empty where nothing is known. With a
        /// single one it is that of the newest.
        case outcomes(Set<String>)
    }

    private var last: Look?
    /// A look that did not add up; where it stays so, the outcome is unknown.
    private var torn: Look?

    /// `last` is what the counters were when the last durable result was taken; nil where none ever was.
    package init(last: Look?) { self.last = last }

    /// Judges a look; what it shows is what the next one is compared with, unless it is torn.
    package mutating func judge(_ look: Look) -> Finding {
        guard let last else {
            self.last = look
            return .outcomes([])
        }
        // Counters that went back began anew with the device.
        let hasRestarted = look.total < last.total
        func moved(_ now: UInt64, _ before: UInt64) -> UInt64 {
            hasRestarted || now < before ? now : now - before
        }
        let moves = look.counts.map { word, count in
            (word: word, by: moved(count, last.counts[word] ?? 0))
        }
        let sum = moves.reduce(UInt64(0)) { $0 &+ $1.by }
        if sum != moved(look.total, last.total), torn != look {
            torn = look
            return .torn
        }
        torn = nil
        self.last = look
        guard sum == moved(look.total, last.total) else { return .outcomes([]) }
        return .outcomes(Set(moves.filter { $0.by > 0 }.map(\.word)))
    }
}
