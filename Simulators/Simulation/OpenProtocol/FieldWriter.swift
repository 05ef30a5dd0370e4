/// Writes the fixed fields of Open Protocol data: numbers with zeros before, texts with blanks behind.
struct FieldWriter {
    private(set) var bytes: [UInt8] = []
    /// The last two-digit parameter number; nil where fields have none.
    private var parameter: Int?

    /// - Parameter first: number of the first parameter, counted up at each field; nil for fields without
    init(numberedFrom first: Int? = nil) { parameter = first.map { $0 - 1 } }

    /// `value` in `width` digits; below zero it is 0, too great a one is all nines.
    mutating func number(_ value: Int, _ width: Int) {
        begin()
        bytes += Self.digits(value, width)
    }

    /// `value` in `width` characters, cut where it is longer.
    mutating func text(_ value: [UInt8], _ width: Int) {
        begin()
        bytes += value.prefix(width) + [UInt8](repeating: 0x20, count: max(0, width - value.count))
    }

    mutating func text(_ value: String, _ width: Int) { text(Array(value.utf8), width) }

    /// A field that this controller does not know: all blanks.
    mutating func blank(_ width: Int) { text([], width) }

    mutating func numberOrBlank(_ value: Int?, _ width: Int) {
        if let value { number(value, width) } else { blank(width) }
    }

    /// Hundredths as they are sent: not rounded.
    mutating func hundredths(_ value: Double, _ width: Int) { number(Self.truncatedHundredths(value), width) }

    /// `value` × 100 with everything behind the point cut off, within what ten digits hold.
    static func truncatedHundredths(_ value: Double) -> Int {
        // A decimal such as 27.35 lies a hair below its name in binary: 2734.999… must still give 2735.
        Int((min(max(value, 0), 9_999_999) * 100 + 1e-6).rounded(.down))
    }

    static func digits(_ value: Int, _ width: Int) -> [UInt8] {
        let digits = Array(String(max(value, 0)).utf8)
        guard digits.count <= width else { return [UInt8](repeating: UInt8(ascii: "9"), count: width) }
        return [UInt8](repeating: UInt8(ascii: "0"), count: width - digits.count) + digits
    }

    private mutating func begin() {
        guard let last = parameter else { return }
        parameter = last + 1
        bytes += Self.digits(last + 1, 2)
    }
}

/// Reads the fixed fields of Open Protocol data.
enum FieldReader {
    /// The number that `text` spells in digits alone, at most ten; nil for anything else.
    static func number(_ text: ArraySlice<UInt8>) -> Int? {
        guard (1...10).contains(text.count) else { return nil }
        var value = 0
        for byte in text {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return value
    }

    /// The number in `data` at byte `first` of the telegram, as its table counts (from 1, header included).
    static func number(in data: [UInt8], at first: Int, _ count: Int) -> Int? {
        let start = first - 1 - Telegram.headerBytes
        guard start >= 0, data.count >= start + count else { return nil }
        return number(data[start..<start + count])
    }

    /// `text` without the blanks behind it.
    static func trimmed(_ text: [UInt8]) -> [UInt8] {
        Array(text[..<(text.lastIndex { $0 != 0x20 && $0 != 0 }.map { $0 + 1 } ?? 0)])
    }
}
