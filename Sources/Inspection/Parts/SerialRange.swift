/// Serial numbers that follow one another in their last digits: `SA10000..SA19999`; also one alone.
package struct SerialRange: Sendable, Hashable, CustomStringConvertible {
    package let first: String
    package let last: String
    /// Bytes before the digits that are counted.
    private let prefixLength: Int

    /// How messages describe what may be written.
    package static let rule =
        "write one serial number, or `FIRST..LAST`, equally long and different in digits at their end only"

    /// The serial numbers from `first` to `last`; nil where these are not 1 to 50 characters of printable
    /// ASCII without blanks, equally long, in order, and equal but for digits at their end.
    package init?(_ first: String, _ last: String) {
        let (low, high) = (Array(first.utf8), Array(last.utf8))
        guard (1...50).contains(low.count), low.count == high.count, first <= last,
            (low + high).allSatisfy({ (0x21...0x7E).contains($0) })
        else { return nil }
        let prefix = zip(low, high).prefix { $0 == $1 }.count
        guard (low[prefix...] + high[prefix...]).allSatisfy(Self.isDigit) else { return nil }
        (self.first, self.last, prefixLength) = (first, last, prefix)
    }

    /// What `text` writes: `SA10197`, or `SA10000..SA19999`.
    package init?(_ text: String) {
        guard let dots = text.firstRange(of: "..") else {
            self.init(text, text)
            return
        }
        self.init(String(text[..<dots.lowerBound]), String(text[dots.upperBound...]))
    }

    package var isSingle: Bool { first == last }

    package func contains(_ serial: String) -> Bool {
        serial.utf8.count == first.utf8.count && first <= serial && serial <= last
            && serial.utf8.dropFirst(prefixLength).allSatisfy(Self.isDigit)
    }

    package var description: String { isSingle ? first : "\(first)..\(last)" }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}

/// A list of serial numbers, some with a reason of their own for being there.
package struct SerialList: Sendable, Equatable {
    /// One line of the list.
    package struct Entry: Sendable, Equatable {
        package let range: SerialRange
        package let reason: String?

        package init(_ range: SerialRange, reason: String? = nil) {
            (self.range, self.reason) = (range, reason)
        }
    }

    package let entries: [Entry]
    /// Where in `entries` each serial stands that is there alone.
    private let singles: [String: Int]
    private let spans: [Entry]

    package init(_ entries: [Entry]) {
        self.entries = entries
        singles = Dictionary(
            entries.indices.filter { entries[$0].range.isSingle }.map { (entries[$0].range.first, $0) },
            uniquingKeysWith: min)
        spans = entries.filter { !$0.range.isSingle }
    }

    /// The line by which `serial` is in the list; nil where it is not.
    package func entry(of serial: String) -> Entry? {
        singles[serial].map { entries[$0] } ?? spans.first { $0.range.contains(serial) }
    }
}
