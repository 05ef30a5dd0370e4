package import Codecs

extension TighteningValue {
    /// Degrees, by the specification's table of units (R2.16, table 217).
    private static let degrees = 50

    /// UCUM code of the unit in which a curve's scaled samples are; nil for one that this gateway does not
    /// convert, and where the samples cannot be scaled.
    package static func unit(ofCurve curve: OpenProtocolCurve) -> String? {
        guard curve.scale != .unknown else { return nil }
        if curve.unit == degrees { return "deg" }
        let unit = OpenProtocolTorqueUnit(curve.unit)
        return torqueUnits.first { $0.told == unit }?.code
    }
}
