import Codecs
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Enters into the ledger which USB device was not opened as a scanner and why, when another scanner than
/// before answers, and when one did not take the answer to its scan.
final class ScannerBook: Sendable {
    private struct Note: Sendable {
        let event: AuditEvent
        let device: String
        let reason: String
        let stamp: Stamp
    }

    /// What may wait to be written; a hand plugs in a few things a minute, and a loose contact no more than
    /// some in a second.
    private static let notesLimit = 1_024

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let notes: AsyncStream<Note>
    private let input: AsyncStream<Note>.Continuation

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
        case .read, .misread, .leftOut, .connected, .unplugged: break
        }
    }

    private func put(_ event: AuditEvent, _ device: String, _ reason: String) {
        input.yield(Note(event: event, device: device, reason: reason, stamp: time.now()))
    }

    /// Writes what is told until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        var generator = SystemRandomNumberGenerator()
        for await note in notes {
            let moment = Moment(stamp: note.stamp, clock: ClockState.ofThisMachine())
            let body = note.event.body(
                at: moment, station: nil,
                ["device": .string(note.device), "reason": .string(note.reason)])
            let id = RecordID.make(at: note.stamp.utc, using: &generator)
            try await ledger.append([EntryDraft(kind: .audit, id: id, body: body)])
        }
    }
}
