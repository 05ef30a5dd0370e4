package import Codecs
package import Metrology
internal import Profiles

/// One curve as numbers: what a table and the page show of it.
package struct CurveTrace: Sendable {
    package let kind: ResultCurve.Kind
    /// UCUM code of `values`; nil where the samples have no scale or a unit that is not known: they stand as
    /// they came then.
    package let unit: String?
    package let values: [ExactDecimal]
    /// Seconds since the first sample, as far as the curve tells; as many as `values` or none.
    package let seconds: [ExactDecimal]

    /// MID 0900 as received: the only format with samples.
    private static let format = "open-protocol-0900"
    /// Most decimals of a value whose divisor is no power of ten.
    private static let places = 9

    /// The curve whose bytes `raw` are; nil for a format that holds no samples.
    ///
    /// Throws `OpenProtocolError` where the bytes cannot be read.
    package init?(kind: ResultCurve.Kind, format: String, raw: [UInt8]) throws(OpenProtocolError) {
        guard format == Self.format else { return nil }
        let curve = try OpenProtocolCurve(received: raw)
        self.kind = kind
        unit = TighteningValue.unit(ofCurve: curve)
        values = Self.values(curve, isScaled: unit != nil)
        seconds = Self.seconds(curve)
    }

    private static func values(_ curve: OpenProtocolCurve, isScaled: Bool) -> [ExactDecimal] {
        let plain = { curve.samples.map { ExactDecimal(Int128($0)) } }
        guard isScaled else { return plain() }
        switch curve.scale {
        case .unknown: return plain()
        case .factor(let factor):
            let factor = ExactDecimal(Int128(factor.coefficient), e: factor.exponent)
            return curve.samples.map { ExactDecimal(Int128($0)) * factor }
        case .divisor(let divisor): return curve.samples.map { quotient($0, divisor) }
        }
    }

    /// `sample ÷ divisor`: exact where that is a power of ten, else to nine decimals, halves to even.
    private static func quotient(_ sample: Int16, _ divisor: OpenProtocolDecimal) -> ExactDecimal {
        var (rest, power) = (divisor.coefficient, divisor.exponent)
        while rest.isMultiple(of: 10) { (rest, power) = (rest / 10, power + 1) }
        if rest == 1 { return ExactDecimal(Int128(sample), e: -power) }
        // At most 5 + 9 + 1 + 17 digits: a divisor has 17 at most, all behind its point.
        let dividend = Int128(sample) * Int128(10).power(places + 1 - divisor.exponent)
        let quotient = ExactDecimal(dividend / Int128(divisor.coefficient), e: -places - 1)
        return quotient.rounded(toPlace: -places)
    }

    /// Seconds by the specification's table of units (R2.16, table 217): 200 s, 201 min, 202 ms, 203 h.
    private static let units: [Int: ExactDecimal] = [
        200: 1, 201: 60, 202: ExactDecimal(1, e: -3), 203: 3_600,
    ]

    /// The time of each sample, where every interval between two is known.
    private static func seconds(_ curve: OpenProtocolCurve) -> [ExactDecimal] {
        guard !curve.samples.isEmpty else { return [] }
        var seconds: [ExactDecimal] = [0]
        for range in curve.resolutions {
            guard let interval = range.interval, let unit = units[range.unit], range.first <= seconds.count,
                range.last >= range.first,
                let step = ExactDecimal(Int128(interval.coefficient), e: interval.exponent).scaled(by: unit)
            else { return [] }
            let last = min(range.last, curve.samples.count - 1)
            guard last >= seconds.count else { continue }
            for _ in seconds.count...last {
                guard let next = seconds[seconds.count - 1].scaled(by: 1, plus: step) else { return [] }
                seconds.append(next)
            }
        }
        return seconds.count == curve.samples.count ? seconds : []
    }
}

extension Int128 {
    /// This to the power of `exponent`, which the caller keeps within 0…37.
    fileprivate func power(_ exponent: Int) -> Int128 {
        (0..<exponent).reduce(1) { product, _ in product * self }
    }
}
