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
    }

    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }
    var isFull: Bool { entries.count >= Self.capacity }
    /// Patience is the same for all, so the first to come is the first to expire.
    var nextExpiry: Int64? { entries.first?.expires }

    mutating func append(_ entry: Entry) { entries.append(entry) }

    mutating func takeFirst() -> Entry? { entries.isEmpty ? nil : entries.removeFirst() }

    mutating func takeExpired(at now: Int64) -> Entry? {
        guard let first = entries.first, first.expires <= now else { return nil }
        return entries.removeFirst()
    }
}
