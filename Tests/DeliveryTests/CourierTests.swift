import Codecs
import Delivery
import Judging
import Ledger
import Linux
import Metrology
import Testing

/// A sink that answers what the test says, and remembers what it was given.
private final class ScriptedSink: Sink {
    struct State {
        var answers: [DeliveryOutcome] = []
        var lookUps: [LookUpOutcome] = []
        var calls: [String] = []
    }

    let about = SinkDescription(name: "qms", acceptsTestData: false)
    let confirmsDuplicates = false
    let state: Guarded<State>

    init(_ answers: [DeliveryOutcome] = [], lookUps: [LookUpOutcome] = []) {
        state = Guarded(State(answers: answers, lookUps: lookUps))
    }

    var calls: [String] { state.withLock { $0.calls } }

    func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        state.withLock { state in
            state.calls.append("send \(parcel.id)")
            return state.answers.isEmpty ? .delivered(receipt: "ok") : state.answers.removeFirst()
        }
    }

    func lookUp(id: String, sha256: String) async -> LookUpOutcome {
        state.withLock { state in
            state.calls.append("look up \(id)")
            return state.lookUps.isEmpty ? .absent : state.lookUps.removeFirst()
        }
    }
}

struct CourierTests {
    private let shop: Shop

    init() throws { shop = try Shop() }

    /// Runs a courier until it reported `count` events, then cancels it and waits for its end.
    private func events(
        _ count: Int, ledger: LedgerWriter, sink: any Sink, meanwhile: @Sendable () async throws -> Void = {}
    ) async throws -> [CourierEvent] {
        let (reports, reporter) = AsyncStream.makeStream(of: CourierEvent.self)
        let clock = shop.clock
        let courier = Courier(
            ledger: ledger, sink: sink, time: clock, generator: { SeededRandom(seed: 3) },
            sleep: { clock.advance($0) }, report: { reporter.yield($0) })
        let running = Task { () async -> LedgerError? in
            do throws(LedgerError) {
                try await courier.run()
                return nil
            } catch { return error }
        }
        try await meanwhile()
        var seen: [CourierEvent] = []
        for await event in reports {
            seen.append(event)
            if seen.count == count { break }
        }
        running.cancel()
        #expect(await running.value == nil)
        return seen
    }

    @Test func whatWaitsAndWhatComesLaterIsDeliveredInOrderWithAReceiptEach() async throws {
        let ledger = try shop.ledger()
        let sink = try shop.sink()
        try await ledger.append([Shop.draft("r1"), Shop.draft("r2")])
        let seen = try await events(4, ledger: ledger, sink: sink) {
            try await ledger.append([Shop.draft("r3")])
            try await ledger.append([Shop.draft("r4")])
        }
        #expect(seen == (1...4).map { .delivered(id: "r\($0)", wasDuplicate: false) })
        #expect(try ledger.reader.outboxCounts() == ["qms": [.delivered: 4]])
        let receipts = try ledger.reader.entries(kind: .receipt)
        #expect(receipts.map { $0.body["record"]?.text } == ["r1", "r2", "r3", "r4"])
        #expect(receipts.first?.body["receipt"]?["number"]?.integer == 1)
        #expect(shop.sqlite("SELECT group_concat(inspection_id) FROM delivery") == "r1,r2,r3,r4")
        #expect(try ledger.reader.verify().mismatches == [])
        #expect(try ledger.reader.partHistory(serial: "SN-r1").map(\.kind) == [.record, .receipt])
        try await ledger.close()
    }

    /// The sink would confirm what it is given, and its receipt would make the damage official.
    @Test func aRecordThatIsNoLongerWhatWasHashedIsNotSent() async throws {
        let ledger = try shop.ledger()
        try await ledger.append([Shop.draft("r1"), Shop.draft("r2")])
        let flip =
            "DROP TRIGGER entry_fixed; "
            + "UPDATE entry SET body = replace(body, '126.8', '126.9') WHERE id = 'r1'"
        #expect(Shop.run("sqlite3 '\(shop.path)/data/ledger.db' \"\(flip)\" 2>&1") == "")
        let seen = try await events(2, ledger: ledger, sink: try shop.sink())
        guard case .quarantined("r1", _, isAlarm: true) = seen.first else {
            Issue.record("\(seen)")
            return
        }
        #expect(seen.last == .delivered(id: "r2", wasDuplicate: false))
        #expect(shop.sqlite("SELECT group_concat(inspection_id) FROM delivery") == "r2")
        #expect(try ledger.reader.outboxCounts() == ["qms": [.delivered: 1, .quarantined: 1]])
        try await ledger.close()
    }

    @Test func aCrashBetweenTheSinksAnswerAndTheReceiptEndsInOneEffect() async throws {
        let ledger = try shop.ledger()
        let sink = try shop.sink()
        try await ledger.append([Shop.draft("r1")])
        let item = try #require(try ledger.reader.outbox(sink: "qms", state: .pending).first)
        let entry = try #require(try ledger.reader.entry(seq: item.seq))
        guard case .delivered = await sink.deliver(Parcel(entry)) else {
            Issue.record("not delivered")
            return
        }
        // The program dies here; the next one knows only what the ledger says: that r1 waits.
        let seen = try await events(1, ledger: ledger, sink: try shop.sink())
        #expect(seen == [.delivered(id: "r1", wasDuplicate: true)])
        #expect(shop.sqlite("SELECT count(*) FROM inspection") == "1")
        #expect(try ledger.reader.entries(kind: .receipt).first?.body["outcome"] == "duplicate")
        #expect(try ledger.reader.verify().mismatches == [])
        try await ledger.close()
    }

    @Test func anOutageDelaysAndLosesNothing() async throws {
        let ledger = try shop.ledger()
        let sink = ScriptedSink(Array(repeating: .unreachable(reason: "down"), count: 5))
        // Appended while the courier runs, so that nothing may have been sent before.
        let seen = try await events(8, ledger: ledger, sink: sink) {
            try await ledger.append((1...3).map { Shop.draft("r\($0)") })
        }
        #expect(seen.suffix(3) == (1...3).map { .delivered(id: "r\($0)", wasDuplicate: false) })
        let postponed = seen.prefix(5).allSatisfy {
            if case .postponed("r1", "down", _) = $0 { true } else { false }
        }
        #expect(postponed)
        #expect(sink.calls.filter { $0.hasPrefix("send") }.count == 8)
        #expect(try ledger.reader.outbox(sink: "qms", state: .delivered).first?.attempts == 6)
        try await ledger.close()
    }

    @Test func anUnknownFateIsLookedUpAndNotSentTwice() async throws {
        let ledger = try shop.ledger()
        let sink = ScriptedSink(
            [.ambiguous(reason: "time-out")],
            lookUps: [.absent, .unreachable(reason: "down"), .found(receipt: "x")])
        try await ledger.append([Shop.draft("r1")])
        let seen = try await events(3, ledger: ledger, sink: sink)
        #expect(seen.last == .delivered(id: "r1", wasDuplicate: true))
        #expect(sink.calls == ["look up r1", "send r1", "look up r1", "look up r1"])
        try await ledger.close()
    }

    @Test func whatASinkRefusesIsQuarantinedForPeopleAndReleasedByThem() async throws {
        let ledger = try shop.ledger()
        let sink = ScriptedSink([.refused(reason: "no such part", isAlarm: true)])
        let seen = try await events(2, ledger: ledger, sink: sink) {
            try await ledger.append([Shop.draft("r1"), Shop.draft("r2")])
        }
        #expect(seen.first == .quarantined(id: "r1", reason: "no such part", isAlarm: true))
        #expect(seen.last == .delivered(id: "r2", wasDuplicate: false))
        let item = try #require(try ledger.reader.outbox(sink: "qms", state: .quarantined).first)
        #expect(item.lastError == "no such part")
        let audit = try ledger.reader.entries(kind: .audit)
        #expect(audit.map { $0.body["event"]?.text } == ["delivery.quarantined"])
        #expect(audit.first?.body["alarm"] == true)
        let change = OutboxChange(sink: "qms", seq: item.seq, .released)
        try await ledger.commit(LedgerTransaction(outbox: [change]))
        #expect(
            try await events(1, ledger: ledger, sink: sink) == [.delivered(id: "r1", wasDuplicate: false)])
        #expect(try ledger.reader.verify().mismatches == [])
        try await ledger.close()
    }

    @Test func simulatedRecordsAreWithheldVisiblyEvenWhereTheyWereEnqueued() async throws {
        let ledger = try shop.ledger()
        try await ledger.append([Shop.draft("s1", provenance: "simulated"), Shop.draft("r1")])
        let seen = try await events(2, ledger: ledger, sink: try shop.sink())
        guard case .withheld("s1", let reason) = try #require(seen.first) else {
            Issue.record("not withheld: \(seen)")
            return
        }
        #expect(reason.contains("simulated"))
        #expect(try ledger.reader.outboxCounts() == ["qms": [.delivered: 1, .withheld: 1]])
        #expect(shop.sqlite("SELECT group_concat(id) FROM inspection") == "r1")
        #expect(try await ledger.append([Shop.draft("r2")]).count == 1)
        try await ledger.close()
    }

    @Test func theEndOfTheLedgerIsTheEndOfTheCourier() async throws {
        let ledger = try shop.ledger()
        let courier = Courier(ledger: ledger, sink: try shop.sink(), time: shop.clock)
        let running = Task { try await courier.run() }
        try await ledger.close()
        try await running.value
    }
}
