/// What the bench's result status says.
package enum BenchStatus: UInt16, Sendable {
    case measured = 1
    case aborted
    case railPressureNotReached
    case oilTemperatureOutOfRange
}

/// Slow movements that the live values of a bench show besides their means.
struct BenchLive: Sendable {
    /// Oil temperature before the run under way, Cel.
    var oilBefore = 40.0

    /// A triangle wave of ±1 with a period of 20 s.
    func ripple(_ seconds: Double) -> Double {
        let place = (seconds / 20).truncatingRemainder(dividingBy: 1)
        return 4 * abs(place - 0.5) - 1
    }
}

/// The `plc-flow-bench` convention: holding registers, zero-based, floats high word first.
enum BenchRegister {
    static let live = 0x0000..<0x0008
    static let result = 0x0100..<0x0112
    static let command = 0x0200..<0x020A

    // Offsets within the command block.
    static let step = 4
    static let pressure = 5
    static let energising = 6
    static let strokes = 7
    static let order = 8
    static let ack = 9

    /// What each word of the command block may be; the first four are text.
    static let allowed: [ClosedRange<UInt16>] =
        Array(repeating: 0...UInt16.max, count: 4)
        + [1...99, 0...2500, 0...4000, 1...5000, 0...2, 0...UInt16.max]

    /// The result block as the PLC writes it, both sequence numbers included.
    static func resultBlock(
        of run: FlowBench.Run, injector: Injector?, strokes: UInt16, status: BenchStatus, sequence: UInt16,
        seed: UInt64
    ) -> [UInt16] {
        var chance = Chance(seed: seed, key: "pressure \(run.number)")
        let measured = injector.map { injector in
            (
                delivery: injector.delivery(at: run.point, run: run.number),
                returned: injector.returnQuantity(at: run.point, run: run.number),
                pressure: run.point.pressure * (1 + 0.0005 * chance.deviation())
            )
        }
        return [sequence, status.rawValue, run.step, strokes] + run.cycleID
            + words(measured?.delivery ?? 0) + words(measured?.returned ?? 0)
            + words(measured?.pressure ?? 0) + words(run.meanOilTemperature)
            + [UInt16(FlowBench.injectionRate), sequence]
    }

    /// A value at the bench's resolution of 0.01 as IEEE 754 single precision, high word first.
    static func words(_ value: Double) -> [UInt16] {
        let bits = Float((value * 100).rounded() / 100).bitPattern
        return [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
    }
}

extension FlowBench {
    package mutating func words(
        _ table: WordTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [UInt16] {
        guard table == .holding else { throw .illegalFunction }
        if let slice = Self.slice(range, of: BenchRegister.live, { liveBlock(at: now) }) { return slice }
        if let slice = Self.slice(range, of: BenchRegister.result, { result }) { return slice }
        if let slice = Self.slice(range, of: BenchRegister.command, { command }) { return slice }
        throw .illegalAddress
    }

    package mutating func write(
        words: [UInt16], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        let range = address..<address + words.count
        let block = BenchRegister.command
        guard block.lowerBound <= range.lowerBound, range.upperBound <= block.upperBound else {
            throw .illegalAddress
        }
        let offset = address - block.lowerBound
        for (index, word) in words.enumerated() where !BenchRegister.allowed[offset + index].contains(word) {
            throw .illegalValue
        }
        command.replaceSubrange(offset..<offset + words.count, with: words)
        obey(at: now, acknowledging: range.contains(block.lowerBound + BenchRegister.ack))
    }

    private static func slice(_ range: Range<Int>, of block: Range<Int>, _ words: () -> [UInt16]) -> [UInt16]?
    {
        guard block.lowerBound <= range.lowerBound, range.upperBound <= block.upperBound else { return nil }
        return Array(words()[range.lowerBound - block.lowerBound..<range.upperBound - block.lowerBound])
    }

    private func liveBlock(at now: ShopTime) -> [UInt16] {
        [heartbeat(at: now), phase.rawValue, run?.step ?? 0, strokes(at: now)]
            + BenchRegister.words(pressure(at: now)) + BenchRegister.words(oilTemperature(at: now))
    }
}
