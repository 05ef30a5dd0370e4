import Codecs
import Inspection
import Profiles

/// What the identifiers are that a controller tells (MIDs 0052 and 0152): a scan of the tool's own scanner,
/// what we told it ourselves, or what it remembers.
struct ToolScanner: Sendable {
    /// One scan.
    struct Scan: Equatable {
        let number: Int
        let bytes: [UInt8]
        /// Why it is no mark; nil where it may be one.
        let fault: String?
    }

    /// What a message is.
    enum Finding: Equatable {
        /// Nobody has scanned: it is acknowledged at once.
        case nothing
        /// It is acknowledged once they are taken.
        case scans([Scan])
        /// The station has not taken it yet: the acknowledgement waits for that.
        case underWay
        /// The station did not take it for so long that nobody is there.
        case untaken
        /// More scans wait than people make.
        case tooMany
    }

    private struct Pending {
        let scan: Scan
        let mid: Int
        let heardAt: Int64
    }

    /// Scans that may wait for the station, which takes a few milliseconds for one.
    static let most = 4
    /// How long what we have told counts as ours when it comes back, though something else was told since.
    static let echo: Int64 = 30_000_000_000
    /// After so long a scan that was not taken is told again; a controller says it again after 10 s
    /// (specification R2.16, section 3.3.5).
    static let patience: Int64 = 5_000_000_000
    /// How often a scan is told that nobody takes: a controller says it three times and then hangs up.
    private static let mostTold = 2
    /// Identifiers of ours that are remembered.
    private static let mostSaid = 8
    /// Characters of one part of an identifier (table 97).
    private static let part = 25

    /// Revision of the subscription; it stays over connections.
    var revision: Int
    /// Whether the controller has another identifier now than what we told last.
    private(set) var isDisplaced = false
    private var said: [(bytes: [UInt8], at: Int64)] = []
    private var pending: [Pending] = []
    /// The parts that were heard last.
    private var parts: [[UInt8]] = []
    /// The scan that was told last and not taken, and how often it was told.
    private var untaken: (bytes: [UInt8], times: Int)?
    private var filter: ScanFilter
    private var count = 0

    init(_ scans: TorqueProfile.Scans) {
        revision = scans == .single ? 2 : 1
        filter = ScanFilter(debounceNanoseconds: Int64(ScanRules().debounceMilliseconds) * 1_000_000)
    }

    /// A connection begins: what was to be acknowledged on the one before cannot be any more.
    mutating func begin() { pending = [] }

    /// We tell the controller its identifier.
    mutating func says(_ bytes: [UInt8], _ now: Int64) {
        said = said.suffix(Self.mostSaid - 1) + [(bytes, now)]
        isDisplaced = false
    }

    /// The station has dealt with a scan; the MID that told it, where that waits for an acknowledgement.
    mutating func taken(_ number: Int) -> Int? {
        guard let place = pending.firstIndex(where: { $0.scan.number == number }) else { return nil }
        untaken = nil
        return pending.remove(at: place).mid
    }

    /// `isReady` is false while a session is set up: what comes then is what the controller remembers, of a
    /// time that nobody knows.
    mutating func heard(_ identifier: OpenProtocolIdentifier, isReady: Bool, _ now: Int64) -> Finding {
        let before = parts
        parts = identifier.parts.map(\.bytes)
        guard !parts.isEmpty else { return .nothing }
        if isOurs(parts, now) { return .nothing }
        isDisplaced = true
        guard isReady else { return .nothing }
        let values = values(before, isSingle: identifier.message.mid == 52 && identifier.message.revision < 2)
        pending.removeAll { now - $0.heardAt > Self.patience }
        let news = values.filter { value in !pending.contains { $0.scan.bytes == value.bytes } }
        guard !news.isEmpty else { return .underWay }
        if news.allSatisfy({ filter.isRepeat($0.bytes, atNanoseconds: now) }) { return .nothing }
        if let untaken, untaken.times >= Self.mostTold, news.contains(where: { $0.bytes == untaken.bytes }) {
            return giveUp()
        }
        guard pending.count + news.count <= Self.most else { return .tooMany }
        return .scans(news.map { note($0, identifier.message.mid, now) })
    }

    private mutating func giveUp() -> Finding {
        untaken = nil
        return .untaken
    }

    private mutating func note(
        _ value: (bytes: [UInt8], fault: String?), _ mid: Int, _ now: Int64
    ) -> Scan {
        count += 1
        let scan = Scan(number: count, bytes: value.bytes, fault: value.fault)
        pending.append(Pending(scan: scan, mid: mid, heardAt: now))
        let times = untaken?.bytes == value.bytes ? untaken?.times ?? 0 : 0
        untaken = (value.bytes, times + 1)
        return scan
    }

    /// Whether the controller says what we told it: what it has now as long as nothing else came, and what it
    /// had a moment ago. Of a long one it may tell its beginning.
    private func isOurs(_ parts: [[UInt8]], _ now: Int64) -> Bool {
        let whole = parts.flatMap(\.self)
        return said.enumerated().contains { place, mine in
            let isLatest = place == said.count - 1 && !isDisplaced
            guard isLatest || now - mine.at <= Self.echo else { return false }
            return mine.bytes == whole || (whole.count >= Self.part && mine.bytes.starts(with: whole))
        }
    }

    /// What was scanned: a long mark fills one part after the other; otherwise each part is a mark, and those
    /// are new that were not there `before`.
    private func values(
        _ before: [[UInt8]], isSingle: Bool
    ) -> [(bytes: [UInt8], fault: String?)] {
        guard parts.dropLast().allSatisfy({ $0.count >= Self.part }) else {
            return parts.filter { !before.contains($0) }.map { ($0, nil) }
        }
        let whole = parts.flatMap(\.self)
        let room = isSingle ? Self.part : 4 * Self.part
        let isFull = isSingle ? whole.count == room : whole.count >= room
        let fault = "it fills all \(room) characters that the controller tells, and may have been longer"
        return [(whole, isFull ? fault : nil)]
    }
}
