import Codecs
import Inspection
import Testing

@testable import Gateway

struct HandWorkTests {
    /// A tool that was used before it had its program and serial has nothing that counts.
    @Test func aPersonIsAskedToActOnlyWhenTheDeviceHasItsSettings() throws {
        var machine = CycleMachine(station: try StationFixture.station(handRoles: ["bench"]))
        let moment = StationFixture.moment(0)
        for role in ["bench", "meter"] {
            _ = machine.handle(.device(role: role, isOnline: true), at: moment)
        }
        _ = machine.handle(.badge(inspector: "1042"), at: moment)
        _ = machine.handle(.part(StationFixture.part, cycle: "c", priorAttempts: 0), at: moment)
        _ = machine.handle(.opened, at: moment)
        #expect(state(machine) == "running")
        _ = machine.handle(.started(cycle: "c", step: 0, failure: nil), at: moment)
        #expect(state(machine) == "acting")
    }

    private func state(_ machine: CycleMachine) -> String? {
        StationView(
            machine: machine, devices: [], live: [], past: [], queue: 0, quarantined: 0, showsVerdict: false,
            at: StationFixture.stamp(0)
        ).json["state"]?.text
    }
}
