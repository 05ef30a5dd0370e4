package import Metrology

/// Identifiers of cycles and records: UUID version 7 (RFC 9562 section 5.7), which sort by time.
package enum RecordID {
    /// A new identifier from the milliseconds of `instant` and 74 random bits of `generator`.
    package static func make(at instant: Timestamp, using generator: inout some RandomNumberGenerator)
        -> String
    {
        let milliseconds = UInt64(max(0, instant.nanoseconds / 1_000_000))
        let high = milliseconds << 16 | 0x7000 | UInt64.random(in: 0...0x0FFF, using: &generator)
        let low = 0x8000_0000_0000_0000 | UInt64.random(in: 0...0x3FFF_FFFF_FFFF_FFFF, using: &generator)
        let digits = Array(padded(high) + padded(low))
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(digits[$0]) }.joined(separator: "-")
    }

    private static func padded(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
