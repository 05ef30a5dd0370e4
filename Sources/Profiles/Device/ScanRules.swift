/// How one model of scanner behaves towards people, whatever line it is on.
package struct ScanRules: Sendable, Equatable {
    /// Bytes that the scanner is set to put before each mark, and that are no part of it; empty for none.
    package var prefix: [UInt8] = []
    /// The same after each mark.
    package var suffix: [UInt8] = []
    /// The same mark read again within this time is one reading; nobody scans that fast on purpose.
    package var debounceMilliseconds = 250
    /// How long after its inspection the same part counts as scanned twice, not as brought once more.
    package var doubleScanMilliseconds = 3_000
    /// What the scanner is sent once it is known what became of its scan; nil where it is told nothing.
    package var acknowledgement: Acknowledgement?

    /// Bytes by which a scanner is told what became of its scan.
    package struct Acknowledgement: Sendable, Equatable {
        /// Sent when the scan was accepted and that is on the disk.
        package let accept: [UInt8]
        /// Sent when it was refused; empty for nothing.
        package let refuse: [UInt8]

        package init(accept: [UInt8], refuse: [UInt8]) { (self.accept, self.refuse) = (accept, refuse) }
    }

    package init() {}

    /// What the scanner sent, without what it is set to put around each mark; nil where that is not there.
    package func mark(in bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > prefix.count + suffix.count, bytes.starts(with: prefix),
            bytes.suffix(suffix.count).elementsEqual(suffix)
        else { return nil }
        return Array(bytes.dropFirst(prefix.count).dropLast(suffix.count))
    }
}

extension ScanRules {
    /// The rules in a scanner's profile.
    ///
    /// ```yaml
    /// affixes: {prefix: "\x02", suffix: "\x03"}
    /// debounce: 250 ms
    /// double_scan: 3 s
    /// acknowledge: {accept: "\x06", refuse: "\x15"}
    /// ```
    /// `acknowledge` where `isTold`: by a serial line, which can be written to. A scanner that waits for an
    /// answer and never gets one would stay blocked after each scan.
    static func read(_ top: YAMLMapping, isTold: Bool) -> ScanRules {
        var rules = ScanRules()
        if let affixes = top.mapping("affixes", "affixes") {
            rules.prefix = affixes.optional("prefix", .bytes) ?? []
            rules.suffix = affixes.optional("suffix", .bytes) ?? []
            affixes.finish()
        }
        rules.debounceMilliseconds =
            top.optional("debounce", .duration(0...10_000)) ?? rules.debounceMilliseconds
        rules.doubleScanMilliseconds =
            top.optional("double_scan", .duration(0...600_000)) ?? rules.doubleScanMilliseconds
        if !isTold, top.has("acknowledge") {
            top.fault(
                "acknowledge", "a HID scanner takes no bytes: it cannot be told what became of its scan",
                "switch it to USB serial (CDC) and write `protocol: serial`, or remove `acknowledge`")
        } else if let answers = top.mapping("acknowledge", "an acknowledgement") {
            let accept = answers.required("accept", .command)
            let refuse = answers.optional("refuse", .command) ?? []
            answers.finish()
            rules.acknowledgement = accept.map { Acknowledgement(accept: $0, refuse: refuse) }
        }
        return rules
    }
}

extension YAMLForm where Value == [UInt8] {
    /// Up to eight bytes, written as a text: `"\r\n"`, `"\x02"`; empty for none.
    static var bytes: YAMLForm { characters(0...8) }

    /// A command to a scanner; the longest that a manual gives has some 20 bytes.
    fileprivate static var command: YAMLForm { characters(1...64) }

    /// Bytes written as a text, so many of them.
    static func characters(_ counts: ClosedRange<Int>) -> YAMLForm {
        YAMLForm(
            counts.lowerBound == 0
                ? #"at most \#(counts.upperBound) characters such as "\r""#
                : #"\#(counts.lowerBound) to \#(counts.upperBound) characters such as "\x06""#
        ) { text, _ in
            let bytes = Array(text.utf8)
            return counts.contains(bytes.count) && bytes.allSatisfy { $0 < 0x80 } ? bytes : nil
        }
    }
}
