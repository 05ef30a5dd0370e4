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
    /// UCUM code, case sensitive: `mm3/{stroke}`.
    package let code: String
    package let kind: QuantityKind
    let numerator: Int128
    let denominator: Int128
    /// Added after scaling; only temperatures have one.
    let offset: ExactDecimal
    /// What people read: `mm³/stroke`.
    package let symbol: String

    private init(
        _ code: String, _ kind: QuantityKind, _ symbol: String, _ numerator: Int128 = 1,
        per denominator: Int128 = 1, offset: ExactDecimal = 0
    ) {
        self.code = code
        self.kind = kind
        self.numerator = numerator
        self.denominator = denominator
        self.offset = offset
        self.symbol = symbol
    }

    /// The unit with UCUM code `code`; nil for one that is not in the table.
    package init?(_ code: some StringProtocol) {
        guard let unit = Self.table.first(where: { $0.code == code }) else { return nil }
        self = unit
    }

    /// Every unit that profiles and plans may name.
    ///
    /// Reference units: mm3/{stroke}, mm3, mm3/min, g, g/min, kg/m3, Pa, mN.m, mN, deg, um, Cel, us, mHz,
    /// mOhm, mV, mA and 1.
    package static let table: [UnitOfMeasure] = [
        UnitOfMeasure("mm3/{stroke}", .volumePerStroke, "mm³/stroke"),
        UnitOfMeasure("cm3/(1000.{stroke})", .volumePerStroke, "cm³/1000 strokes"),
        UnitOfMeasure("mm3", .volume, "mm³"),
        UnitOfMeasure("cm3", .volume, "cm³", 1_000),
        UnitOfMeasure("mL", .volume, "mL", 1_000),
        UnitOfMeasure("L", .volume, "L", 1_000_000),
        UnitOfMeasure("m3", .volume, "m³", 1_000_000_000),
        // 231 cubic inches of 25.4 mm.
        UnitOfMeasure("[gal_us]", .volume, "gal (US)", 3_785_411_784, per: 1_000),
        UnitOfMeasure("mm3/s", .volumeFlow, "mm³/s", 60),
        UnitOfMeasure("mm3/min", .volumeFlow, "mm³/min"),
        UnitOfMeasure("mL/min", .volumeFlow, "mL/min", 1_000),
        UnitOfMeasure("mL/s", .volumeFlow, "mL/s", 60_000),
        UnitOfMeasure("cm3/min", .volumeFlow, "cm³/min", 1_000),
        UnitOfMeasure("L/h", .volumeFlow, "L/h", 1_000_000, per: 60),
        UnitOfMeasure("L/min", .volumeFlow, "L/min", 1_000_000),
        UnitOfMeasure("L/s", .volumeFlow, "L/s", 60_000_000),
        UnitOfMeasure("m3/min", .volumeFlow, "m³/min", 1_000_000_000),
        UnitOfMeasure("m3/s", .volumeFlow, "m³/s", 60_000_000_000),
        UnitOfMeasure("m3/h", .volumeFlow, "m³/h", 1_000_000_000, per: 60),
        UnitOfMeasure("mg", .mass, "mg", 1, per: 1_000),
        UnitOfMeasure("g", .mass, "g"),
        UnitOfMeasure("kg", .mass, "kg", 1_000),
        UnitOfMeasure("t", .mass, "t", 1_000_000),
        UnitOfMeasure("g/s", .massFlow, "g/s", 60),
        UnitOfMeasure("g/min", .massFlow, "g/min"),
        UnitOfMeasure("kg/s", .massFlow, "kg/s", 60_000),
        UnitOfMeasure("kg/min", .massFlow, "kg/min", 1_000),
        UnitOfMeasure("t/h", .massFlow, "t/h", 1_000_000, per: 60),
        UnitOfMeasure("kg/h", .massFlow, "kg/h", 1_000, per: 60),
        UnitOfMeasure("kg/m3", .density, "kg/m³"),
        UnitOfMeasure("g/cm3", .density, "g/cm³", 1_000),
        UnitOfMeasure("Pa", .pressure, "Pa"),
        UnitOfMeasure("kPa", .pressure, "kPa", 1_000),
        UnitOfMeasure("mbar", .pressure, "mbar", 100),
        UnitOfMeasure("bar", .pressure, "bar", 100_000),
        UnitOfMeasure("MPa", .pressure, "MPa", 1_000_000),
        // 0.45359237 kg × 9.80665 m/s² over (25.4 mm)².
        UnitOfMeasure("[psi]", .pressure, "psi", 44_482_216_152_605, per: 6_451_600_000),
        UnitOfMeasure("N.m", .torque, "N·m", 1_000),
        UnitOfMeasure("cN.m", .torque, "cN·m", 10),
        UnitOfMeasure("mN.m", .torque, "mN·m"),
        UnitOfMeasure("N", .force, "N", 1_000),
        UnitOfMeasure("mN", .force, "mN"),
        UnitOfMeasure("deg", .angle, "°"),
        UnitOfMeasure("um", .length, "µm"),
        UnitOfMeasure("mm", .length, "mm", 1_000),
        UnitOfMeasure("Cel", .temperature, "°C"),
        UnitOfMeasure("K", .temperature, "K", offset: ExactDecimal(-27_315, e: -2)),
        UnitOfMeasure("us", .time, "µs"),
        UnitOfMeasure("ms", .time, "ms", 1_000),
        UnitOfMeasure("s", .time, "s", 1_000_000),
        UnitOfMeasure("min", .time, "min", 60_000_000),
        UnitOfMeasure("Hz", .frequency, "Hz", 1_000),
        UnitOfMeasure("{stroke}/min", .frequency, "strokes/min", 1_000, per: 60),
        UnitOfMeasure("{rev}/min", .frequency, "rpm", 1_000, per: 60),
        UnitOfMeasure("mOhm", .resistance, "mΩ"),
        UnitOfMeasure("Ohm", .resistance, "Ω", 1_000),
        UnitOfMeasure("kOhm", .resistance, "kΩ", 1_000_000),
        UnitOfMeasure("mV", .voltage, "mV"),
        UnitOfMeasure("V", .voltage, "V", 1_000),
        UnitOfMeasure("mA", .current, "mA"),
        UnitOfMeasure("A", .current, "A", 1_000),
        UnitOfMeasure("1", .dimensionless, ""),
        UnitOfMeasure("%", .dimensionless, "%", 1, per: 100),
    ]
}
