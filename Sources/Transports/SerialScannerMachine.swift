internal import Codecs
internal import Metrology

/// What a serial scanner's line tells, as its bytes come and it goes and returns.
struct SerialScannerMachine {
    /// Pause before a line that is gone is tried again: doubled up to this, so that a scanner that is plugged
    /// in again is back before its user wonders.
    private static let longestPause: Int64 = 2_000_000_000
    private static let shortestPause: Int64 = 125_000_000

    private let device: String
    private let place: String
    private var framer: LineFramer
    private var lastRefusal: String?
    /// When bytes came last: a mark that silence ends was read then, not when the silence was over.
    private var lastCame: Stamp?
    /// What the scanner sent last on this line, and may wait for an answer to.
    private(set) var awaited = AwaitedAnswer.nothing
    private var nextPause = Self.shortestPause

    init(device: String, place: String, framing: LineFraming) {
        (self.device, self.place) = (device, place)
        framer = LineFramer(framing)
    }

    /// When `came` has to be called again even if nothing comes; nil where only bytes matter.
    var deadline: Int64? { framer.deadline }

    mutating func opened() -> [ScannerEvent] {
        framer.reset()
        (lastRefusal, awaited) = (nil, .nothing)
        return [.connected(place: place)]
    }

    /// The line could not be opened: said once for each reason.
    mutating func failed(_ error: TransportError) -> [ScannerEvent] {
        guard error.description != lastRefusal else { return [] }
        lastRefusal = error.description
        return [.refused(reason: error.description)]
    }

    mutating func lost(_ reason: String) -> [ScannerEvent] {
        let suffix = framer.hasBegun ? " in the middle of a scan: scan again" : ""
        framer.reset()
        return [.unplugged(reason: "the serial line is gone (\(reason))" + suffix)]
    }

    /// Nothing more is read: half a mark is none, and is not passed over.
    mutating func stopped(at stamp: Stamp) -> [ScannerEvent] {
        let ended = came([], at: stamp)
        guard framer.hasBegun else { return ended }
        framer.reset()
        return ended + [.misread(reason: ScannerEvent.stoppedMidScan)]
    }

    /// `bytes` came until `stamp`; none where only time has passed.
    mutating func came(_ bytes: [UInt8], at stamp: Stamp) -> [ScannerEvent] {
        // A line that speaks is sound: the next loss begins with the shortest pause.
        if !bytes.isEmpty { nextPause = Self.shortestPause }
        let ended = framer.idle(at: stamp.monotonicNanoseconds).map { told($0, lastCame ?? stamp) }
        guard !bytes.isEmpty else { return ended.map { [$0] } ?? [] }
        lastCame = stamp
        let lines = framer.take(bytes, at: stamp.monotonicNanoseconds)
        return (ended.map { [$0] } ?? [])
            + zip(lines, stamp.ofEach(of: lines.count)).map { told($0, $1) }
    }

    private mutating func told(_ line: LineFramer.Line, _ stamp: Stamp) -> ScannerEvent {
        let event: ScannerEvent =
            switch line {
            case .whole(let mark):
                .read(ScanRead(bytes: mark, symbology: nil, stamp: stamp, device: device))
            case .refused(let refusal, let count):
                .misread(reason: "\(refusal.rawValue) (\(count) bytes)")
            }
        awaited.note(event)
        return event
    }

    /// How long to wait before the line is opened again.
    mutating func pause() -> Int64 {
        defer { nextPause = min(nextPause * 2, Self.longestPause) }
        return nextPause
    }
}
