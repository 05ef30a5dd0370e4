import Codecs
import Inspection
import Judging
import Ledger
import Linux
import Metrology
import Profiles
import Testing
import Transports

@testable import Gateway

/// A station on a ledger of its own or on that of another, whose clock stands where the test puts it.
final class StationRig: Sendable {
    /// A clock that only the test moves.
    final class Clock: TimeSource {
        private let milliseconds = Guarded<Int64>(0)

        func now() -> Stamp { StationFixture.stamp(milliseconds.withLock { $0 }) }
        func advance(_ more: Int64) { milliseconds.withLock { $0 += more } }
    }

    let clock = Clock()
    let ledger: LedgerWriter
    let runner: StationRunner
    let partsInWork: PartsInWork
    let log: EventLog
    private let folder: ScratchFolder

    convenience init(codes: CodeSet? = nil, parts: PartTable? = nil) throws {
        let folder = try ScratchFolder("station")
        let ledger = try LedgerWriter(path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
        try self.init(
            "flow-test-1", ledger, PartsInWork(), codes: codes, parts: parts, folder: folder,
            log: { EventLog(time: $0) })
    }

    /// Another station of the same gateway; `partsInWork` where it is one after a restart.
    convenience init(_ id: String, beside other: StationRig, _ partsInWork: PartsInWork? = nil) throws {
        try self.init(
            id, other.ledger, partsInWork ?? other.partsInWork, codes: nil, parts: nil, folder: other.folder,
            log: { EventLog(time: $0) })
    }

    /// A station on `ledger` in `folder` that says what it does in `log`, and shows itself by `publish`.
    init(
        _ id: String, _ ledger: LedgerWriter, _ partsInWork: PartsInWork, codes: CodeSet?,
        parts: PartTable?, folder: ScratchFolder, log: (Clock) -> EventLog,
        publish: @escaping @Sendable (StationView) -> Void = { _ in }
    ) throws {
        (self.ledger, self.partsInWork, self.folder) = (ledger, partsInWork, folder)
        self.log = log(clock)
        let services = StationServices(
            ledger: ledger, reader: ledger.reader, time: clock, clock: { StationFixture.clock },
            roster: StationFixture.roster, codes: codes, patience: { _ in 5_000_000_000 },
            partsInWork: partsInWork, sinks: { _ in [] }, counters: InspectionCounters(), queue: { (0, 0) },
            scannerBoard: ScannerBoard(), scanners: { _ in [] }, log: self.log, publish: publish)
        runner = StationRunner(
            station: try StationFixture.station(id: id, parts: parts), devices: [:], services: services)
    }

    /// Queues a scan of `text` that was read now, and returns where its outcome will be told.
    @discardableResult
    func scan(_ text: String) -> AsyncStream<Bool> {
        let (outcomes, tell) = AsyncStream.makeStream(of: Bool.self)
        put(Array(text.utf8), from: "SCAN-1") { tell.yield($0) }
        return outcomes
    }

    /// Queues a scan of `bytes` that `device` read now.
    func put(_ bytes: [UInt8], from device: String, _ answer: @escaping @Sendable (Bool) -> Void = { _ in }) {
        let read = ScanRead(bytes: bytes, symbology: nil, stamp: clock.now(), device: device)
        runner.inbox.put(.scan(read, ScanTicket(answer: answer)))
    }

    /// What became of a scan, once it is told.
    func outcome(_ outcomes: AsyncStream<Bool>) async -> Bool? {
        for await outcome in outcomes { return outcome }
        return nil
    }

    /// Bodies of the ledger's entries with this audit event, oldest first.
    func audit(_ event: AuditEvent) throws -> [JSONValue] {
        try ledger.reader.entries(after: 0, limit: 1_000).map(\.body).filter {
            $0["event"]?.text == event.rawValue
        }
    }
}
