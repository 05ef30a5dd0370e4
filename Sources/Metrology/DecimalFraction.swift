/// `numerator ÷ denominator × 10^exponent`: a conversion's exact result, not yet written as a decimal.
struct DecimalFraction {
    let numerator: Int128
    /// Positive.
    let denominator: Int128
    let exponent: Int

    /// Why a fraction is no decimal that can be kept.
    enum Outcome: Error {
        /// It never ends as a decimal.
        case endless
        /// It needs more digits than 128 bits hold.
        case tooLarge
    }

    /// The decimal that equals this fraction.
    func exact() throws(Outcome) -> ExactDecimal {
        let common = Int128(Self.greatestCommonDivisor(numerator.magnitude, denominator.magnitude))
        var (rest, twos, fives) = (denominator / common, 0, 0)
        while rest.isMultiple(of: 2) { (rest, twos) = (rest / 2, twos + 1) }
        while rest.isMultiple(of: 5) { (rest, fives) = (rest / 5, fives + 1) }
        guard rest == 1 else { throw .endless }
        // Over 10^places the denominator is one; the factor that it lacks goes to the numerator.
        let places = max(twos, fives)
        var digits = numerator / common
        for factor in [(Int128(2), places - twos), (Int128(5), places - fives)] {
            for _ in 0..<factor.1 {
                guard let product = digits.times(factor.0) else { throw .tooLarge }
                digits = product
            }
        }
        return ExactDecimal(digits, e: exponent - places)
    }

    /// The multiple of `step` next to this fraction, halves to the even multiple; rounded only once.
    ///
    /// Precondition: `step` is positive.
    func rounded(toMultipleOf step: ExactDecimal) throws(Outcome) -> ExactDecimal {
        precondition(step.coefficient > 0, "a resolution must be positive")
        guard let divisor = denominator.times(step.coefficient),
            let count = Self.count(numerator.magnitude, divisor.magnitude, shift: exponent - step.exponent),
            let multiple = Int128(exactly: count), let digits = multiple.times(step.coefficient)
        else { throw .tooLarge }
        return ExactDecimal(numerator < 0 ? -digits : digits, e: step.exponent)
    }

    /// `dividend × 10^shift ÷ divisor` as a whole number, halves to even; nil where 128 bits do not hold it.
    private static func count(_ dividend: UInt128, _ divisor: UInt128, shift: Int) -> UInt128? {
        guard (-37...37).contains(shift) else { return nil }
        let power = UInt128(ExactDecimal.power(abs(shift)))
        if shift >= 0 {
            let product = dividend.multipliedFullWidth(by: power)
            guard product.high < divisor else { return nil }
            let (quotient, remainder) = divisor.dividingFullWidth(product)
            return rounded(quotient, remainder, divisor)
        }
        let (product, overflows) = divisor.multipliedReportingOverflow(by: power)
        // The divisor is beyond 2^128 and the dividend within 2^127: less than a half.
        guard !overflows else { return 0 }
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: product)
        return rounded(quotient, remainder, product)
    }

    private static func rounded(_ quotient: UInt128, _ remainder: UInt128, _ divisor: UInt128) -> UInt128? {
        let missing = divisor - remainder
        let goesUp = remainder > missing || (remainder == missing && !quotient.isMultiple(of: 2))
        let (sum, overflows) = quotient.addingReportingOverflow(goesUp ? 1 : 0)
        return overflows ? nil : sum
    }

    static func greatestCommonDivisor(_ left: UInt128, _ right: UInt128) -> UInt128 {
        var (a, b) = (left, right)
        while b != 0 { (a, b) = (b, a % b) }
        return max(a, 1)
    }
}

extension Int128 {
    /// The product, or nil where 128 bits do not hold it.
    func times(_ factor: Int128) -> Int128? {
        let (product, overflows) = multipliedReportingOverflow(by: factor)
        return overflows ? nil : product
    }
}
