import Codecs
import Inspection
import Ledger
import Metrology
import Transports

/// Audit events on their way into the ledger, in the order in which they were put.
final class AuditQueue: Sendable {
    struct Note: Sendable {
        let event: AuditEvent
        let device: String
        /// Nil for what belongs to none.
        var station: String?
        let members: [String: JSONValue]
        let stamp: Stamp
        /// What the entry makes known of devices from now on.
        var deviceState: [String: JSONValue] = [:]
    }

    /// How often it is looked whether something that was left out is due.
    private static let pause = Duration.seconds(1)

    private let ledger: LedgerWriter
    private let notes: AsyncStream<Note>
    private let input: AsyncStream<Note>.Continuation

    /// `limit` notes may wait to be written.
    init(_ ledger: LedgerWriter, limit: Int) {
        self.ledger = ledger
        (notes, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    /// False where too many wait.
    func put(_ note: Note) -> Bool {
        if case .dropped = input.yield(note) { false } else { true }
    }

    /// Writes what is put until the task is cancelled, and calls `look` once a second. Throws where the
    /// ledger fails.
    func run(look: @escaping @Sendable () -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.write() }
            group.addTask {
                // A sleep throws only where the task is cancelled, which ends this.
                while (try? await Task.sleep(for: Self.pause)) != nil { look() }
            }
            // Both end when the task is cancelled; the ledger's fault ends both.
            try await group.next()
            group.cancelAll()
        }
    }

    private func write() async throws {
        var generator = SystemRandomNumberGenerator()
        for await note in notes {
            let moment = Moment(stamp: note.stamp, clock: ClockState.ofThisMachine())
            let members = note.members.merging(["device": .string(note.device)]) { $1 }
            let body = note.event.body(at: moment, station: note.station, members)
            let id = RecordID.make(at: note.stamp.utc, using: &generator)
            let draft = EntryDraft(kind: .audit, id: id, body: body, deviceState: note.deviceState)
            try await ledger.append([draft])
        }
    }
}
