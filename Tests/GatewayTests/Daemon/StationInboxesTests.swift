import Drivers
import Inspection
import Testing

@testable import Gateway

/// What a device tells goes to the station that it is bound to.
@Suite struct StationInboxesTests {
    private func heard(_ event: DeviceEvent, inRoles roles: [String]) async -> [String] {
        let inbox = BoundedInbox<StationInput>(limit: 8, reserve: 0, name: "torque-1")
        let inboxes = StationInboxes()
        for role in roles { inboxes.add(inbox, role: role, device: "TW-1") }
        inboxes.put(event, from: "TW-1")
        inbox.finish()
        var heard: [String] = []
        for await input in inbox.elements {
            if case .device(let role, _) = input { heard.append(role) }
        }
        return heard
    }

    /// Seen failing: the second copy of START was refused over what the first had begun.
    @Test func aScanOfAToolInTwoRolesIsOne() async {
        let scan = DeviceScan(number: 1, bytes: [0x41], fault: nil, stamp: StationFixture.stamp(0))
        #expect(await heard(.scanned(scan), inRoles: ["nut", "cap"]) == ["nut"])
    }

    @Test func itsReachConcernsEachOfThem() async {
        #expect(await heard(.reach(isOnline: true, detail: ""), inRoles: ["nut", "cap"]) == ["nut", "cap"])
    }
}
