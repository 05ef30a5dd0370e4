import Codecs
import Delivery
import Ledger
import Testing

/// What every sink must do, whatever stands behind it. Its tests call each of these.
struct SinkConformance {
    /// A sink on the same store; a second one is what the program makes after a restart.
    let open: () throws -> any Sink
    /// How many inspections the store holds under an id, by a judge that is not ours.
    let effects: (_ id: String) throws -> Int

    func aRecordIsTakenOnceHoweverOftenItComes() async throws {
        let parcel = Shop.parcel(Shop.record("r1"))
        let sink = try open()
        guard case .delivered(let receipt) = await sink.deliver(parcel) else {
            Issue.record("the first delivery was not taken")
            return
        }
        #expect(await sink.deliver(parcel) == .duplicate(receipt: receipt))
        #expect(await sink.lookUp(id: "r1", sha256: parcel.sha256) == .found(receipt: receipt))
        let restarted = try open()
        #expect(await restarted.deliver(parcel) == .duplicate(receipt: receipt))
        #expect(try effects("r1") == 1)
    }

    func anotherContentUnderAKnownIdIsRefusedWithAnAlarm() async throws {
        let sink = try open()
        let (first, second) = (Shop.record("r1"), Shop.record("r1", value: "126.9"))
        _ = await sink.deliver(Shop.parcel(first))
        guard case .refused(_, let isAlarm) = await sink.deliver(Shop.parcel(second)) else {
            Issue.record("a second content was taken")
            return
        }
        #expect(isAlarm)
        guard case .conflict = await sink.lookUp(id: "r1", sha256: Shop.parcel(second).sha256) else {
            Issue.record("the look-up does not tell the contents apart")
            return
        }
        #expect(try effects("r1") == 1)
    }

    func whatIsNotThereIsAbsent() async throws {
        let sink = try open()
        #expect(await sink.lookUp(id: "r9", sha256: "00") == .absent)
        #expect(try effects("r9") == 0)
    }

    func bytesThatDoNotFitTheirHashAreRefused() async throws {
        let parcel = Shop.parcel(Shop.record("r1"))
        let forged = Parcel(
            id: "r1", sha256: String(repeating: "0", count: 64), bytes: parcel.bytes, body: parcel.body)
        guard case .refused = await (try open()).deliver(forged) else {
            Issue.record("forged bytes were taken")
            return
        }
        #expect(try effects("r1") == 0)
    }

    func manyAtOnceHaveOneEffectEach() async throws {
        let sink = try open()
        let outcomes = await withTaskGroup(of: DeliveryOutcome.self) { group in
            for number in 0..<40 {
                group.addTask { await sink.deliver(Shop.parcel(Shop.record("r\(number % 4)"))) }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let taken = outcomes.count { if case .delivered = $0 { true } else { false } }
        let confirmed = outcomes.count { if case .duplicate = $0 { true } else { false } }
        #expect(taken == 4)
        #expect(confirmed == 36)
        for number in 0..<4 { #expect(try effects("r\(number)") == 1) }
    }
}
