/// How much a common-rail injector delivers at a rail pressure and an energising time.
///
/// The shape is that of a published duration map (stock Duramax LB7 table, transcribed): the microseconds
/// that a quantity needs at a pressure. What the map gives is then trimmed by one rising line, so that the
/// four points of a published flow sheet of the same injector (S&S Diesel SAC00, Viscor J967 at 40 Cel,
/// 1000 injections a minute) come out as printed there.
package struct DurationMap: Sendable {
    /// Rail pressures of the map's columns, MPa.
    private static let pressures: [Double] = [30, 60, 80, 120, 160]
    /// Quantities of the map's rows, mm³ a stroke.
    private static let quantities: [Double] = [1, 5, 10, 30, 50, 80, 100]
    /// Energising times, µs: one row a quantity, one column a pressure.
    private static let durations: [[Double]] = [
        [220, 180, 142.5, 127, 127],
        [356.5, 290, 249, 220.5, 177],
        [587, 350, 310, 301, 267],
        [1020, 621, 505, 422, 384],
        [1874, 1140, 920, 665, 553],
        [3072, 1980, 1620, 1252, 1054],
        [3500, 2660, 2360, 1800, 1450],
    ]
    /// Share of the shortest mapped time that passes before anything is injected; an assumption.
    private static let openingShare = 0.6

    /// Points of the flow sheet: full load, emission, pilot, idle; the mean over its eight injectors, rounded
    /// to the nominal values that inspection plans use.
    package static let published: [(pressure: Double, energising: Double, delivery: Double)] = [
        (160, 1700, 127), (160, 1350, 102), (60, 700, 27.5), (30, 800, 13),
    ]

    private let trim: PiecewiseLine

    package init() {
        let anchors = Self.published.map { (x: Self.mapped($0.pressure, $0.energising), y: $0.delivery) }
        trim = PiecewiseLine([(x: 0, y: 0)] + anchors)
    }

    /// Delivery of the mean injector, mm³ a stroke, never negative.
    ///
    /// - Parameter pressure: rail pressure, MPa, 0...250
    /// - Parameter energising: energising time, µs, 0...4000
    package func delivery(pressure: Double, energising: Double) -> Double {
        max(0, trim.value(at: Self.mapped(pressure, energising)))
    }

    /// What the untrimmed map gives; beyond its columns the nearest one, scaled by the pressure: linear
    /// below (an injector hardly opens there), by the square root of Bernoulli's law above.
    private static func mapped(_ pressure: Double, _ energising: Double) -> Double {
        guard pressure > 0, energising > 0 else { return 0 }
        let (lowest, highest) = (30.0, 160.0)
        if pressure < lowest { return column(lowest, energising) * pressure / lowest }
        if pressure > highest { return column(highest, energising) * (pressure / highest).squareRoot() }
        return column(pressure, energising)
    }

    /// Turns the durations at one pressure within the map around, to a quantity.
    private static func column(_ pressure: Double, _ energising: Double) -> Double {
        let times = durations.map { row in
            PiecewiseLine(Array(zip(pressures, row)).map { (x: $0.0, y: $0.1) }).value(at: pressure)
        }
        let opening = (x: times[0] * openingShare, y: 0.0)
        let line = PiecewiseLine([opening] + zip(times, quantities).map { (x: $0.0, y: $0.1) })
        return max(0, line.value(at: energising))
    }
}
