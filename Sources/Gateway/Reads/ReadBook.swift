import Codecs
import Inspection
import Ledger
import Linux
import Metrology
import Transports

/// Enters into the ledger who read what: pages here, and commands of other processes by what they left.
final class ReadBook: Sendable {
    private let ledger: LedgerWriter
    private let box: ActBox
    private let time: any TimeSource
    private let log: EventLog
    private let queue: AuditQueue
    private let gate = Guarded(ReadGate())
    /// Acts that are done with and whose files could not be removed.
    private let unsettled = Guarded<Set<String>>([])

    /// Readings by pages that may wait to be written.
    private static let notesLimit = 1_024
    /// Acts of others that are entered together.
    private static let mostActs = 64
    /// How often it is looked whether others left something.
    private static let pause = Duration.seconds(1)
    /// What the body of an act that was left may say; nothing else gets into the ledger by it.
    /// Those with names of members are objects of these, with nothing but texts, numbers and null in them.
    private static let members: [String: Set<String>] = [
        "schema": [], "event": [], "station": [], "at": [], "command": [], "found": [],
        "asked": ["id", "serial", "uii", "since", "station", "result", "limit"],
        "by": ["user", "login_uid"], "from": ["tty", "address"],
    ]

    init(_ ledger: LedgerWriter, time: any TimeSource, log: EventLog) {
        (self.ledger, self.time, self.log) = (ledger, time, log)
        box = ActBox(ledger.directory)
        queue = AuditQueue(ledger, limit: Self.notesLimit)
    }

    /// A page was opened from `address`.
    func opened(from address: String, agent: String?) {
        put(.pageOpened, "page", from: address, ["agent": .optional(agent.map { String($0.prefix(200)) })])
    }

    /// A page asked for the curves `id` of a station's last result.
    func showed(curves id: String, of station: String, to address: String) {
        put(
            .recordRead, "curves \(station) \(id)", from: address,
            ["command": "GET curve", "asked": ["curves": .string(id)], "found": 1], station: station)
    }

    private func put(
        _ event: AuditEvent, _ what: String, from address: String, _ members: [String: JSONValue],
        station: String? = nil
    ) {
        let stamp = time.now()
        guard gate.withLock({ $0.admits(what, by: address, at: stamp.monotonicNanoseconds) }) else { return }
        let isTaken = queue.put(
            AuditQueue.Note(
                event: event, device: nil, station: station,
                members: members.merging(["from": ["address": .string(address)]]) { $1 }, stamp: stamp))
        if !isTaken { log.say(.warning, "a reading from \(address) is not recorded: too much waits") }
    }

    /// Enters what is put and what others left until the task is cancelled. Throws where the ledger fails.
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.queue.run {} }
            group.addTask {
                repeat {
                    try await self.enterActs()
                    // A sleep throws only where the task is cancelled, which ends this.
                } while (try? await Task.sleep(for: Self.pause)) != nil
            }
            try await group.next()
            group.cancelAll()
        }
    }

    /// Enters what others left. Throws where the ledger fails; what cannot be entered is set aside.
    func enterActs() async throws(LedgerError) {
        let acts: [ActBox.Act]
        let besides = unsettled.withLock { $0 }
        do throws(LedgerError) { acts = try box.waiting(most: Self.mostActs, besides: besides) } catch {
            log.say(.error, "what was read cannot be entered: \(error)")
            return
        }
        for act in acts {
            do throws(LedgerError) {
                guard let body = Self.body(of: act) else {
                    throw LedgerError(
                        .invalid, what: "it is no reading of records", place: act.id,
                        remedy: "find out who left it")
                }
                // A name of its own kind: a record's id is not to be taken by whoever can leave a file.
                try await ledger.append([EntryDraft(kind: .audit, id: "read/\(act.id)", body: body)])
            } catch {
                guard !error.isFatal, error.kind == .invalid || error.kind == .conflict else { throw error }
                log.say(.warning, "an act left by user \(act.userID) is refused: \(error)")
                settle(act) { () throws(LedgerError) in try box.setAside(act.id) }
                continue
            }
            settle(act) { () throws(LedgerError) in try box.remove(act.id) }
        }
    }

    /// The act is in the ledger or refused; where its file stays it is not looked at again before the next
    /// start, when it has no effect.
    private func settle(_ act: ActBox.Act, _ body: () throws(LedgerError) -> Void) {
        do throws(LedgerError) { try body() } catch {
            unsettled.withLock { _ = $0.insert(act.id) }
            log.say(.warning, "the file of act \(act.id) stays: \(error)")
        }
    }

    private static func isPlain(_ value: JSONValue, within names: Set<String>) -> Bool {
        switch value {
        case .null, .number, .string: names.isEmpty
        case .object(let members):
            Set(members.keys).isSubset(of: names) && members.values.allSatisfy { isPlain($0, within: []) }
        case .array, .bool: false
        }
    }

    /// What is entered of `act`: what it says, and whose file it was. Nil where it is no reading.
    private static func body(of act: ActBox.Act) -> JSONValue? {
        guard act.id.utf8.count == 36, case .object(var members) = act.body,
            Set(members.keys).isSubset(of: Self.members.keys),
            members.allSatisfy({ isPlain($1, within: Self.members[$0] ?? []) }),
            members["schema"]?.text == AuditEvent.schema,
            members["event"]?.text == AuditEvent.recordRead.rawValue,
            let at = members["at"]?.text, at.utf8.count == 30, at.hasSuffix("Z"),
            CalendarDate(at.prefix(10)) != nil
        else { return nil }
        members["uid"] = .number(Int64(act.userID))
        return .object(members)
    }
}
