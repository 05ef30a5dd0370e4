import Codecs
import Delivery
import Judging
import Ledger
import Testing

struct DeliveryMachineTests {
    private let items: [OutboxItem]
    private let live: JSONValue = ["provenance": "live"]
    private var generator = SeededRandom(seed: 7)
    private let policy = RetryPolicy(first: 100, longest: 1_000, mostAmbiguous: 3)

    init() async throws {
        let shop = try Shop()
        let ledger = try shop.ledger()
        try await ledger.append((1...3).map { Shop.draft("r\($0)") })
        items = try ledger.reader.outbox(sink: "qms", state: .pending)
        try await ledger.close()
    }

    private func machine(
        acceptsTestData: Bool = false, confirmsDuplicates: Bool = true, sentBefore: Int64 = 0
    ) -> DeliveryMachine {
        DeliveryMachine(
            sink: SinkDescription(name: "qms", acceptsTestData: acceptsTestData),
            confirmsDuplicates: confirmsDuplicates, policy: policy, sentBefore: sentBefore)
    }

    @Test func theOldestGoesFirstAndNothingIsSentWhereNothingWaits() {
        var machine = machine()
        #expect(machine.next(items, now: 0) == .take(items[0]))
        #expect(machine.next([], now: 0) == .rest(until: nil))
    }

    @Test mutating func aSinkThatCannotBeReachedPausesAsAWholeLongerEachTime() throws {
        var machine = machine()
        var now: Int64 = 0
        var pauses: [Int64] = []
        for _ in 1...6 {
            #expect(machine.next(items, now: now) == .take(items[0]))
            let reply = machine.replied(
                to: items[0], .unreachable(reason: "down"), now: now, using: &generator)
            guard case .postpone("down", let pause) = reply else {
                Issue.record("not postponed: \(reply)")
                return
            }
            #expect(machine.next(items, now: now + pause - 1) == .rest(until: now + pause))
            now += pause
            pauses.append(pause)
        }
        #expect((50...100).contains(pauses[0]))
        #expect((500...1_000).contains(pauses[5]))
        let reply = machine.replied(to: items[0], .delivered(receipt: 1), now: now, using: &generator)
        #expect(reply == .delivered(receipt: 1, wasDuplicate: false))
        #expect(machine.next(Array(items.dropFirst()), now: now) == .take(items[1]))
    }

    @Test mutating func aRecordOfUnknownFateIsLookedUpBeforeItIsSentAgainWhileOthersGoOn() {
        var machine = machine()
        let reply = machine.replied(to: items[0], .ambiguous(reason: "time-out"), now: 0, using: &generator)
        guard case .postpone("time-out", let pause) = reply else {
            Issue.record("not postponed: \(reply)")
            return
        }
        #expect(machine.next(items, now: 1) == .take(items[1]))
        #expect(machine.next([items[0]], now: 1) == .rest(until: pause))
        #expect(machine.next(items, now: pause) == .take(items[0]))
        #expect(machine.handling(of: items[0], record: live) == .lookUp)
        #expect(machine.lookedUp(items[0], .absent, now: pause, using: &generator) == .sendAgain)
        #expect(machine.next(items, now: pause) == .take(items[0]))
        #expect(machine.handling(of: items[0], record: live) == .send)
    }

    @Test mutating func whatALookUpFindsIsDeliveredWithoutSendingItAgain() {
        var machine = machine()
        _ = machine.replied(to: items[0], .ambiguous(reason: "time-out"), now: 0, using: &generator)
        let found = machine.lookedUp(items[0], .found(receipt: "42"), now: 500, using: &generator)
        #expect(found == .delivered(receipt: "42", wasDuplicate: true))
        let other = machine.lookedUp(items[1], .conflict(reason: "other"), now: 500, using: &generator)
        #expect(other == .quarantine(reason: "other", isAlarm: true))
    }

    @Test mutating func aFateThatStaysUnknownEndsWithAPerson() {
        var machine = machine()
        for _ in 1...2 {
            let reply = machine.replied(to: items[0], .ambiguous(reason: "?"), now: 0, using: &generator)
            guard case .postpone = reply else {
                Issue.record("given up too early")
                return
            }
        }
        let reply = machine.replied(to: items[0], .ambiguous(reason: "?"), now: 0, using: &generator)
        guard case .quarantine(let reason, false) = reply else {
            Issue.record("never given up")
            return
        }
        #expect(reason.contains("3 times"))
    }

    @Test mutating func refusedRecordsAreQuarantinedAndHoldUpNobody() {
        var machine = machine()
        let reply = machine.replied(
            to: items[0], .refused(reason: "no such part", isAlarm: false), now: 0, using: &generator)
        #expect(reply == .quarantine(reason: "no such part", isAlarm: false))
        #expect(machine.next(Array(items.dropFirst()), now: 0) == .take(items[1]))
    }

    @Test mutating func afterARestartASinkThatCannotTellDuplicatesIsAskedFirst() {
        var machine = machine(confirmsDuplicates: false, sentBefore: items[1].seq)
        #expect(machine.handling(of: items[0], record: live) == .lookUp)
        #expect(machine.lookedUp(items[0], .absent, now: 0, using: &generator) == .sendAgain)
        #expect(machine.handling(of: items[0], record: live) == .send)
        #expect(machine.handling(of: items[1], record: live) == .lookUp)
        #expect(machine.handling(of: items[2], record: live) == .send)
    }

    @Test func aSinkThatConfirmsDuplicatesIsNotAskedFirst() {
        #expect(machine(sentBefore: 9).handling(of: items[0], record: live) == .send)
    }

    @Test mutating func whatTheLedgerCouldNotNoteDownIsLookedUp() {
        var machine = machine()
        machine.unsettled(items[0], now: 0)
        #expect(machine.next([items[0]], now: 99) == .rest(until: 100))
        #expect(machine.next([items[0]], now: 100) == .take(items[0]))
        #expect(machine.handling(of: items[0], record: live) == .lookUp)
    }

    @Test func theGateIsAskedAgainAtTheMomentOfSending() {
        let simulated: JSONValue = ["provenance": "simulated"]
        guard case .withhold(let reason) = machine().handling(of: items[0], record: simulated) else {
            Issue.record("a simulated record was to be sent")
            return
        }
        #expect(reason.contains("simulated"))
        #expect(machine(acceptsTestData: true).handling(of: items[0], record: simulated) == .send)
    }

    @Test mutating func recordsOfUnknownFateDoNotPileUpWithoutBound() async throws {
        let shop = try Shop()
        let ledger = try shop.ledger()
        try await ledger.append((1...200).map { Shop.draft("r\($0)") })
        let waiting = try ledger.reader.outbox(sink: "qms", state: .pending, limit: 200)
        try await ledger.close()
        var machine = machine()
        var taken = 0
        while case .take(let item) = machine.next(waiting, now: 0), taken < 200 {
            taken += 1
            _ = machine.replied(to: item, .ambiguous(reason: "?"), now: 0, using: &generator)
        }
        #expect(taken == DeliveryMachine.window - 1)
    }
}
