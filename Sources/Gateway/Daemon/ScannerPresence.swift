import Transports

/// Which comings and goings of one scanner are entered into the ledger: at most one pair in ten seconds, for
/// a loose cable would fill it. What is left out is counted in the entry that comes after.
struct ScannerPresence: Sendable {
    /// That the scanner was lost, or came back.
    struct Entry: Sendable, Equatable {
        let isBack: Bool
        let reason: String
        /// Where it is, or was.
        let place: String
        /// Which device it is, or was; nil for one on a tty, which tells nothing of itself.
        let who: USBIdentity?
        /// Further losses since the entry before that have none of their own.
        let folded: Int64
    }

    /// Longer than a hand needs that plugs a scanner in again; made up for this purpose.
    static let windowNanoseconds: Int64 = 10_000_000_000

    /// Nil before the first connection, which is none that came back.
    private var place: String?
    private var who: USBIdentity?
    private var isThere = false
    private var reason = ""
    private var isEnteredAsLost = false
    private var folded: Int64 = 0
    private var windowEnd = Int64.min

    /// The scanner at `place` is read from now on; on USB it is `who`.
    mutating func connected(_ place: String, _ who: USBIdentity?) -> Entry? {
        let isFirst = self.place == nil
        (self.place, self.who, isThere, reason) = (place, who, true, "it is read again")
        return isFirst || !isEnteredAsLost ? nil : entry(folded: 0)
    }

    /// The scanner is gone at `now` (monotonic, ns).
    mutating func lost(_ reason: String, at now: Int64) -> Entry? {
        guard isThere else { return nil }
        (isThere, self.reason) = (false, reason)
        guard now >= windowEnd else {
            folded += 1
            return nil
        }
        return open(now, folded: folded)
    }

    /// What was left out and is to be entered at `now`: how the scanner is since.
    mutating func due(at now: Int64) -> Entry? {
        guard folded > 0, now >= windowEnd else { return nil }
        // The loss that still lasts is the entry's own.
        return open(now, folded: isThere ? folded : folded - 1)
    }

    private mutating func open(_ now: Int64, folded count: Int64) -> Entry? {
        windowEnd = now.addingReportingOverflow(Self.windowNanoseconds).partialValue
        folded = 0
        return entry(folded: count)
    }

    private mutating func entry(folded: Int64) -> Entry? {
        isEnteredAsLost = !isThere
        return place.map {
            Entry(isBack: isThere, reason: reason, place: $0, who: who, folded: folded)
        }
    }
}
