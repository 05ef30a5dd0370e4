/// Tells the same bytes read once more, because a trigger bounced or a part stayed before the scanner, from a
/// second scan.
///
/// One value a scanner. Time comes as an argument.
package struct ScanFilter: Sendable {
    /// How long after its last reading the same mark is that reading; 0 takes every reading as a scan.
    private let debounceNanoseconds: Int64
    private var last: (bytes: [UInt8], atNanoseconds: Int64)?
    /// Readings that were repeats, since the start.
    package private(set) var repeats: UInt64 = 0

    package init(debounceNanoseconds: Int64) { self.debounceNanoseconds = debounceNanoseconds }

    /// Whether `bytes`, whose last byte came at this monotonic instant, are the reading before once more.
    ///
    /// Each repeat begins the time anew: a part that stays before a scanner that reads all the time is one
    /// scan, however long it stays.
    package mutating func isRepeat(_ bytes: [UInt8], atNanoseconds: Int64) -> Bool {
        defer { last = (bytes, atNanoseconds) }
        guard let last, last.bytes == bytes,
            atNanoseconds &- last.atNanoseconds < debounceNanoseconds
        else { return false }
        repeats &+= 1
        return true
    }
}

/// When a scan was read, and how it is to be taken.
package struct ScanTiming: Sendable, Equatable {
    /// Monotonic instant of the scan's last byte: the moment that the scan belongs to.
    package let readAtNanoseconds: Int64
    /// How long after the end of a part's cycle the same part counts as scanned twice.
    package let doubleScanNanoseconds: Int64

    package init(readAtNanoseconds: Int64, doubleScanNanoseconds: Int64) {
        self.readAtNanoseconds = readAtNanoseconds
        self.doubleScanNanoseconds = doubleScanNanoseconds
    }

    /// For what is no scan of a device: it belongs to the moment at which it is taken.
    package static let immediate = ScanTiming(readAtNanoseconds: .max, doubleScanNanoseconds: 0)

    /// Whether the scan has waited longer than `patience` nanoseconds at the instant `now`: whoever scanned
    /// has gone on meanwhile, and may hold another part.
    package func isTooOld(atNanoseconds now: Int64, patience: Int64) -> Bool {
        readAtNanoseconds < now.subtractingReportingOverflow(patience).partialValue
    }
}
