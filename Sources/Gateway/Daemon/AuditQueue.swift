import Codecs
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Audit events on their way into the ledger, in the order in which they were put.
final class AuditQueue: Sendable {
    struct Note: Sendable {
        let event: AuditEvent
        /// Nil for what no device did.
        let device: String?
        /// Nil for what belongs to none.
        var station: String?
        let members: [String: JSONValue]
        let stamp: Stamp
        /// What the entry makes known of devices from now on.
        var deviceState: [String: JSONValue] = [:]
    }

    /// Notes that share a transaction.
    private static let mostTogether = 64
    /// How often it is looked whether something that was left out is due.
    private static let pause = Duration.seconds(1)

    private let ledger: LedgerWriter
    private let limit: Int
    private let waiting = Guarded<[Note]>([])
    private let filled: AsyncStream<Void>
    private let fill: AsyncStream<Void>.Continuation

    /// `limit` notes may wait to be written.
    init(_ ledger: LedgerWriter, limit: Int) {
        (self.ledger, self.limit) = (ledger, limit)
        (filled, fill) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// False where too many wait.
    func put(_ note: Note) -> Bool {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < limit else { return false }
            waiting.append(note)
            return true
        }
        fill.yield()
        return isTaken
    }

    /// What waited longest, in the order in which it was put.
    private func next() -> [Note] {
        waiting.withLock { waiting in
            let notes = Array(waiting.prefix(Self.mostTogether))
            waiting.removeFirst(notes.count)
            return notes
        }
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
        for await _ in filled {
            while case let notes = next(), !notes.isEmpty {
                let clock = ClockState.ofThisMachine()
                try await ledger.append(notes.map { Self.draft(of: $0, clock, &generator) })
            }
        }
    }

    private static func draft(
        of note: Note, _ clock: ClockState, _ generator: inout SystemRandomNumberGenerator
    ) -> EntryDraft {
        var members = note.members
        if let device = note.device { members["device"] = .string(device) }
        return EntryDraft(
            kind: .audit, id: RecordID.make(at: note.stamp.utc, using: &generator),
            body: note.event.body(
                at: Moment(stamp: note.stamp, clock: clock), station: note.station, members),
            deviceState: note.deviceState)
    }
}
