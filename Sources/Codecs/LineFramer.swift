/// How a serial device marks where a line of its text begins and ends.
package struct LineFraming: Sendable, Equatable {
    /// Longest line that any framing may ask for.
    package static let longestPossible = 65_536

    /// Bytes that begin a line and are no part of it; empty where a line begins with its first byte.
    package let prefix: [UInt8]
    /// Each of these ends a line and is no part of it; empty where only silence ends one.
    package let suffixes: [[UInt8]]
    /// Longest line without prefix and suffix, in bytes; a longer one is refused whole.
    package let longest: Int
    /// Bytes that every line has without prefix and suffix, so that none has to follow; nil where they
    /// differ.
    package let length: Int?
    /// Silence that ends a line (where no suffix does) or breaks it off (where one should have come); nil
    /// where time says nothing, which needs a suffix.
    package let idleGapNanoseconds: Int64?

    /// Throws `LineFramingError` for a framing by which no line would ever end, or that is unbounded.
    package init(
        prefix: [UInt8] = [], suffixes: [[UInt8]], longest: Int, length: Int? = nil,
        idleGapNanoseconds: Int64? = nil
    ) throws(LineFramingError) {
        guard !suffixes.isEmpty || idleGapNanoseconds != nil else { throw .endless }
        guard suffixes.allSatisfy({ !$0.isEmpty && $0.count <= 8 }), suffixes.count <= 4, prefix.count <= 8,
            (1...Self.longestPossible).contains(longest), (idleGapNanoseconds ?? 1) > 0
        else { throw .outOfRange }
        guard length.map({ (1...longest).contains($0) }) ?? true else { throw .outOfRange }
        (self.prefix, self.suffixes, self.longest) = (prefix, suffixes, longest)
        (self.length, self.idleGapNanoseconds) = (length, idleGapNanoseconds)
    }

    private init(prefix: [UInt8], suffixes: [[UInt8]], gap: Int64?) {
        (self.prefix, self.suffixes, longest) = (prefix, suffixes, HIDPOSReader.longestScan)
        (length, idleGapNanoseconds) = (nil, gap)
    }

    /// Carriage return or line feed, in either order or alone: what most scanners can be set to.
    ///
    /// A line broken off for two seconds is refused, so that noise at power-up does not lengthen the next
    /// serial number.
    package static let carriageReturnOrLineFeed = LineFraming(
        prefix: [], suffixes: [[0x0D], [0x0A]], gap: 2_000_000_000)
    /// STX before, ETX after.
    package static let startAndEndOfText = LineFraming(
        prefix: [0x02], suffixes: [[0x03]], gap: 2_000_000_000)
}

/// Why a framing is refused.
package enum LineFramingError: Error, Sendable {
    /// Neither a suffix nor a silence ends a line: name one.
    case endless
    /// A prefix or suffix beyond 8 bytes, more than 4 suffixes, or a length or silence out of range.
    case outOfRange
}

/// Cuts a stream of bytes into lines, however it is chopped up on the way.
package struct LineFramer: Sendable {
    /// What the stream held.
    package enum Line: Sendable, Equatable {
        /// A line without its prefix and suffix; never empty.
        case whole([UInt8])
        /// `count` bytes that are no line, and why not.
        case refused(Refusal, count: Int)
    }

    /// Why bytes are no line, in words.
    package enum Refusal: String, Sendable {
        case tooLong = "the line is longer than its framing allows"
        case brokenOff = "the line was broken off by a silence before its end"
        case noPrefix = "bytes outside a line: its prefix did not come first"
    }

    package let framing: LineFraming
    private(set) var held: [UInt8] = []
    /// Whether the prefix has been seen whole; `held` then begins after it.
    private var isWithin: Bool
    private var skipped = 0
    private var overlong = 0
    private var lastByte: Int64?

    package init(_ framing: LineFraming) {
        self.framing = framing
        isWithin = framing.prefix.isEmpty
    }

    /// When, on the monotonic clock, `idle(at:)` has something to say unless bytes come first; nil while
    /// nothing waits for a silence.
    package var deadline: Int64? {
        guard let gap = framing.idleGapNanoseconds, let lastByte, isWaiting else { return nil }
        return lastByte.addingReportingOverflow(gap).partialValue
    }

    /// Whether a line has begun of which more is to come.
    package var hasBegun: Bool { isWithin && (isWithinPrefix || !held.isEmpty || overlong > 0) }

    private var isWaiting: Bool { !held.isEmpty || skipped > 0 || overlong > 0 || isWithinPrefix }

    /// Whether a prefix came after which nothing has come yet.
    private var isWithinPrefix: Bool { isWithin && !framing.prefix.isEmpty }

    /// Takes `bytes`, which arrived together at `monotonicNanoseconds`; returns what they complete, in order.
    package mutating func take(_ bytes: some Sequence<UInt8>, at monotonicNanoseconds: Int64) -> [Line] {
        var lines = idle(at: monotonicNanoseconds).map { [$0] } ?? []
        for byte in bytes {
            lastByte = monotonicNanoseconds
            if let line = isWithin ? takeWithin(byte) : takeOutside(byte) { lines.append(line) }
        }
        return lines
    }

    /// Says that no byte has come until `monotonicNanoseconds`; returns the line that the silence ends.
    package mutating func idle(at monotonicNanoseconds: Int64) -> Line? {
        guard let deadline, monotonicNanoseconds >= deadline else { return nil }
        defer { reset() }
        if overlong > 0 { return .refused(.tooLong, count: overlong + held.count) }
        if !isWithin { return .refused(.noPrefix, count: skipped + held.count) }
        guard framing.suffixes.isEmpty, framing.length == nil else {
            return .refused(.brokenOff, count: held.count + framing.prefix.count)
        }
        return held.isEmpty ? nil : .whole(held)
    }

    /// Forgets what has come: the line was closed.
    package mutating func reset() {
        held = []
        (skipped, overlong, lastByte) = (0, 0, nil)
        isWithin = framing.prefix.isEmpty
    }

    /// Outside a line only the prefix is looked for; what is not part of one is counted, not kept.
    private mutating func takeOutside(_ byte: UInt8) -> Line? {
        held.append(byte)
        while !framing.prefix.starts(with: held) {
            held.removeFirst()
            skipped = skipped.addingReportingOverflow(1).partialValue
        }
        guard held == framing.prefix else { return nil }
        held = []
        isWithin = true
        defer { skipped = 0 }
        return skipped > 0 ? .refused(.noPrefix, count: skipped) : nil
    }

    private mutating func takeWithin(_ byte: UInt8) -> Line? {
        held.append(byte)
        if let suffix = framing.suffixes.first(where: { held.ends(with: $0) }) {
            let line = held.dropLast(suffix.count)
            let refused = overlong
            reset()
            if refused > 0 || line.count > framing.longest {
                return .refused(.tooLong, count: refused + line.count)
            }
            return line.isEmpty ? nil : .whole(Array(line))
        }
        if framing.suffixes.isEmpty, held.count == framing.length {
            let line = held
            reset()
            return .whole(line)
        }
        // Room for the longest line and for the longest suffix that may follow it.
        if held.count > framing.longest + 8 {
            overlong = overlong.addingReportingOverflow(held.count - 8).partialValue
            held.removeFirst(held.count - 8)
        }
        return nil
    }
}

extension [UInt8] {
    fileprivate func ends(with other: [UInt8]) -> Bool {
        count >= other.count && suffix(other.count).elementsEqual(other)
    }
}
