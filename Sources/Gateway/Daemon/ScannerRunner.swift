import Codecs
import Inspection
import Linux
import Metrology
import Profiles
import Transports

/// One scanner as the daemon runs it: its line, the stations that it serves, and how it is doing.
final class ScannerRunner: Sendable {
    private struct Status: Sendable {
        var isConnected = false
        var detail = "not found yet"
        var reads: UInt64 = 0
        /// What it sent beside its marks and made no sense.
        var leftOut: UInt64 = 0
        var lastRead: Stamp?
        var filter: ScanFilter
        /// The scan that was handed on last: when it was read, when it was read once more, and what became
        /// of it.
        var scan: (first: Stamp, newest: Stamp, isAccepted: Bool?)?
        /// Scans that a station could not take and was not told of yet, by its inbox's place.
        var lost: [Int: Int] = [:]
        /// How the scanner is told what became of its scan, or of what it misread for nil.
        var answer: (@Sendable ([UInt8], Stamp?) -> Void)?
    }

    let configuration: DeviceConfiguration
    /// Which USB device it may open, and how; nil for one on a tty.
    let rule: USBScannerRule?
    private let makeRun:
        @Sendable (@escaping @Sendable (ScannerEvent) -> Void) throws(TransportError) ->
            @Sendable () async throws -> Void
    private let inboxes: [BoundedInbox<StationInput>]
    private let counters: InspectionCounters
    private let log: EventLog
    private let book: ScannerBook?
    private let board: ScannerBoard
    private let rules: ScanRules
    private let status: Guarded<Status>

    /// The scanner that `configuration` describes; `profile` says how its bytes are cut into marks.
    ///
    /// Throws `TransportError` where its link is none for scanners, and what reading the ledger throws.
    init(
        _ configuration: DeviceConfiguration, _ profile: ScannerProfile,
        bus: @autoclosure () throws -> any USBBus,
        time: any TimeSource, stations: [BoundedInbox<StationInput>], counters: InspectionCounters,
        board: ScannerBoard, book: ScannerBook? = nil, log: EventLog
    ) throws {
        self.configuration = configuration
        (inboxes, self.counters, self.board, self.log) = (stations, counters, board, log)
        (self.book, rules) = (book, profile.rules)
        let debounce = Int64(profile.rules.debounceMilliseconds) * 1_000_000
        let status = Guarded(Status(filter: ScanFilter(debounceNanoseconds: debounce)))
        self.status = status
        let id = configuration.id
        switch (try LinkAddress(configuration.link), profile.transport) {
        case (.usb(let address), _):
            let bus = try bus()
            let rule = try USBScannerRule(address, profile)
            self.rule = rule
            let known = try book?.identity(of: id)
            makeRun = { handler throws(TransportError) in
                let scanner = USBScanner(
                    device: id, rule: rule, known: known, bus: bus, time: time, handler: handler)
                status.withLock { $0.answer = { [weak scanner] in scanner?.answer($0, to: $1) } }
                return { await scanner.run() }
            }
        case (.serial(let settings), .serial(let framing)):
            rule = nil
            let framing = try LineFraming(framing, longest: profile.longestMark)
            makeRun = { handler throws(TransportError) in
                let scanner = try SerialScanner(
                    device: id, settings: settings, framing: framing, time: time, handler: handler)
                status.withLock { $0.answer = { [weak scanner] in scanner?.answer($0, to: $1) } }
                return { try await scanner.run() }
            }
        case (let address, _):
            throw TransportError(
                address.lineName, "profile \(configuration.profile) does not speak over this link",
                remedy: "use usb:VID:PID for HID scanners, serial:///dev/… for serial ones")
        }
    }

    /// Reads until the task is cancelled; throws `TransportError` where the process has no descriptor left.
    func run() async throws {
        let run = try makeRun { [weak self] event in self?.take(event) }
        try await run()
    }

    private func take(_ event: ScannerEvent) {
        // A tty that cannot be opened is no event of its own.
        let isRefused = if case .refused = event { true } else { false }
        if rule != nil || !isRefused { book?.note(event, of: configuration.id) }
        switch event {
        case .read(let read): take(read)
        case .misread(let reason, let bytes): takeMisread(reason, bytes, at: nil)
        case .leftOut(let reason): leaveOut(reason)
        case .unanswered(let reason): log.say(.warning, "\(configuration.id): was not told: \(reason)")
        case .noticed(let reason, _, _): log.say(.warning, "\(configuration.id): \(reason)")
        case .connected(let place, _): note(isConnected: true, place)
        case .unplugged(let reason): note(isConnected: false, reason)
        case .refused(let reason, _): note(isConnected: false, reason)
        }
    }

    private func take(_ read: ScanRead) {
        guard let mark = rules.mark(in: read.bytes) else {
            return takeMisread("it has not the affixes of its profile", read.bytes, at: read.stamp)
        }
        let isRepeat = status.withLock { status in
            (status.reads, status.lastRead) = (status.reads + 1, read.stamp)
            let isRepeat = status.filter.isRepeat(mark, atNanoseconds: read.stamp.monotonicNanoseconds)
            guard !isRepeat else {
                status.scan?.newest = read.stamp
                return true
            }
            status.scan = (read.stamp, read.stamp, nil)
            return false
        }
        guard !isRepeat else {
            log.say(.info, "\(configuration.id): read the same once more: one scan")
            if let isAccepted = status.withLock({ $0.scan?.isAccepted }) { tell(isAccepted, of: read.stamp) }
            return
        }
        counters.countScan(of: configuration.id)
        let scan = ScanRead(bytes: mark, symbology: read.symbology, stamp: read.stamp, device: read.device)
        put(.scan(scan, ticket(for: read.stamp)), at: read.stamp)
    }

    private func takeMisread(_ reason: String, _ bytes: [UInt8], at stamp: Stamp?) {
        put(.misread(reason: reason, bytes, scanner: configuration.id, ticket(for: stamp)), at: stamp)
    }

    /// Counted each time and said at the first: a scanner may send any number of them.
    private func leaveOut(_ reason: String) {
        let count = status.withLock { status in
            status.leftOut += 1
            return status.leftOut
        }
        guard count == 1 else { return }
        log.say(.warning, "\(configuration.id): left out a notification: \(reason); more are only counted")
    }

    /// Hands `input` to the stations; what one cannot take it is told of as soon as it takes something.
    private func put(_ input: StationInput, at stamp: Stamp?) {
        if inboxes.isEmpty {
            log.say(.warning, "\(configuration.id): no station has this scanner: a scan was not taken")
        }
        for (place, inbox) in inboxes.enumerated() {
            tellLost(place) { inbox.put($0) }
            guard !inbox.put(input) else { continue }
            status.withLock { $0.lost[place, default: 0] += 1 }
            log.say(.error, "\(inbox.name) is too busy: a scan of \(configuration.id) was not taken")
            answer(false, to: stamp)
        }
    }

    /// Tells the stations of every scan that they could not take. For the end, when the line says no more.
    func settle() {
        for (place, inbox) in inboxes.enumerated() {
            tellLost(place) { input in
                inbox.putSurely(input)
                return true
            }
        }
    }

    private func tellLost(_ place: Int, by put: (StationInput) -> Bool) {
        let count = status.withLock { $0.lost[place] ?? 0 }
        guard count > 0, put(.lost(scans: count, scanner: configuration.id)) else { return }
        status.withLock { $0.lost[place, default: 0] -= count }
    }

    private func ticket(for stamp: Stamp?) -> ScanTicket {
        ScanTicket(rules: rules) { [weak self] in self?.answer($0, to: stamp) }
    }

    /// What became of a scan is told of its latest reading: that is the one that the scanner waits with.
    private func answer(_ isAccepted: Bool, to stamp: Stamp?) {
        let newest = status.withLock { status in
            guard status.scan?.first == stamp else { return stamp }
            status.scan?.isAccepted = isAccepted
            return status.scan?.newest
        }
        tell(isAccepted, of: newest)
    }

    /// Tells the scanner, where its profile says by which bytes.
    private func tell(_ isAccepted: Bool, of stamp: Stamp?) {
        guard let acknowledgement = rules.acknowledgement else { return }
        let bytes = isAccepted ? acknowledgement.accept : acknowledgement.refuse
        if !bytes.isEmpty { status.withLock { $0.answer }?(bytes, stamp) }
    }

    private func note(isConnected: Bool, _ detail: String) {
        status.withLock { ($0.isConnected, $0.detail) = (isConnected, detail) }
        board.note(configuration.id, isConnected: isConnected, detail: detail)
        log.say(
            isConnected ? .info : .warning,
            "\(configuration.id): \(isConnected ? "connected" : "not connected"): \(detail)")
    }

    /// Where the scanner is that is read now; nil while none is.
    var place: String? { status.withLock { $0.isConnected ? $0.detail : nil } }

    /// An element of `/api/v1/devices`, and whether the scanner is there.
    var state: (json: JSONValue, isOnline: Bool) {
        let status = status.withLock { $0 }
        let json: JSONValue = [
            "id": .string(configuration.id), "profile": .string(configuration.profile),
            "link": .string(configuration.link), "provenance": .string(configuration.provenance.rawValue),
            "state": status.isConnected ? "online" : "offline", "detail": .string(status.detail),
            "link_state": status.isConnected ? "up" : "down", "demoted": false,
            "last_good": .optional(status.lastRead?.utc.description),
            "reads": .number(Int64(clamping: status.reads)),
            "repeats": .number(Int64(clamping: status.filter.repeats)),
            "errors": .number(Int64(clamping: status.leftOut)), "results": 0, "reads_per_s": "0.0",
        ]
        return (json, status.isConnected)
    }
}
