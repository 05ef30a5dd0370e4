import Codecs
import Drivers
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Enters into the ledger, and says in the log, what devices notice beside results: alarms, clocks, numbers
/// of results that do not follow each other, refusals. A flood is one line in ten seconds with a count.
final class NoticeBook: Sendable {
    private struct Note: Sendable {
        let device: String
        let entry: NoticeGate.Entry
        let stamp: Stamp
    }

    /// How often it is looked whether something that was left out is due.
    private static let pause = Duration.seconds(1)
    /// What may wait to be written: 64 devices that all tell as much as they may in a window.
    private static let notesLimit = 4_096

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let log: EventLog
    /// The station that a device belongs to, by device.
    private let stations: [String: String]
    private let notes: AsyncStream<Note>
    private let input: AsyncStream<Note>.Continuation
    private let gates = Guarded<[String: NoticeGate]>([:])

    init(_ stations: [String: String], ledger: LedgerWriter, time: any TimeSource, log: EventLog) {
        (self.stations, self.ledger, self.time, self.log) = (stations, ledger, time, log)
        (notes, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.notesLimit))
    }

    /// Takes an event of `device`; all but notices concern others.
    func note(_ event: DeviceEvent, of device: String) {
        guard case .noticed(let notice) = event else { return }
        enter(device) { $0.take(notice, at: $1) }
    }

    /// Enters what `change` says of the device now (monotonic, ns).
    private func enter(_ device: String, _ change: (inout NoticeGate, Int64) -> [NoticeGate.Entry]) {
        let stamp = time.now()
        // Handed on under the lock: what is over must not be entered before it began.
        gates.withLock { gates in
            for entry in change(&gates[device, default: .init()], stamp.monotonicNanoseconds) {
                let result = input.yield(Note(device: device, entry: entry, stamp: stamp))
                if case .dropped = result { log.say(.error, "\(device): too much is told to be recorded") }
            }
        }
    }

    /// Writes what is told until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.write() }
            group.addTask { await self.enterWhatIsDue() }
            // Both end when the task is cancelled; the ledger's fault ends both.
            try await group.next()
            group.cancelAll()
        }
    }

    private func enterWhatIsDue() async {
        // A sleep throws only where the task is cancelled, which ends this.
        while (try? await Task.sleep(for: Self.pause)) != nil {
            for device in gates.withLock({ $0.keys.sorted() }) { enter(device) { $0.due(at: $1) } }
        }
    }

    private func write() async throws {
        var generator = SystemRandomNumberGenerator()
        for await note in notes {
            let notice = note.entry.notice
            let members: [String: JSONValue] = [
                "device": .string(note.device), "detail": .string(notice.text),
                "folded": .number(note.entry.folded),
            ]
            let moment = Moment(stamp: note.stamp, clock: ClockState.ofThisMachine())
            let body = notice.event.body(
                at: moment, station: stations[note.device], notice.members.merging(members) { $1 })
            let id = RecordID.make(at: note.stamp.utc, using: &generator)
            try await ledger.append([EntryDraft(kind: .audit, id: id, body: body)])
            say(note)
        }
    }

    private func say(_ note: Note) {
        let more = note.entry.folded > 0 ? " (and \(note.entry.folded) more like it)" : ""
        let isGood = [.alarmCleared, .deviceClockSet].contains(note.entry.notice.event)
        log.say(isGood ? .notice : .warning, "\(note.device): \(note.entry.notice.text)\(more)")
    }
}
