import Codecs
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Enters into the ledger which USB device was not opened as a scanner and why, when another scanner than
/// before answers, when one was lost or came back, and when one did not take the answer to its scan.
final class ScannerBook: Sendable {
    private struct Note: Sendable {
        let event: AuditEvent
        let device: String
        let members: [String: JSONValue]
        let stamp: Stamp
    }

    /// How often it is looked whether a loss that was left out is due.
    private static let pause = Duration.seconds(1)

    /// What may wait to be written; a hand plugs in a few things a minute, and a loose contact no more than
    /// some in a second.
    private static let notesLimit = 1_024

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let notes: AsyncStream<Note>
    private let input: AsyncStream<Note>.Continuation
    private let presences = Guarded<[String: ScannerPresence]>([:])

    init(ledger: LedgerWriter, time: any TimeSource) {
        (self.ledger, self.time) = (ledger, time)
        (notes, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(Self.notesLimit))
    }

    /// Takes what `device` tells; the rest concerns others.
    func note(_ event: ScannerEvent, of device: String) {
        switch event {
        case .refused(let reason): put(.scannerRefused, device, reason)
        case .noticed(let reason): put(.scannerChanged, device, reason)
        case .unanswered(let reason): put(.scannerUnanswered, device, reason)
        case .connected(let place): notePresence(device) { presence, _ in presence.connected(place) }
        case .unplugged(let reason): notePresence(device) { $0.lost(reason, at: $1) }
        case .read, .misread, .leftOut: break
        }
    }

    private func put(_ event: AuditEvent, _ device: String, _ reason: String) {
        let members: [String: JSONValue] = ["reason": .string(reason)]
        input.yield(Note(event: event, device: device, members: members, stamp: time.now()))
    }

    /// Enters what `change` says of the scanner now (monotonic, ns).
    private func notePresence(
        _ device: String, _ change: (inout ScannerPresence, Int64) -> ScannerPresence.Entry?
    ) {
        let stamp = time.now()
        // Entered under the lock: a loss must not come before the return that it follows.
        presences.withLock { presences in
            guard let entry = change(&presences[device, default: .init()], stamp.monotonicNanoseconds)
            else { return }
            let members: [String: JSONValue] = [
                "reason": .string(entry.reason), "identity": .string(entry.identity),
                "folded": .number(entry.folded),
            ]
            input.yield(
                Note(
                    event: entry.isBack ? .scannerBack : .scannerLost, device: device, members: members,
                    stamp: stamp))
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
            for device in presences.withLock({ $0.keys.sorted() }) {
                notePresence(device) { $0.due(at: $1) }
            }
        }
    }

    private func write() async throws {
        var generator = SystemRandomNumberGenerator()
        for await note in notes {
            let moment = Moment(stamp: note.stamp, clock: ClockState.ofThisMachine())
            let members = note.members.merging(["device": .string(note.device)]) { $1 }
            let body = note.event.body(at: moment, station: nil, members)
            let id = RecordID.make(at: note.stamp.utc, using: &generator)
            try await ledger.append([EntryDraft(kind: .audit, id: id, body: body)])
        }
    }
}
