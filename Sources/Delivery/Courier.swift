internal import Codecs
package import Ledger
package import Metrology

/// What a courier did, for logs, health and metrics.
package enum CourierEvent: Sendable, Equatable {
    case delivered(id: String, wasDuplicate: Bool)
    /// `pause` in nanoseconds.
    case postponed(id: String, reason: String, pause: Int64)
    /// `isAlarm`: the sink holds another content under this id.
    case quarantined(id: String, reason: String, isAlarm: Bool)
    case withheld(id: String, reason: String)
    /// The sink answered, but the ledger did not note it down; the record will be looked up again.
    case unsettled(id: String, reason: String)
}

/// Carries the records in front of one sink to it, one at a time, oldest first.
///
/// A record leaves the outbox in the same transaction that writes the sink's receipt. If the program dies
/// between the sink's answer and that, the record is delivered again and the sink confirms the duplicate.
package final class Courier: Sendable {
    private let ledger: LedgerWriter
    private let sink: any Sink
    private let policy: RetryPolicy
    private let time: any TimeSource
    private let makeGenerator: @Sendable () -> any RandomNumberGenerator
    private let sleep: @Sendable (_ nanoseconds: Int64) async -> Void
    private let report: @Sendable (CourierEvent) -> Void

    /// `sleep` returns after so many nanoseconds, or at once when its task is cancelled. `report` is called
    /// on no particular thread and must not block.
    package init(
        ledger: LedgerWriter, sink: any Sink, policy: RetryPolicy = .standard, time: any TimeSource,
        generator: @escaping @Sendable () -> any RandomNumberGenerator = { SystemRandomNumberGenerator() },
        sleep: @escaping @Sendable (_ nanoseconds: Int64) async -> Void = Courier.taskSleep,
        report: @escaping @Sendable (CourierEvent) -> Void = { _ in }
    ) {
        (self.ledger, self.sink, self.policy, self.time) = (ledger, sink, policy, time)
        (makeGenerator, self.sleep, self.report) = (generator, sleep, report)
    }

    /// `Task.sleep`, ended early by cancellation.
    package static let taskSleep: @Sendable (Int64) async -> Void = { nanoseconds in
        // Cancellation is the only error that it throws, and to return early is all that is asked then.
        try? await Task.sleep(for: .nanoseconds(nanoseconds))
    }

    /// Delivers until the task is cancelled or the ledger is closed; a delivery that has begun is finished.
    ///
    /// Throws the ledger's fatal error where the ledger failed.
    package func run() async throws(LedgerError) {
        let (bell, ringer) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let changes = ledger.outboxChanges()
        let failure: LedgerError? = await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in changes { ringer.yield() }
                ringer.finish()
            }
            defer { group.cancelAll() }
            var rounds = bell.makeAsyncIterator()
            var alarm: Int64?
            do throws(LedgerError) {
                var machine = DeliveryMachine(
                    sink: sink.about, confirmsDuplicates: sink.confirmsDuplicates, policy: policy,
                    sentBefore: try ledger.reader.size())
                var generator = makeGenerator()
                repeat {
                    let wake = try await deliverWhatIsDue(&machine, &generator)
                    if let due = alarm, due <= now { alarm = nil }
                    guard let wake, alarm.map({ wake < $0 }) ?? true else { continue }
                    alarm = wake
                    group.addTask { [sleep] in
                        await sleep(max(0, wake - self.now))
                        ringer.yield()
                    }
                } while await rounds.next() != nil && !Task.isCancelled
                return nil
            } catch {
                return error
            }
        }
        if let failure = failure ?? ledger.failure, failure.kind != .closed { throw failure }
    }

    private static let damaged =
        "the record is no longer what was hashed when it was written: run `plumbline ledger verify`, and "
        + "send it from a backup"

    private var now: Int64 { time.now().monotonicNanoseconds }

    /// Works until nothing is due; when something will be, or nil.
    private func deliverWhatIsDue(
        _ machine: inout DeliveryMachine, _ generator: inout any RandomNumberGenerator
    ) async throws(LedgerError) -> Int64? {
        while !Task.isCancelled {
            let waiting = try ledger.reader.outbox(
                sink: sink.about.name, state: .pending, limit: DeliveryMachine.window)
            switch machine.next(waiting, now: now) {
            case .take(let item):
                guard let entry = try ledger.reader.entry(seq: item.seq) else { throw missing(item) }
                let parcel = Parcel(entry)
                // The sink would confirm whatever it is given.
                guard entry.isAsHashed else {
                    try await settle(
                        item, .quarantine(reason: Self.damaged, isAlarm: true), parcel, &machine)
                    continue
                }
                try await handle(item, parcel, &machine, &generator)
            case .rest(let until):
                return until
            }
        }
        return nil
    }

    private func handle(
        _ item: OutboxItem, _ parcel: Parcel, _ machine: inout DeliveryMachine,
        _ generator: inout any RandomNumberGenerator
    ) async throws(LedgerError) {
        switch machine.handling(of: item, record: parcel.body) {
        case .send: break
        case .lookUp:
            let outcome = await sink.lookUp(id: parcel.id, sha256: parcel.sha256)
            let resolution = machine.lookedUp(item, outcome, now: now, using: &generator)
            guard resolution == .sendAgain else {
                return try await settle(item, resolution, parcel, &machine)
            }
        case .withhold(let reason):
            let audit = audit("delivery.withheld", item, ["reason": .string(reason)])
            return try await commit(
                [audit], item, .withheld(reason: reason), &machine, .withheld(id: item.id, reason: reason))
        }
        let outcome = await sink.deliver(parcel)
        let resolution = machine.replied(to: item, outcome, now: now, using: &generator)
        try await settle(item, resolution, parcel, &machine)
    }

    private func settle(
        _ item: OutboxItem, _ resolution: DeliveryMachine.Resolution, _ parcel: Parcel,
        _ machine: inout DeliveryMachine
    ) async throws(LedgerError) {
        let id = item.id
        switch resolution {
        case .delivered(let receipt, let wasDuplicate):
            let draft = receiptDraft(item, parcel, receipt, wasDuplicate: wasDuplicate)
            try await commit(
                [draft], item, .delivered(receipt: draft.id), &machine,
                .delivered(id: id, wasDuplicate: wasDuplicate))
        case .quarantine(let reason, let isAlarm):
            let audit = audit(
                "delivery.quarantined", item, ["reason": .string(reason), "alarm": .bool(isAlarm)])
            try await commit(
                [audit], item, .quarantined(reason: reason), &machine,
                .quarantined(id: id, reason: reason, isAlarm: isAlarm))
        case .postpone(let reason, let pause):
            let (next, overflows) = time.now().utc.nanoseconds.addingReportingOverflow(pause)
            try await commit(
                [], item, .postponed(reason: reason, nextAttemptAt: overflows ? .max : next), &machine,
                .postponed(id: id, reason: reason, pause: pause))
        case .sendAgain: break
        }
    }

    /// Commits and reports. Only a failure that ends the ledger is thrown; after any other one the record is
    /// looked up again later.
    private func commit(
        _ drafts: [EntryDraft], _ item: OutboxItem, _ change: OutboxChange.Change,
        _ machine: inout DeliveryMachine, _ event: CourierEvent
    ) async throws(LedgerError) {
        do throws(LedgerError) {
            let change = OutboxChange(sink: item.sink, seq: item.seq, change)
            try await ledger.commit(LedgerTransaction(drafts: drafts, outbox: [change]))
            report(event)
        } catch {
            if error.isFatal || error.kind == .closed { throw error }
            machine.unsettled(item, now: now)
            report(.unsettled(id: item.id, reason: error.description))
        }
    }
}

extension Courier {
    /// The sink's confirmation as an entry of its own. The attempt in its id keeps ids apart should a record
    /// be delivered anew one day.
    private func receiptDraft(
        _ item: OutboxItem, _ parcel: Parcel, _ receipt: JSONValue, wasDuplicate: Bool
    ) -> EntryDraft {
        let body: JSONValue = [
            "schema": "plumbline.receipt/1", "record": .string(parcel.id), "sink": .string(item.sink),
            "sha256": .string(parcel.sha256), "outcome": wasDuplicate ? "duplicate" : "delivered",
            "receipt": receipt, "attempt": .number(Int64(item.attempts) + 1),
            "at": .string(time.now().utc.description),
        ]
        return EntryDraft(kind: .receipt, id: eventID("receipt", item), body: body)
    }

    private func audit(_ event: String, _ item: OutboxItem, _ more: [String: JSONValue]) -> EntryDraft {
        let body: [String: JSONValue] = [
            "schema": "plumbline.audit/1", "event": .string(event), "record": .string(item.id),
            "sink": .string(item.sink), "attempt": .number(Int64(item.attempts) + 1),
            "at": .string(time.now().utc.description),
        ]
        return EntryDraft(
            kind: .audit, id: eventID(event, item), body: .object(body.merging(more) { mine, _ in mine }))
    }

    private func missing(_ item: OutboxItem) -> LedgerError {
        LedgerError(
            .corrupt, what: "entry \(item.seq) waits for sink \(item.sink) and is not there",
            place: ledger.directory.database,
            remedy: "run `plumbline ledger verify`, restore the newest backup")
    }

    private func eventID(_ event: String, _ item: OutboxItem) -> String {
        "\(item.sink)/\(item.seq)/\(event)/\(item.attempts + 1)"
    }
}

extension Parcel {
    package init(_ entry: Entry) {
        self.init(
            id: entry.id, sha256: SHA256Digest.hex(of: entry.bytes), bytes: entry.bytes, body: entry.body)
    }
}
