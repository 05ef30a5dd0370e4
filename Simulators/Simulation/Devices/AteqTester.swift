/// An ATEQ F6 leak tester: words travel low byte first, longs low word first, and results wait in a FIFO of
/// eight. A ninth pushes the oldest out.
///
/// Layouts are those that its manual prints (pages 57, 62 and 72). Where the FIFO is shown and how its oldest
/// entry is removed is assumed: 0x0300, coil 2.
package struct AteqTester: SimulatedDevice {
    private enum Address {
        static let realTime = 0x0030..<0x003D
        static let setProgram = 0x0200
        static let program = 0x0202
        static let entry = 0x0300..<0x0328
        static let coils = 0..<3
    }

    /// Results that it holds (page 62).
    static let mostResults = 8
    /// Words of each.
    private static let entryWords = 40
    /// Step code of a tester that waits.
    private static let idle: UInt16 = 65_535
    // Unit codes, as they are sent: of bar and of mm³/s.
    private static let bar: Int32 = 11_000
    private static let cubicMillimetresASecond: Int32 = 3_000

    package var nameplate: Nameplate?
    let id: String
    let test: LeakTest
    let seed: UInt64
    private var program: UInt16 = 0
    private var coils = [Bool](repeating: false, count: Address.coils.count)
    private var run = LeakTestRun()
    private var tests = 0
    private var results: [[UInt16]] = []

    package init(id: String, test: LeakTest, seed: UInt64) {
        (self.id, self.test, self.seed) = (id, test, seed)
    }

    package var nextChange: ShopTime? { run.endsAt }

    package mutating func takeEvents() -> [DeviceEvent] { run.takeEvents() }

    package mutating func advance(to now: ShopTime) {
        guard run.end(by: now) else { return }
        tests += 1
        results.append(entry(of: tests))
        if results.count > Self.mostResults {
            results.removeFirst()
            run.events.append(.resultExpired)
        }
        run.events.append(.resultShown)
    }

    /// Its memory is empty.
    package mutating func restart(at now: ShopTime) {
        (program, results) = (0, [])
        coils = [Bool](repeating: false, count: coils.count)
        run.restart()
    }

    package mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        try run.perform(act, of: test, at: id, now)
    }

    // MARK: Registers

    package mutating func words(
        _ table: WordTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [UInt16] {
        guard table == .holding else { throw .illegalFunction }
        let empty = [UInt16](repeating: 0, count: Self.entryWords)
        let known: [(Int, [UInt16])] = [
            (Address.realTime.lowerBound, realTime), (Address.program, [program]),
            (Address.entry.lowerBound, results.first ?? empty),
        ]
        for (first, words) in known where first <= range.lowerBound && range.upperBound <= first + words.count
        {
            return words[range.lowerBound - first..<range.upperBound - first].map(\.byteSwapped)
        }
        throw .illegalAddress
    }

    package mutating func write(
        words: [UInt16], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        guard address == Address.setProgram, words.count == 1 else { throw .illegalAddress }
        guard words[0].byteSwapped < 128 else { throw .illegalValue }
        program = words[0].byteSwapped
    }

    package mutating func bits(
        _ table: BitTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [Bool] {
        guard table == .coils else { throw .illegalFunction }
        guard range.upperBound <= Address.coils.upperBound else { throw .illegalAddress }
        return Array(coils[range])
    }

    /// Reset, start and removal act when their coils rise.
    package mutating func write(
        bits: [Bool], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        guard address >= 0, address + bits.count <= Address.coils.upperBound else { throw .illegalAddress }
        for (offset, isOn) in bits.enumerated() {
            let coil = address + offset
            defer { coils[coil] = isOn }
            guard isOn, !coils[coil] else { continue }
            switch coil {
            case 0 where run.isRunning: run.abort()
            case 1 where !run.isRunning: run.start(test, remotely: true, at: now)
            case 2 where !results.isEmpty:
                results.removeFirst()
                run.events.append(.acknowledged)
            default: break
            }
        }
    }

    private var realTime: [UInt16] {
        let step: UInt16 = run.isRunning ? 1 : Self.idle
        let status: UInt16 = run.endedAt != nil ? 1 << 5 : 0
        return [program, UInt16(results.count), 0, status, step] + Self.long(512) + Self.long(Self.bar)
            + Self.long(0) + Self.long(Self.cubicMillimetresASecond)
    }

    /// Forty words: program, test type, relays, alarm code, pressure and leak, each with its unit, zeros.
    private func entry(of number: Int) -> [UInt16] {
        var chance = Chance(seed: seed, key: "leak \(id) \(number)")
        let outcome = test.outcome(of: number)
        // Thousandths of mm³/s; a tight part leaks a little, in either direction.
        let leak = (outcome == .pass ? 40 : 2_500) + 60 * chance.deviation()
        let relays: UInt16 = outcome == .pass ? 1 : 2
        let words =
            [program, 0, relays, 0] + Self.long(512) + Self.long(Self.bar) + Self.long(Int32(leak.rounded()))
            + Self.long(Self.cubicMillimetresASecond)
        return words + [UInt16](repeating: 0, count: Self.entryWords - words.count)
    }

    /// Low word first.
    private static func long(_ value: Int32) -> [UInt16] {
        [UInt16(truncatingIfNeeded: value), UInt16(truncatingIfNeeded: value >> 16)]
    }
}
