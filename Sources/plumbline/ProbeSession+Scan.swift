import Codecs
import Glibc
import Metrology
import Profiles
import Transports

/// What `--scan` found in one table.
struct ScannedTable {
    let table: RegisterTable
    let scan: RangeScan

    /// `ModbusLimits` of the table's reads.
    static func mostPerRead(_ table: RegisterTable) -> Int {
        table.holdsBits ? ModbusLimits.bitsPerRead : ModbusLimits.registersPerRead
    }

    /// The readable ranges in pieces that the device gives in one reply.
    var requests: [ProbeLine.Span] {
        scan.readable.ranges.flatMap { range in
            stride(from: range.lowerBound, to: range.upperBound, by: max(1, scan.largestAnswered)).map {
                ProbeLine.Span(
                    table: table, addresses: $0..<min($0 + scan.largestAnswered, range.upperBound))
            }
        }
    }
}

extension ProbeSession {
    /// Addresses that are looked at unless others are named: what five-digit references reach.
    private static let scanned = 0..<10_000
    /// Beginnings of pages beyond them that are looked at as well: every 0x100 and every 1,000.
    private static let pages =
        Array(stride(from: 0x2800, to: 65_536, by: 0x100)) + stride(from: 11_000, to: 65_536, by: 1_000)

    /// Finds the readable ranges of one table or all, and shows them.
    func scan() async throws -> [ScannedTable] {
        console.say(
            "it only reads. Reading clears a flag in some devices (a result that is given once): "
                + "--exclude A-B keeps addresses out")
        var found: [ScannedTable] = []
        var pace = ScanPace(longest: line.timeout)
        for table in options.isTableNamed ? [options.table] : [.holding, .input, .coil, .discrete] {
            let result = ScannedTable(table: table, scan: try await scan(table, &pace))
            found.append(result)
            show(result)
            if result.scan.ending == .silent || result.scan.ending == .lost { break }
        }
        if let bad = found.last, bad.scan.ending == .silent || bad.scan.ending == .lost {
            let isSilent = bad.scan.ending == .silent
            throw CommandFailure(
                isSilent ? .timeout : .device,
                "\(line.name): the device \(isSilent ? "stopped answering" : "closes the connection"): check "
                    + "unit, speed and parity; --pause 200 asks more slowly")
        }
        guard found.contains(where: { !$0.scan.readable.isEmpty }) else {
            throw CommandFailure(
                .device,
                "\(line.name): it answers, but nothing could be read: try --address where its manual says, "
                    + "--thorough, or another unit")
        }
        return found
    }

    private func scan(_ table: RegisterTable, _ pace: inout ScanPace) async throws -> RangeScan {
        var limits = RangeScan.Limits(
            addresses: options.addresses ?? Self.scanned, mostPerRead: ScannedTable.mostPerRead(table))
        limits.excluded = options.excluded
        limits.isThorough = options.isThorough
        limits.mostRequests = options.mostRequests
        var scan = RangeScan(limits)
        if options.addresses == nil { scan.alsoSample(pages: Self.pages) }
        let progress = ProgressLine(isQuiet: console.isQuiet)
        defer { progress.clear() }
        while let addresses = scan.next() {
            progress.show(
                "\(table.rawValue) \(AddressText.hex(addresses.lowerBound)), \(scan.requests) requests")
            scan.took(try await outcome(of: .init(table: table, addresses: addresses), &pace))
            try await Task.sleep(for: options.pause)
        }
        return scan
    }

    /// What came of one read; throws where the link is down for good.
    private func outcome(
        of span: ProbeLine.Span, _ pace: inout ScanPace
    ) async throws -> RangeScan.Outcome {
        for attempt in 1...ScanPace.mostAttempts {
            let exchange = await line.link.transact(span.request, unit: line.unit, timeout: pace.timeout)
            switch exchange.outcome {
            case .reply, .exception: pace.answered(after: exchange.stamp.elapsed(since: exchange.sent))
            case .failed, .sent: break
            }
            switch exchange.outcome {
            case .reply: return .readable
            case .exception(.busy), .exception(.acknowledged):
                guard attempt < ScanPace.mostAttempts else { return .refused(code: 6) }
                try await Task.sleep(for: ScanPace.pauseWhenBusy)
            case .exception(let exception) where exception.meansSilence: return .silent
            case .exception(let exception): return .refused(code: exception.code)
            case .failed(.timeout): return .silent
            // What the reply to a read too long looks like on some devices.
            case .failed(.malformed): return .refused(code: 0)
            case .failed(.offline) where exchange.sent != nil: return .lost
            case .failed, .sent: throw line.failure(exchange.outcome, span.text)
            }
        }
        return .refused(code: 6)
    }

    private func show(_ found: ScannedTable) {
        let scan = found.scan
        if console.usesJSON {
            console.print(CanonicalJSON.text(found.object))
            return
        }
        let noun = found.table.holdsBits ? "bits" : "registers"
        switch scan.ending {
        case .noSuchTable:
            console.print("\(found.table.rawValue): the device has no such table")
            return
        case .tooManyRequests:
            console.print(
                "\(found.table.rawValue): ended after \(scan.requests) requests; the rest was not looked at "
                    + "(--address, --count, --requests)")
        case .silent, .lost, nil: break
        }
        let total = scan.readable.ranges.reduce(0) { $0 + $1.count }
        console.print(console.bold("\(found.table.rawValue): \(total) \(noun), \(scan.requests) requests"))
        var table = Table(["  FROM", "TO", "COUNT", "HOLE BEFORE"])
        var end: Int?
        for range in scan.readable.ranges {
            table.add([
                "  " + AddressText.both(found.table, range.lowerBound),
                AddressText.both(found.table, range.upperBound - 1), String(range.count),
                end.map { String(range.lowerBound - $0) } ?? "",
            ])
            end = range.upperBound
        }
        if !table.rows.isEmpty { for line in table.lines(bold: { $0 }) { console.print(line) } }
        if let refused = scan.smallestRefused, !scan.readable.isEmpty {
            console.print("  at most \(scan.largestAnswered) in one request; \(refused) are refused")
        }
    }
}

extension ScannedTable {
    fileprivate var object: JSONValue {
        [
            "table": .string(table.rawValue), "requests": .number(Int64(scan.requests)),
            "largest_read": .number(Int64(scan.largestAnswered)),
            "refused_read": scan.smallestRefused.map { .number(Int64($0)) } ?? .null,
            "ended_early": .optional(scan.ending.map { "\($0)" }),
            "ranges": .array(
                scan.readable.ranges.map {
                    ["address": .number(Int64($0.lowerBound)), "count": .number(Int64($0.count))]
                }),
        ]
    }
}

/// How long a scan waits for one answer: as long as it was told to at first, later as long as this device
/// has ever needed, eight times over. Holes that are silent then cost little.
struct ScanPace {
    /// A device that says it is busy is asked so often.
    static let mostAttempts = 5
    static let pauseWhenBusy = Duration.milliseconds(200)
    private static let answersToTrust = 5
    private static let shortest = Duration.milliseconds(100)

    let longest: Duration
    private var slowest = Duration.zero
    private var answers = 0

    init(longest: Duration) { self.longest = longest }

    var timeout: Duration {
        answers < Self.answersToTrust ? longest : min(longest, max(Self.shortest, slowest * 8))
    }

    mutating func answered(after time: Duration?) {
        guard let time else { return }
        slowest = max(slowest, time)
        answers += 1
    }
}

extension Stamp {
    /// The time since an earlier stamp; nil where there is none.
    fileprivate func elapsed(since earlier: Stamp?) -> Duration? {
        earlier.map { .nanoseconds(max(0, monotonicNanoseconds - $0.monotonicNanoseconds)) }
    }
}

/// One line on a terminal that says how far it is; nothing where standard error is no terminal.
struct ProgressLine {
    private let isShown: Bool

    init(isQuiet: Bool) { isShown = !isQuiet && isatty(STDERR_FILENO) == 1 }

    func show(_ text: String) { if isShown { Console.progress("\r\(text)\u{1B}[K") } }
    func clear() { if isShown { Console.progress("\r\u{1B}[K") } }
}
