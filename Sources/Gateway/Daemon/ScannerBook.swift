import Codecs
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Enters into the ledger which USB device was not opened as a scanner and why, when another scanner than
/// before answers, when one was lost or came back, and when one did not take the answer to its scan.
///
/// It keeps there which device each scanner on USB is, so that one that is exchanged while the gateway is off
/// is known as well.
final class ScannerBook: Sendable {
    /// What may wait to be written; a hand plugs in a few things a minute, and a loose contact no more than
    /// some in a second.
    private static let notesLimit = 1_024

    private let ledger: LedgerWriter
    private let time: any TimeSource
    private let queue: AuditQueue
    private let log: EventLog
    private let presences = Guarded<[String: ScannerPresence]>([:])
    /// Which device each scanner was when it was read last.
    private let known = Guarded<[String: USBIdentity]>([:])

    init(ledger: LedgerWriter, time: any TimeSource, log: EventLog) {
        (self.ledger, self.time, self.log) = (ledger, time, log)
        queue = AuditQueue(ledger, limit: Self.notesLimit)
    }

    /// Which device the scanner `device` was when it was read last, perhaps by an earlier run of the gateway;
    /// nil where it never was, or nothing of it can be read. Throws what reading the ledger throws.
    func identity(of device: String) throws(LedgerError) -> USBIdentity? {
        let identity = try ledger.reader.deviceState(Self.key(device)).flatMap(USBIdentity.init(json:))
        known.withLock { $0[device] = identity }
        return identity
    }

    /// The state of a scanner; no asset id has a slash.
    private static func key(_ device: String) -> String { "\(device)/scanner" }

    /// Takes what `device` tells; the rest concerns others.
    func note(_ event: ScannerEvent, of device: String) {
        switch event {
        case .refused(let reason, let who): put(.scannerRefused, device, reason, who)
        case .noticed(let reason, let who, nil): put(.scannerChanged, device, reason, who)
        case .noticed(let reason, let who, let before?): change(device, reason, who, before)
        case .unanswered(let reason): put(.scannerUnanswered, device, reason, nil)
        case .connected(let place, let who):
            who.map { identify(device, $0) }
            notePresence(device) { presence, _ in presence.connected(place, who) }
        case .unplugged(let reason): notePresence(device) { $0.lost(reason, at: $1) }
        case .read, .misread, .leftOut: break
        }
    }

    private func put(_ event: AuditEvent, _ device: String, _ reason: String, _ who: USBIdentity?) {
        enter(event, device, ["reason": .string(reason), "scanner": who?.json ?? .null])
    }

    /// Another device than before is the scanner, or the same one at another place or in another mode.
    private func change(_ device: String, _ reason: String, _ who: USBIdentity, _ before: USBIdentity) {
        known.withLock { $0[device] = who }
        let members: [String: JSONValue] = ["reason": .string(reason), "old": before.json, "new": who.json]
        enter(.scannerChanged, device, members, who)
    }

    /// A scanner that was never read before is no event that anyone waits for, and kept all the same.
    private func identify(_ device: String, _ who: USBIdentity) {
        let isNew = known.withLock { known in
            guard known[device] == nil else { return false }
            known[device] = who
            return true
        }
        if isNew { enter(.scannerIdentified, device, ["new": who.json], who) }
    }

    /// `identity` is who the scanner is from now on; nil where the entry says nothing of that.
    private func enter(
        _ event: AuditEvent, _ device: String, _ members: [String: JSONValue], _ identity: USBIdentity? = nil
    ) {
        let isTaken = queue.put(
            AuditQueue.Note(
                event: event, device: device, members: members, stamp: time.now(),
                deviceState: identity.map { [Self.key(device): $0.json] } ?? [:]))
        if !isTaken {
            log.say(.error, "\(device): \(event.rawValue): not entered: too much waits to be written")
        }
    }

    /// Enters what `change` says of the scanner now (monotonic, ns).
    private func notePresence(
        _ device: String, _ change: (inout ScannerPresence, Int64) -> ScannerPresence.Entry?
    ) {
        let now = time.now().monotonicNanoseconds
        // Entered under the lock: a loss must not come before the return that it follows.
        presences.withLock { presences in
            guard let entry = change(&presences[device, default: .init()], now) else { return }
            let members: [String: JSONValue] = [
                "reason": .string(entry.reason), "identity": .string(entry.place),
                "scanner": entry.who?.json ?? .null, "folded": .number(entry.folded),
            ]
            enter(entry.isBack ? .scannerBack : .scannerLost, device, members)
        }
    }

    /// Writes what is told until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        try await queue.run { [self] in
            for device in presences.withLock({ $0.keys.sorted() }) { notePresence(device) { $0.due(at: $1) } }
        }
    }
}
