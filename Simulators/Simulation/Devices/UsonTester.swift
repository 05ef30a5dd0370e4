/// A Uson Qualitek mR leak tester with its default Modbus map: status bits that are pulses, and counters of
/// all tests by outcome, high word first.
///
/// Addresses and bits are those that its guide prints (default map, pages 9-18 and 9-10).
package struct UsonTester: SimulatedDevice {
    private enum Status {
        static let ready: UInt16 = 1 << 0
        static let busy: UInt16 = 1 << 1
        static let endOfCycle: UInt16 = 1 << 3
        static let fail: UInt16 = 1 << 4
        static let pass: UInt16 = 1 << 5
        static let pressureOK: UInt16 = 1 << 6
    }

    /// Input registers 30001 to 30032.
    private static let inputs = 0..<32
    /// Holding registers 40001, control, and 40002, program.
    private static let controls = 0..<2
    private static let programs: ClosedRange<UInt16> = 1...127

    package var nameplate: Nameplate?
    let id: String
    let test: LeakTest
    /// Shop seconds in a real one: the heartbeat follows the tester's own clock.
    private let speed: Double
    private var control: UInt16 = 0
    private var program: UInt16 = 1
    private var run = LeakTestRun()
    private var booted = ShopTime.zero
    private var tests = 0
    private var counts: [LeakTest.Outcome: UInt32] = [:]

    package init(id: String, test: LeakTest, speed: Double) {
        (self.id, self.test, self.speed) = (id, test, speed)
    }

    package var nextChange: ShopTime? { run.endsAt }

    package mutating func takeEvents() -> [DeviceEvent] { run.takeEvents() }

    package mutating func advance(to now: ShopTime) {
        guard run.end(by: now) else { return }
        tests += 1
        counts[test.outcome(of: tests), default: 0] += 1
        run.events.append(.resultShown)
    }

    /// Its counters begin anew, at 0.
    package mutating func restart(at now: ShopTime) {
        (control, program, booted, counts) = (0, 1, now, [:])
        run.restart()
    }

    package mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        try run.perform(act, of: test, at: id, now)
    }

    // MARK: Registers

    package mutating func words(
        _ table: WordTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [UInt16] {
        let (contents, known) =
            table == .input ? (inputs(at: now), Self.inputs) : ([control, program], Self.controls)
        guard known.lowerBound <= range.lowerBound, range.upperBound <= known.upperBound else {
            throw .illegalAddress
        }
        return Array(contents[range])
    }

    /// Start and abort act when their bits rise; a test that runs is not started again.
    package mutating func write(
        words: [UInt16], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        guard address >= 0, address + words.count <= Self.controls.upperBound else { throw .illegalAddress }
        var next = [control, program]
        next.replaceSubrange(address..<address + words.count, with: words)
        guard next[0] <= 3, Self.programs.contains(next[1]) else { throw .illegalValue }
        let risen = next[0] & ~control
        (control, program) = (next[0], next[1])
        if risen & 2 != 0, run.isRunning { run.abort() }
        if risen & 1 != 0, !run.isRunning { run.start(test, remotely: true, at: now) }
    }

    private func status(at now: ShopTime) -> UInt16 {
        guard !run.isRunning else { return Status.busy }
        guard let endedAt = run.endedAt, now < endedAt + test.pulse else { return Status.ready }
        let outcome: UInt16 =
            switch test.outcome(of: tests) {
            case .pass: Status.pass
            case .fail: Status.fail
            case .salvage: Status.pass | Status.fail
            }
        return Status.ready | Status.endOfCycle | Status.pressureOK | outcome
    }

    private func inputs(at now: ShopTime) -> [UInt16] {
        var words = [UInt16](repeating: 0, count: Self.inputs.count)
        let uptime = Int64(max(0, (now - booted).seconds / speed))
        words.replaceSubrange(
            0..<4, with: [2, status(at: now), UInt16(truncatingIfNeeded: uptime % 65_535 + 1), program])
        words.replaceSubrange(4..<8, with: [0x4C45, 0x414B, 0x2031, 0x0000])  // "LEAK 1"
        let all = counts.values.reduce(UInt32(0), &+)
        let numbers = [all] + [.pass, .fail, .salvage].map { counts[$0, default: 0] }
        words.replaceSubrange(
            23..<31, with: numbers.flatMap { [UInt16($0 >> 16), UInt16(truncatingIfNeeded: $0)] })
        return words
    }
}
