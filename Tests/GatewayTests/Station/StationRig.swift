import Codecs
import Glibc
import Inspection
import Ledger
import Linux
import Metrology
import Profiles
import Testing
import Transports

@testable import Gateway

/// A station on a ledger of its own, whose clock stands where the test puts it.
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
    private let folder: String

    init(codes: CodeSet? = nil) throws {
        var template = Array("/tmp/plumbline-station-XXXXXX".utf8CString)
        folder = String(cString: try #require(mkdtemp(&template)))
        ledger = try LedgerWriter(path: folder + "/data", origin: "plumbline/plant-1/bench-pc-07")

        let board = ScannerBoard()
        let services = StationServices(
            ledger: ledger, reader: ledger.reader, time: clock, clock: { StationFixture.clock },
            roster: StationFixture.roster, codes: codes, patience: { _ in 5_000_000_000 }, sinks: { _ in [] },
            counters: InspectionCounters(), queue: { (0, 0) }, scannerBoard: board, scanners: { _ in [] },
            log: EventLog(time: clock), publish: { _ in })
        runner = StationRunner(station: try StationFixture.station(), devices: [:], services: services)
    }

    deinit {
        let database = ["ledger.db", "ledger.db-wal", "ledger.db-shm"]
        for file in database + ["ledger.key", "ledger.pub", "checkpoint", "lock"] {
            unlink("\(folder)/data/\(file)")
        }
        rmdir(folder + "/data")
        rmdir(folder)
    }

    /// Queues a scan of `text` that was read now, and returns where its outcome will be told.
    @discardableResult
    func scan(_ text: String) -> AsyncStream<Bool> {
        let (outcomes, tell) = AsyncStream.makeStream(of: Bool.self)
        let read = ScanRead(
            bytes: Array(text.utf8), symbology: nil, stamp: clock.now(), device: "SCAN-1")
        runner.inbox.put(.scan(read, ScanTicket(answer: { tell.yield($0) })))
        return outcomes
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
