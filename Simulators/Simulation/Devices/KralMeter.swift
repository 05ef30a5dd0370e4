/// A KRAL BEM 500 evaluation unit on Modbus RTU: signed 32-bit integers, high word first, divided by a power
/// of ten that the keypad sets, in a unit that the keypad sets.
///
/// Addresses, widths and codes are those that its manual prints (register table, page 19).
package struct KralMeter: SimulatedDevice {
    /// Most words in one telegram; the unit refuses more.
    static let mostWords = 64
    /// What a total may reach in either direction before it stays there.
    static let largestTotal = 2_000_000_000

    /// What the keypad has set.
    package struct Settings: Sendable, Equatable {
        /// 1–9; 5 is US gallons.
        package var totalUnit: UInt16
        /// 1–23; 23 is mL/min.
        package var rateUnit: UInt16
        /// 0 is Cel.
        package var temperatureUnit: UInt16
        /// 1–3: values are integers of 10⁻ⁿ.
        package var decimals: UInt16

        package init(totalUnit: UInt16, rateUnit: UInt16, temperatureUnit: UInt16, decimals: UInt16) {
            (self.totalUnit, self.rateUnit) = (totalUnit, rateUnit)
            (self.temperatureUnit, self.decimals) = (temperatureUnit, decimals)
        }
    }

    private enum Address {
        static let consumption = 0x4000
        static let total1 = 0x4002
        static let total2 = 0x4004
        static let rateA = 0x4006
        static let temperatureA = 0x4008
        static let rateB = 0x400C
        static let temperatureB = 0x400E
        static let totalsAB = [0x4100, 0x4102, 0x4104, 0x4106]
        static let doubles =
            [consumption, total1, total2, rateA, temperatureA, rateB, temperatureB] + totalsAB
        static let resettable = [consumption, total1, total2] + totalsAB
        static let totalUnit = 0x4015
        static let rateUnit = 0x4016
        static let temperatureUnit = 0x4017
        static let decimals = 0x4186
    }

    /// Millilitres in one of the unit, by total unit code; only US gallons (5) is printed in what was read.
    private static let millilitresATotal: [UInt16: Double] = [5: 3785.411784]
    /// Millilitres a minute in one of the unit, by rate unit code.
    private static let millilitresAMinute: [UInt16: Double] = [
        1: 60_000, 2: 1000, 3: 1000.0 / 60, 19: 1e6 / 60, 22: 60, 23: 1,
    ]

    let id: String
    package var settings: Settings
    /// Totals in 10⁻ⁿ of their unit, by address.
    private var totals: [Int: Double]
    private var flow = 0.0
    private var readings = 0
    private var flowSince = ShopTime.zero
    private var events: [DeviceEvent] = []
    package var nameplate: Nameplate?

    /// A unit whose channel A has already counted `totalA1` steps of its last decimal: 90,270 in the
    /// manual's example.
    package init(id: String, settings: Settings, totalA1: Int) {
        (self.id, self.settings) = (id, settings)
        totals = [Address.totalsAB[0]: Double(totalA1)]
    }

    package var nextChange: ShopTime? { nil }

    package mutating func takeEvents() -> [DeviceEvent] {
        defer { events = [] }
        return events
    }

    package mutating func advance(to now: ShopTime) {}

    package mutating func restart(at now: ShopTime) { events.append(.restarted) }

    package mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        throw SimulationError(.refused, id, "a flow meter has no such handle")
    }

    /// What flows through channel A from `now` on, mL/min.
    package mutating func measure(flow next: Double, at now: ShopTime) {
        let volume = flow * max(0, (now - flowSince).seconds) / 60
        if volume > 0, let unit = Self.millilitresATotal[settings.totalUnit] {
            for address in [Address.total1, Address.totalsAB[0]] {
                let sum = totals[address, default: 0] + volume / unit * scale
                totals[address] = min(sum, Double(Self.largestTotal))
            }
        }
        // No two instruments agree: the meter repeats within 0.2 %.
        readings &+= 1
        var chance = Chance(seed: 0, key: "\(id) \(readings)")
        (flow, flowSince) = (next * (1 + 0.0008 * chance.deviation()), now)
    }

    package mutating func words(
        _ table: WordTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [UInt16] {
        guard table == .holding else { throw .illegalFunction }
        guard range.count <= Self.mostWords else { throw .illegalValue }
        var out: [UInt16] = []
        for address in range {
            guard let word = word(at: address) else { throw .illegalAddress }
            out.append(word)
        }
        return out
    }

    /// Totals can be set, and so reset; nothing else.
    package mutating func write(
        words: [UInt16], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        guard words.count <= Self.mostWords else { throw .illegalValue }
        var changed = totals
        for pair in stride(from: 0, to: words.count, by: 2) {
            guard Address.resettable.contains(address + pair) else { throw .illegalAddress }
            guard pair + 1 < words.count else { throw .illegalValue }
            let value = Int32(bitPattern: UInt32(words[pair]) << 16 | UInt32(words[pair + 1]))
            guard abs(Int(value)) <= Self.largestTotal else { throw .illegalValue }
            changed[address + pair] = Double(value)
        }
        totals = changed
    }

    private var scale: Double { [1, 10, 100, 1000][min(Int(settings.decimals), 3)] }

    private func word(at address: Int) -> UInt16? {
        switch address {
        case Address.totalUnit: return settings.totalUnit
        case Address.rateUnit: return settings.rateUnit
        case Address.temperatureUnit: return settings.temperatureUnit
        case Address.decimals: return settings.decimals
        default: break
        }
        guard let start = Address.doubles.last(where: { $0 == address || $0 + 1 == address }) else {
            return nil
        }
        let bits = UInt32(bitPattern: Int32(max(-2_000_000_000, min(double(at: start), 2_000_000_000))))
        return start == address ? UInt16(bits >> 16) : UInt16(truncatingIfNeeded: bits)
    }

    private func double(at address: Int) -> Double {
        switch address {
        case Address.rateA:
            (flow / (Self.millilitresAMinute[settings.rateUnit] ?? 1) * scale).rounded()
        case Address.temperatureA, Address.temperatureB: 400  // 40.0 Cel, always one decimal
        default: totals[address, default: 0].rounded(.down)
        }
    }
}
