/// What sort of quantity a value is. Units of different kinds never convert into one another, even where
/// their dimensions agree: a delivery per stroke is not a volume.
package enum QuantityKind: String, Sendable, CaseIterable {
    case volumePerStroke = "volume_per_stroke"
    case volume
    case volumeFlow = "volume_flow"
    case mass
    case massFlow = "mass_flow"
    case density
    case pressure
    case torque
    case force
    case angle
    case length
    case temperature
    case time
    case frequency
    case resistance
    case voltage
    case current
    case dimensionless
}

/// A unit by its UCUM code, with its exact size in the reference unit of its kind.
///
/// `value in reference = value × numerator ÷ denominator + offset`. The table is our own, of about forty
/// codes: UCUM's licence forbids shipping a changed copy of theirs. Factors are definitions (BIPM SI
/// brochure, NIST SP 811 appendix B.8), so conversion is exact.
package struct UnitOfMeasure: Sendable, Hashable {
    /// Place in `definitions`: every sample carries its unit, so a unit is small.
    private let place: UInt8

    /// UCUM code, case sensitive: `mm3/{stroke}`.
    package var code: String { definition.code }
    package var kind: QuantityKind { definition.kind }
    /// What people read: `mm³/stroke`.
    package var symbol: String { definition.symbol }
    var numerator: Int128 { definition.numerator }
    var denominator: Int128 { definition.denominator }
    /// Added after scaling; only temperatures have one.
    var offset: ExactDecimal { definition.offset }

    private var definition: Definition { Self.definitions[Int(place)] }

    private struct Definition: Sendable {
        let code: String
        let kind: QuantityKind
        let numerator: Int128
        let denominator: Int128
        let offset: ExactDecimal
        let symbol: String

        init(
            _ code: String, _ kind: QuantityKind, _ symbol: String, _ numerator: Int128 = 1,
            per denominator: Int128 = 1, offset: ExactDecimal = 0
        ) {
            (self.code, self.kind, self.symbol) = (code, kind, symbol)
            (self.numerator, self.denominator, self.offset) = (numerator, denominator, offset)
        }
    }

    private init(place: UInt8) { self.place = place }

    /// The unit with UCUM code `code`; nil for one that is not in the table.
    package init?(_ code: some StringProtocol) {
        guard let place = Self.definitions.firstIndex(where: { $0.code == code }) else { return nil }
        self.init(place: UInt8(place))
    }

    /// Every unit that profiles and plans may name.
    package static let table: [UnitOfMeasure] = definitions.indices.map { UnitOfMeasure(place: UInt8($0)) }

    /// Reference units: mm3/{stroke}, mm3, mm3/min, g, g/min, kg/m3, Pa, mN.m, mN, deg, um, Cel, us, mHz,
    /// mOhm, mV, mA and 1.
    private static let definitions: [Definition] = [
        Definition("mm3/{stroke}", .volumePerStroke, "mm³/stroke"),
        Definition("cm3/(1000.{stroke})", .volumePerStroke, "cm³/1000 strokes"),
        Definition("mm3", .volume, "mm³"),
        Definition("cm3", .volume, "cm³", 1_000),
        Definition("mL", .volume, "mL", 1_000),
        Definition("L", .volume, "L", 1_000_000),
        Definition("m3", .volume, "m³", 1_000_000_000),
        // 231 cubic inches of 25.4 mm.
        Definition("[gal_us]", .volume, "gal (US)", 3_785_411_784, per: 1_000),
        Definition("mm3/s", .volumeFlow, "mm³/s", 60),
        Definition("mm3/min", .volumeFlow, "mm³/min"),
        Definition("mL/min", .volumeFlow, "mL/min", 1_000),
        Definition("mL/s", .volumeFlow, "mL/s", 60_000),
        Definition("cm3/min", .volumeFlow, "cm³/min", 1_000),
        Definition("L/h", .volumeFlow, "L/h", 1_000_000, per: 60),
        Definition("L/min", .volumeFlow, "L/min", 1_000_000),
        Definition("L/s", .volumeFlow, "L/s", 60_000_000),
        Definition("m3/min", .volumeFlow, "m³/min", 1_000_000_000),
        Definition("m3/s", .volumeFlow, "m³/s", 60_000_000_000),
        Definition("m3/h", .volumeFlow, "m³/h", 1_000_000_000, per: 60),
        Definition("mg", .mass, "mg", 1, per: 1_000),
        Definition("g", .mass, "g"),
        Definition("kg", .mass, "kg", 1_000),
        Definition("t", .mass, "t", 1_000_000),
        Definition("g/s", .massFlow, "g/s", 60),
        Definition("g/min", .massFlow, "g/min"),
        Definition("kg/s", .massFlow, "kg/s", 60_000),
        Definition("kg/min", .massFlow, "kg/min", 1_000),
        Definition("t/h", .massFlow, "t/h", 1_000_000, per: 60),
        Definition("kg/h", .massFlow, "kg/h", 1_000, per: 60),
        Definition("kg/m3", .density, "kg/m³"),
        Definition("g/cm3", .density, "g/cm³", 1_000),
        Definition("Pa", .pressure, "Pa"),
        Definition("kPa", .pressure, "kPa", 1_000),
        Definition("mbar", .pressure, "mbar", 100),
        Definition("bar", .pressure, "bar", 100_000),
        Definition("MPa", .pressure, "MPa", 1_000_000),
        // 0.45359237 kg × 9.80665 m/s² over (25.4 mm)².
        Definition("[psi]", .pressure, "psi", 44_482_216_152_605, per: 6_451_600_000),
        Definition("N.m", .torque, "N·m", 1_000),
        Definition("cN.m", .torque, "cN·m", 10),
        Definition("mN.m", .torque, "mN·m"),
        // 0.45359237 kg × 9.80665 m/s² at 25.4 mm, at 12 times that, and a sixteenth of it.
        Definition("[lbf_av].[in_i]", .torque, "lbf·in", 1_129_848_290_276_167, per: 10_000_000_000_000),
        Definition("[lbf_av].[ft_i]", .torque, "lbf·ft", 13_558_179_483_314_004, per: 10_000_000_000_000),
        Definition("[ozf_av].[in_i]", .torque, "ozf·in", 1_129_848_290_276_167, per: 160_000_000_000_000),
        // 9.80665 N (BIPM SI brochure, standard acceleration of free fall).
        Definition("kgf.m", .torque, "kgf·m", 980_665, per: 100),
        Definition("kgf.cm", .torque, "kgf·cm", 980_665, per: 10_000),
        Definition("kgf.mm", .torque, "kgf·mm", 980_665, per: 100_000),
        Definition("gf.cm", .torque, "gf·cm", 980_665, per: 10_000_000),
        Definition("N", .force, "N", 1_000),
        Definition("mN", .force, "mN"),
        Definition("deg", .angle, "°"),
        Definition("um", .length, "µm"),
        Definition("mm", .length, "mm", 1_000),
        Definition("Cel", .temperature, "°C"),
        Definition("K", .temperature, "K", offset: ExactDecimal(-27_315, e: -2)),
        Definition("us", .time, "µs"),
        Definition("ms", .time, "ms", 1_000),
        Definition("s", .time, "s", 1_000_000),
        Definition("min", .time, "min", 60_000_000),
        Definition("Hz", .frequency, "Hz", 1_000),
        Definition("{stroke}/min", .frequency, "strokes/min", 1_000, per: 60),
        Definition("{rev}/min", .frequency, "rpm", 1_000, per: 60),
        Definition("mOhm", .resistance, "mΩ"),
        Definition("Ohm", .resistance, "Ω", 1_000),
        Definition("kOhm", .resistance, "kΩ", 1_000_000),
        Definition("mV", .voltage, "mV"),
        Definition("V", .voltage, "V", 1_000),
        Definition("mA", .current, "mA"),
        Definition("A", .current, "A", 1_000),
        Definition("1", .dimensionless, ""),
        Definition("%", .dimensionless, "%", 1, per: 100),
    ]
}
