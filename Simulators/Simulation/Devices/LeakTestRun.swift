/// The test that runs at a simulated leak tester, and what is noticed there.
struct LeakTestRun: Sendable {
    /// When the test that runs ends.
    private(set) var endsAt: ShopTime?
    /// When the last test ended; nil from the next one's start, and where it was aborted.
    private(set) var endedAt: ShopTime?
    var events: [DeviceEvent] = []

    var isRunning: Bool { endsAt != nil }

    mutating func takeEvents() -> [DeviceEvent] {
        defer { events = [] }
        return events
    }

    /// Does what a person can do at the tester `id`; throws `SimulationError` for all but a start that may
    /// be.
    mutating func perform(
        _ act: HandAct, of test: LeakTest, at id: String, _ now: ShopTime
    ) throws(SimulationError) {
        guard case .pressStart = act else {
            throw SimulationError(.refused, id, "a leak tester can only be started")
        }
        guard !isRunning else { throw SimulationError(.refused, id, "a test runs; wait for its end") }
        start(test, remotely: false, at: now)
    }

    mutating func start(_ test: LeakTest, remotely: Bool, at now: ShopTime) {
        (endsAt, endedAt) = (now + test.duration, nil)
        events.append(.started(remotely: remotely))
    }

    mutating func abort() {
        endsAt = nil
        events.append(.aborted)
    }

    /// Ends the test that is over at `now`; false where none is.
    mutating func end(by now: ShopTime) -> Bool {
        guard let due = endsAt, due <= now else { return false }
        (endsAt, endedAt) = (nil, due)
        return true
    }

    mutating func restart() {
        (endsAt, endedAt) = (nil, nil)
        events.append(.restarted)
    }
}
