internal import Codecs

/// Single requests that wait for their turn, first come, first served.
struct TransactionQueue: Sendable {
    /// So many may wait on one line; at 10 ms each the last has waited as long as its patience.
    static let capacity = 256

    struct Entry: Sendable {
        let ticket: Int
        let unit: UInt8
        let request: ModbusRequest
        let pdu: [UInt8]
        let timeout: Int64
        /// Not sent by then, it fails; nanoseconds of the monotonic clock.
        let expires: Int64
        /// How often it has been asked before.
        let tries: Int
    }

    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var isFull: Bool { entries.count >= Self.capacity }
    /// When the first of them expires; units that need pauses are waited for longer.
    var nextExpiry: Int64? { entries.lazy.map(\.expires).min() }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    /// Goes ahead of the others: it has been asked before.
    mutating func putFirst(_ entry: Entry) { entries.insert(entry, at: 0) }

    mutating func takeFirst() -> Entry? { entries.isEmpty ? nil : entries.removeFirst() }

    /// Which is the first to a unit that has not to be waited for.
    func first(at now: Int64, pacing: UnitPacing) -> Int? {
        entries.firstIndex { pacing.allows($0.unit, at: now) }
    }

    mutating func take(_ index: Int) -> Entry { entries.remove(at: index) }

    mutating func takeExpired(at now: Int64) -> Entry? {
        entries.firstIndex { $0.expires <= now }.map { entries.remove(at: $0) }
    }
}
