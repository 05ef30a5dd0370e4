import Codecs
import Inspection
import Judging
import Ledger
import Metrology
import Testing

@testable import Gateway

/// A civil clock that is set, jumps or ends: the ledger keeps the order, and records say that it was so.
@Suite(.timeLimit(.minutes(2))) struct ClockStepTests {
    /// What civil time does while five seconds pass, in seconds of a step, and when it begins.
    struct Weather: CustomTestStringConvertible, Sendable {
        let testDescription: String
        let utcSeconds: Int64
        let step: Int64
    }

    static let weathers = [
        Weather(testDescription: "an hour forth", utcSeconds: 1_795_252_800, step: 3_600),
        Weather(testDescription: "an hour back", utcSeconds: 1_795_252_800, step: -3_600),
        // POSIX time says 23:59:59 twice (2016-12-31, the last one there was).
        Weather(testDescription: "a leap second", utcSeconds: 1_483_228_797, step: -1),
        Weather(testDescription: "none", utcSeconds: 1_795_252_800, step: 0),
        // 2^31 seconds: what 32 bits cannot say.
        Weather(testDescription: "2038", utcSeconds: 2_147_483_645, step: 0),
    ]

    /// A moment `seconds` after the cycle began; the step is in its middle.
    private static func moment(_ seconds: Int64, _ weather: Weather) -> Moment {
        let utc = weather.utcSeconds + seconds + (seconds >= 3 ? weather.step : 0)
        return Moment(
            stamp: Stamp(
                utc: Timestamp(nanoseconds: utc * 1_000_000_000),
                monotonicNanoseconds: seconds * 1_000_000_000),
            clock: StationFixture.clock)
    }

    /// The record of a part whose inspection was ended after five seconds.
    private static func record(_ weather: Weather) throws -> InspectionRecord? {
        var machine = CycleMachine(station: try StationFixture.station())
        _ = machine.handle(.badge(inspector: "1042"), at: moment(0, weather))
        _ = machine.handle(
            .part(StationFixture.part, cycle: "c1", priorAttempts: 0), at: moment(1, weather))
        _ = machine.handle(.opened, at: moment(2, weather))
        let actions = machine.handle(.abort, at: moment(5, weather))
        for case .commit(let record, _) in actions { return record }
        return nil
    }

    @Test(arguments: weathers) func aRecordSaysThatTheClockWasSetMeanwhile(weather: Weather) throws {
        let body = try #require(try Self.record(weather)).body
        #expect(body["clock"]?["synchronized"] == .bool(weather.step == 0))
        #expect(
            body["clock"]?["stepped_ms"] == (weather.step == 0 ? nil : .number(weather.step * 1_000)))
        let (started, ended) = (body["started_at"]?.text ?? "", body["ended_at"]?.text ?? "")
        #expect(started <= ended, "no part ends before it began")
        if weather.testDescription == "2038" { #expect(ended == "2038-01-19T03:14:10.000000000Z") }
    }

    @Test func aClockThatIsSlewedWasNotSet() {
        func stamp(_ utc: Int64, _ passed: Int64) -> Stamp {
            Stamp(utc: Timestamp(nanoseconds: utc), monotonicNanoseconds: passed)
        }
        // 500 parts in a million of an hour are 1.8 s.
        let hour: Int64 = 3_600_000_000_000
        #expect(stamp(hour + 1_800_000_000, hour).civilStepMilliseconds(since: stamp(0, 0)) == nil)
        #expect(stamp(hour + 2_400_000_000, hour).civilStepMilliseconds(since: stamp(0, 0)) == 2_400)
        #expect(
            stamp(.max, .min).civilStepMilliseconds(since: stamp(.min, .max))
                == Int64(clamping: Int128(Int64.max) * 4 / 1_000_000))
    }

    /// What was entered later has the higher number, whatever the clock said, and no id comes twice.
    @Test func entriesStandInTheOrderInWhichTheyWereMade() async throws {
        let folder = try ScratchFolder("clock")
        let ledger = try LedgerWriter(
            path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        var ids: [String] = []
        for round in 0..<40 {
            let weather = Self.weathers[round % Self.weathers.count]
            for second in 0..<5 {
                let now = Self.moment(Int64(second), weather)
                let id = RecordID.make(at: now.stamp.utc, using: &numbers)
                ids.append(id)
                try await ledger.append([
                    EntryDraft(
                        kind: .record, id: id,
                        body: [
                            "schema": "plumbline.inspection/1", "id": .string(id),
                            "part": ["serial": "SA10197"], "station": "s",
                            "ended_at": .string(now.stamp.utc.description),
                        ])
                ])
            }
        }
        #expect(Set(ids).count == ids.count, "SEED=\(seed)")
        #expect(try ledger.reader.records(RecordQuery(station: "s")).map(\.id) == ids)
        #expect(try ledger.reader.records(RecordQuery(limit: 3)).map(\.id) == ids.suffix(3))
        #expect(try ledger.reader.partHistory(serial: "SA10197").map(\.id) == ids)
        try await ledger.close()
        #expect(try LedgerReader(path: folder.path + "/data").verify().mismatches == [])
    }
}
