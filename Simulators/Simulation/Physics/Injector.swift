/// Wear of an injector, as shifts of what it delivers and returns.
package struct InjectorHealth: Sendable, Equatable {
    /// Percent by which every delivery is shifted.
    package let deliveryPercent: Double
    /// Percent by which every return quantity is shifted.
    package let returnPercent: Double

    package init(deliveryPercent: Double, returnPercent: Double) {
        (self.deliveryPercent, self.returnPercent) = (deliveryPercent, returnPercent)
    }

    package static let nominal = InjectorHealth(deliveryPercent: 0, returnPercent: 0)
    /// A washed-out nozzle and control seat: delivers 8 % too much, and leaks back a sixth more.
    package static let worn = InjectorHealth(deliveryPercent: 8, returnPercent: 16)
}

/// One injector: what it delivers and returns at a set point, by its own character and its health.
package struct Injector: Sendable {
    /// Conditions under which an injector is measured.
    package struct SetPoint: Sendable, Equatable {
        /// Rail pressure, MPa.
        package let pressure: Double
        /// Energising time, µs.
        package let energising: Double

        package init(pressure: Double, energising: Double) {
            (self.pressure, self.energising) = (pressure, energising)
        }

        fileprivate var key: String { "\(pressure)/\(energising)" }
    }

    package let serial: String
    package let health: InjectorHealth
    private let seed: UInt64
    private let map: DurationMap
    private let traits: Traits

    /// What sets this injector apart from the mean one, in standard deviations of each property.
    private struct Traits: Sendable {
        let small: Double
        let large: Double
        let returned: Double
    }

    /// Standard deviation from injector to injector, mm³ a stroke by mm³ a stroke delivered: the spread of
    /// the flow sheet's eight injectors, a little narrowed. In relation it grows as the quantity falls.
    private static let spread = PiecewiseLine([
        (x: 0, y: 0), (x: 5, y: 0.6), (x: 13, y: 0.8), (x: 27.5, y: 1.0), (x: 102, y: 0.5), (x: 127, y: 0.2),
    ])
    /// Least spread left where the line above would fall to nothing, mm³ a stroke.
    private static let leastSpread = 0.15
    /// Share of the spread that one injector shows from measurement to measurement.
    private static let repeatability = 0.08
    /// Return quantity of the flow sheet at 160 MPa, mm³ a stroke, and its spread, a little narrowed.
    private static let returned = (at160: 30.0, deviation: 1.8)

    package init(serial: String, health: InjectorHealth, seed: UInt64, map: DurationMap = DurationMap()) {
        (self.serial, self.health, self.seed, self.map) = (serial, health, seed, map)
        var chance = Chance(seed: seed, key: "injector \(serial)")
        traits = Traits(
            small: chance.deviation(), large: chance.deviation(), returned: chance.deviation())
    }

    /// Standard deviation from injector to injector at a mean delivery of `quantity` mm³ a stroke.
    package static func spread(at quantity: Double) -> Double {
        quantity <= 0 ? 0 : max(min(leastSpread, quantity * 0.12), spread.value(at: quantity))
    }

    /// Delivery, mm³ a stroke, in measurement number `run` at this set point.
    package func delivery(at point: SetPoint, run: Int) -> Double {
        let mean = map.delivery(pressure: point.pressure, energising: point.energising)
        let share = min(max((mean - 20) / 60, 0), 1)  // from the small-quantity trait to the large one
        let trait = traits.small * (1 - share) + traits.large * share
        var chance = Chance(seed: seed, key: "delivery \(serial) \(point.key) \(run)")
        let noise = trait + chance.deviation() * Self.repeatability
        return max(0, (mean + Self.spread(at: mean) * noise) * (1 + health.deliveryPercent / 100))
    }

    /// Return (back-leak) quantity, mm³ a stroke: it follows the rail pressure and scarcely the delivery.
    package func returnQuantity(at point: SetPoint, run: Int) -> Double {
        guard point.pressure > 0 else { return 0 }
        let byPressure = Self.returned.at160 * (0.3 + 0.7 * point.pressure / 160)
        let byTime = (point.energising - 1350) * 0.001  // 1 mm³ over a millisecond of energising
        var chance = Chance(seed: seed, key: "return \(serial) \(point.key) \(run)")
        let noise = traits.returned + chance.deviation() * Self.repeatability
        let deviation = Self.returned.deviation * byPressure / Self.returned.at160
        let quantity = byPressure + byTime + deviation * noise
        return max(0, quantity * (1 + health.returnPercent / 100))
    }
}
