/// Joins the input reports of a HID POS scanner to whole scans.
///
/// A scan longer than a report arrives as several, each but the last marked as continued. A scan of which a
/// report is missing, cut off or too late is refused whole: half a serial number is another part's.
package struct HIDPOSReader: Sendable {
    /// Longest scan: the digits of the largest QR code (ISO/IEC 18004, 7,089), and room for a scanner's own
    /// prefix and suffix.
    package static let longestScan = 8_192
    /// Reports of one scan follow each other within milliseconds; after half a second of silence the rest of
    /// a scan no longer comes, and what comes is a new one.
    package static let longestGapNanoseconds: Int64 = 500_000_000

    /// A mark as the scanner read it.
    package struct Scan: Sendable, Equatable {
        package let bytes: [UInt8]
        /// The AIM identifier (`]d1`); nil where the scanner sends none.
        package let symbology: String?
    }

    private enum Phase {
        case ready
        case joining([UInt8], symbology: String?)
        /// A report of the scan was bad: what follows, up to its last report or a silence, is not a scan.
        case refusing
    }

    package let layout: HIDPOSLayout
    private var phase = Phase.ready
    private var lastReport: Int64?

    package init(_ layout: HIDPOSLayout) { self.layout = layout }

    /// Whether a scan has begun of which more is to come.
    package var hasBegun: Bool {
        if case .joining = phase { return true }
        return false
    }

    /// Takes one input report, as it came, at `monotonicNanoseconds` of the monotonic clock.
    ///
    /// Returns the scan that it completes, nil where more is to come or the report holds no data. Throws
    /// `HIDError` for a report that is cut off or contradicts itself, for a scan that is too long, broken
    /// off, or whose earlier report was bad. A report with another id belongs to no scan: it is refused and
    /// changes nothing.
    package mutating func take(
        _ report: [UInt8], at monotonicNanoseconds: Int64
    ) throws(HIDError) -> Scan? {
        guard layout.carriesScan(report) else {
            throw HIDError("a report with another id than the scanner's reports of scans", at: 0)
        }
        let brokenOff = endSilence(at: monotonicNanoseconds)
        let part: Part
        do throws(HIDError) { part = try Part(report, layout) } catch {
            phase = .refusing
            throw error
        }
        guard !brokenOff else {
            // It may be the late rest of the scan before or a new one: which, nobody can tell.
            phase = part.isContinued ? .refusing : .ready
            throw HIDError("the rest of the scan before did not come in time: scan again", at: 0)
        }
        return try join(part)
    }

    /// Whether a silence ended in the middle of a scan; afterwards a report begins a new scan.
    private mutating func endSilence(at now: Int64) -> Bool {
        let last = lastReport
        lastReport = now
        guard let last, now.subtractingReportingOverflow(last).partialValue > Self.longestGapNanoseconds
        else {
            return false
        }
        defer { phase = .ready }
        if case .joining = phase { return true }
        return false
    }

    private mutating func join(_ part: Part) throws(HIDError) -> Scan? {
        switch phase {
        case .ready:
            guard part.isContinued else {
                return part.bytes.isEmpty ? nil : Scan(bytes: part.bytes, symbology: part.symbology)
            }
            phase = .joining(part.bytes, symbology: part.symbology)
            return nil
        case .refusing:
            if !part.isContinued { phase = .ready }
            throw HIDError("the rest of a scan that was refused: scan again", at: 0)
        case .joining(let begun, let symbology):
            guard begun.count + part.bytes.count <= Self.longestScan else {
                phase = part.isContinued ? .refusing : .ready
                throw HIDError("a scan longer than \(Self.longestScan) bytes", at: 0)
            }
            let whole = begun + part.bytes
            phase = part.isContinued ? .joining(whole, symbology: symbology) : .ready
            return part.isContinued || whole.isEmpty ? nil : Scan(bytes: whole, symbology: symbology)
        }
    }
}

/// One report's share of a scan.
private struct Part {
    let bytes: [UInt8]
    let symbology: String?
    let isContinued: Bool

    init(_ report: [UInt8], _ layout: HIDPOSLayout) throws(HIDError) {
        guard report.count >= layout.shortestReport else {
            throw HIDError(
                "a report of \(report.count) bytes, cut off: the scanner's have \(layout.shortestReport)",
                at: report.count)
        }
        bytes = Array(report[layout.data].prefix(try Self.length(report, layout)))
        symbology = layout.symbologyOffsets.flatMap { AIMIdentifier($0.map { report[$0] })?.text }
        isContinued = layout.continuation.map { report[$0.offset] & $0.mask != 0 } ?? false
    }

    private static func length(_ report: [UInt8], _ layout: HIDPOSLayout) throws(HIDError) -> Int {
        guard let offset = layout.lengthOffset else {
            let last = report[layout.data].lastIndex { $0 != 0 }
            return last.map { $0 - layout.data.lowerBound + 1 } ?? 0
        }
        let length = Int(report[offset])
        guard length <= layout.data.count else {
            throw HIDError(
                "a length of \(length) where a report holds \(layout.data.count) data bytes", at: offset)
        }
        return length
    }
}
