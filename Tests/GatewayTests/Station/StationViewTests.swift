import Codecs
import Inspection
import Metrology
import Testing

@testable import Gateway

@Suite struct StationViewTests {
    private static let allOnline = [
        StationView.Device(id: "FTS-001", state: "online", detail: "answering"),
        StationView.Device(id: "FM-001", state: "online", detail: "answering"),
    ]

    private func shown(
        _ machine: CycleMachine, devices: [StationView.Device] = allOnline, live: [StationView.Live] = [],
        at milliseconds: Int64 = 1_000
    ) -> JSONValue {
        StationView(
            machine: machine, devices: devices, live: live, past: [], queue: 0, quarantined: 0,
            showsVerdict: false, at: StationFixture.stamp(milliseconds)
        ).json
    }

    /// A machine whose only step waits for its devices; `isStarted` once the bench took the start.
    private func waiting(isStarted: Bool, failure: String? = nil) throws -> CycleMachine {
        var machine = CycleMachine(station: try StationFixture.station())
        let moment = StationFixture.moment(0)
        for role in ["bench", "meter"] {
            _ = machine.handle(.device(role: role, isOnline: true), at: moment)
        }
        _ = machine.handle(.badge(inspector: "1042"), at: moment)
        _ = machine.handle(
            .part(StationFixture.part, cycle: "019ac3f2-0000-7000-8000-0123456789ab", priorAttempts: 0),
            at: moment)
        _ = machine.handle(.opened, at: moment)
        if isStarted || failure != nil {
            let started = CycleMachine.Input.started(
                cycle: "019ac3f2-0000-7000-8000-0123456789ab", step: 0, failure: failure)
            _ = machine.handle(started, at: moment)
        }
        return machine
    }

    @Test func theNextThingToDoIsSaid() throws {
        var machine = CycleMachine(station: try StationFixture.station())
        #expect(shown(machine)["state"] == "signin")
        #expect(shown(machine)["instruction"] == "Scan your badge.")
        _ = machine.handle(.badge(inspector: "1042"), at: StationFixture.moment(0))
        #expect(shown(machine)["state"] == "ready")
        #expect(shown(machine)["instruction"] == "Scan the part.")
        #expect(shown(try waiting(isStarted: true))["state"] == "running")
        #expect(shown(try waiting(isStarted: true))["instruction"] == "Leak-off at 160 MPa")
    }

    @Test(arguments: ["FTS-001", "FM-001"], [false, true])
    func aDeviceThatTheStepNeedsAndThatIsAwayIsNamedWithWhatToDo(away: String, isStarted: Bool) throws {
        let devices = Self.allOnline.map {
            $0.id == away
                ? StationView.Device(id: away, state: "offline", detail: "no answer in time") : $0
        }
        let view = shown(try waiting(isStarted: isStarted), devices: devices)
        #expect(view["state"] == "blocked")
        let ending = isStarted ? "goes on by itself." : "starts by itself."
        let remedy = "Check its power and cable; the step \(ending)"
        #expect(view["instruction"]?.text == "\(away) is out of reach (no answer in time). \(remedy)")
    }

    @Test(arguments: ["online", "connecting"])
    func aDeviceThatAnswersExceptionsIsNotCalledOutOfReach(state: String) throws {
        var devices = Self.allOnline
        devices[0] = StationView.Device(
            id: "FTS-001", state: state, detail: "answers with exception 6 (busy)", isRefusing: true)
        let view = shown(try waiting(isStarted: false), devices: devices)
        #expect(view["state"] == "blocked")
        let remedy = "See what it shows; the step starts by itself."
        #expect(
            view["instruction"]?.text
                == "FTS-001 is there, but answers with exception 6 (busy). \(remedy)")
    }

    @Test func aStartThatFailedIsSaidWithItsReason() throws {
        let view = shown(try waiting(isStarted: false, failure: "FTS-001 refused the write: exception 3"))
        #expect(view["state"] == "blocked")
        #expect(
            view["instruction"]
                == "The step did not start: FTS-001 refused the write: exception 3. It is tried again.")
    }

    @Test func aDeviceThatIsAwayHindersNothingWhileNoStepWaits() throws {
        let machine = CycleMachine(station: try StationFixture.station())
        let away = [StationView.Device(id: "FTS-001", state: "offline", detail: "gone")]
        let view = shown(machine, devices: away)
        #expect(view["state"] == "signin")
        #expect(view["devices"]?.elements.first?["state"] == "offline")
    }

    @Test(arguments: [
        (400, Quality.good, false), (500, .good, false), (501, .good, true), (0, .bad(.timeout), true),
        (0, .bad(.implausible), true),
    ])
    func aValueIsMarkedOldWhenItIsBadOrMissedTwice(age: Int64, quality: Quality, isStale: Bool) throws {
        let sample = try StationFixture.rate(
            quality == .good ? "31.4" : nil, quality: quality, at: 10_000)
        let live = StationView.Live(sample: sample, staleAfterNanoseconds: 500_000_000)
        let machine = CycleMachine(station: try StationFixture.station())
        let value = try #require(shown(machine, live: [live], at: 10_000 + age)["live"]?.elements.first)
        #expect(value["stale"] == .bool(isStale))
        #expect(value["age_ms"] == .number(age))
        #expect(value["value"] == (quality == .good ? "31.4" : .null))
        #expect(value["symbol"] == "mL/min")
    }

    @Test func limitsStandBesideAValueOnlyWhileItsStepRuns() throws {
        let live = StationView.Live(
            sample: try StationFixture.rate("31.4", at: 0), staleAfterNanoseconds: 5_000_000_000)
        let idle = CycleMachine(station: try StationFixture.station())
        #expect(shown(idle, live: [live])["live"]?.elements.first?["usl"] == .null)
        #expect(
            shown(try waiting(isStarted: true), live: [live])["live"]?.elements.first?["usl"] == "40")
    }
}
