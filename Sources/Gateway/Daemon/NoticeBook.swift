import Codecs
import Drivers
import Inspection
import Ledger
import Linux
import Metrology

/// Enters into the ledger, and says in the log, what devices notice beside results: alarms, clocks, numbers
/// of results that do not follow each other, refusals. A flood is one line in ten seconds with a count.
final class NoticeBook: Sendable {
    /// What may wait to be written: 64 devices that all tell as much as they may in a window.
    private static let notesLimit = 4_096

    private let time: any TimeSource
    private let log: EventLog
    /// The station that a device belongs to, by device.
    private let stations: [String: String]
    private let queue: AuditQueue
    private let gates = Guarded<[String: NoticeGate]>([:])

    init(_ stations: [String: String], ledger: LedgerWriter, time: any TimeSource, log: EventLog) {
        (self.stations, self.time, self.log) = (stations, time, log)
        queue = AuditQueue(ledger, limit: Self.notesLimit)
    }

    /// Takes an event of `device`; all but notices concern others.
    func note(_ event: DeviceEvent, of device: String) {
        guard case .noticed(let notice) = event else { return }
        enter(device) { $0.take(notice, at: $1) }
    }

    /// Writes what is told until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        try await queue.run { [self] in
            for device in gates.withLock({ $0.keys.sorted() }) { enter(device) { $0.due(at: $1) } }
        }
    }

    /// Enters what `change` says of the device now (monotonic, ns).
    private func enter(_ device: String, _ change: (inout NoticeGate, Int64) -> [NoticeGate.Entry]) {
        let stamp = time.now()
        // Handed on under the lock: what is over must not be entered before it began.
        gates.withLock { gates in
            for entry in change(&gates[device, default: .init()], stamp.monotonicNanoseconds) {
                let members: [String: JSONValue] = [
                    "detail": .string(entry.notice.text), "folded": .number(entry.folded),
                ]
                let isTaken = queue.put(
                    AuditQueue.Note(
                        event: entry.notice.event, device: device, station: stations[device],
                        members: entry.notice.members.merging(members) { $1 }, stamp: stamp))
                say(entry, of: device, isTaken: isTaken)
            }
        }
    }

    private func say(_ entry: NoticeGate.Entry, of device: String, isTaken: Bool) {
        let more = entry.folded > 0 ? " (and \(entry.folded) more like it)" : ""
        let lost = isTaken ? "" : "; not recorded: too much waits for the ledger"
        let isGood = [.alarmCleared, .deviceClockSet].contains(entry.notice.event)
        log.say(isGood ? .notice : .warning, "\(device): \(entry.notice.text)\(more)\(lost)")
    }
}
