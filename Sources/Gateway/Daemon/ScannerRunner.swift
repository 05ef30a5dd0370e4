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
        var lastRead: Stamp?
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
    private let book: ScannerBook
    private let board: ScannerBoard
    private let status = Guarded(Status())

    /// The scanner that `configuration` describes; `profile` says how its bytes are cut into marks.
    ///
    /// Throws `TransportError` where its link is none for scanners.
    init(
        _ configuration: DeviceConfiguration, _ profile: ScannerProfile,
        bus: @autoclosure () throws -> any USBBus,
        time: any TimeSource, stations: [BoundedInbox<StationInput>], counters: InspectionCounters,
        board: ScannerBoard, book: ScannerBook, log: EventLog
    ) throws {
        self.configuration = configuration
        (inboxes, self.counters, self.board, self.log) = (stations, counters, board, log)
        self.book = book
        let id = configuration.id
        switch (try LinkAddress(configuration.link), profile.transport) {
        case (.usb(let address), _):
            let bus = try bus()
            let rule = try USBScannerRule(address, profile)
            self.rule = rule
            makeRun = { handler throws(TransportError) in
                let scanner = USBScanner(device: id, rule: rule, bus: bus, time: time, handler: handler)
                return { await scanner.run() }
            }
        case (.serial(let settings), .serial(let framing)):
            rule = nil
            let framing = try LineFraming(framing, longest: profile.longestMark)
            makeRun = { handler throws(TransportError) in
                let scanner = try SerialScanner(
                    device: id, settings: settings, framing: framing, time: time, handler: handler)
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
        if rule != nil { book.note(event, of: configuration.id) }
        switch event {
        case .read(let read):
            status.withLock { ($0.reads, $0.lastRead) = ($0.reads + 1, read.stamp) }
            counters.countScan(of: configuration.id)
            for inbox in inboxes where !inbox.put(.scan(read)) {
                log.say(.error, "\(inbox.name) is too busy: a scan of \(configuration.id) was not taken")
            }
        case .misread(let reason):
            log.say(.warning, "\(configuration.id): misread: \(reason)")
            for inbox in inboxes {
                inbox.put(.machine(.refused(.badMark, text: StationWords.misread(reason), scan: [])))
            }
        case .noticed(let reason): log.say(.warning, "\(configuration.id): \(reason)")
        case .connected(let place): note(isConnected: true, place)
        case .unplugged(let reason): note(isConnected: false, reason)
        case .refused(let reason): note(isConnected: false, reason)
        }
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
            "reads": .number(Int64(clamping: status.reads)), "errors": 0, "results": 0, "reads_per_s": "0.0",
        ]
        return (json, status.isConnected)
    }
}
