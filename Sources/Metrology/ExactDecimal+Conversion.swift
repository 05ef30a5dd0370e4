/// Why a value could not be expressed in another unit.
package enum ConversionError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The units measure different kinds of quantity.
    case kinds(UnitOfMeasure, UnitOfMeasure)
    /// The result has no finite decimal expansion, and no resolution was given to round it to.
    case endless(UnitOfMeasure, UnitOfMeasure)
    /// The result, as exact or as finely resolved as it was asked for, is no bounded `ExactDecimal`.
    case tooLarge(UnitOfMeasure, UnitOfMeasure)

    package var description: String {
        switch self {
        case .kinds(let from, let to):
            "\(from.code) is a \(from.kind.rawValue), \(to.code) a \(to.kind.rawValue): they do not convert"
        case .endless(let from, let to):
            "\(from.code) in \(to.code) never ends as a decimal: give the characteristic a resolution"
        case .tooLarge(let from, let to):
            "\(from.code) in \(to.code) has more than \(ExactDecimal.mostDigits) digits: "
                + "give a coarser resolution, or another unit"
        }
    }
}

extension ExactDecimal {
    /// This value of unit `from` expressed in `to`: exactly, or rounded once to a multiple of `resolution`.
    ///
    /// Throws `ConversionError.kinds` across quantity kinds, `.endless` where the result is no finite decimal
    /// and there is no resolution, and `.tooLarge` where the result is not bounded. It never traps, and what
    /// it returns is bounded. Precondition: `resolution` is positive.
    package func converted(
        from: UnitOfMeasure, to: UnitOfMeasure, resolution: ExactDecimal? = nil
    ) throws(ConversionError) -> ExactDecimal {
        guard from.kind == to.kind else { throw .kinds(from, to) }
        guard let fraction = fraction(from: from, to: to) else { throw .tooLarge(from, to) }
        do throws(DecimalFraction.Outcome) {
            guard let resolution else { return try fraction.exact().kept() }
            return try fraction.rounded(toMultipleOf: resolution).kept()
        } catch {
            switch error {
            case .endless: throw .endless(from, to)
            case .tooLarge: throw .tooLarge(from, to)
            }
        }
    }

    private func kept() throws(DecimalFraction.Outcome) -> ExactDecimal {
        guard let bounded else { throw .tooLarge }
        return bounded
    }

    /// `(self × from.numerator ÷ from.denominator + from.offset − to.offset)`
    /// `× to.denominator ÷ to.numerator`.
    private func fraction(from: UnitOfMeasure, to: UnitOfMeasure) -> DecimalFraction? {
        guard from != to else {
            return DecimalFraction(numerator: coefficient, denominator: 1, exponent: exponent)
        }
        let shift = (from.offset - to.offset) * ExactDecimal(from.denominator * to.denominator)
        // Reduced, because pounds-force have sixteen digits on either side; units with an offset have none.
        let common =
            shift.coefficient == 0
            ? Int128(
                DecimalFraction.greatestCommonDivisor(
                    (from.numerator * to.denominator).magnitude, (from.denominator * to.numerator).magnitude))
            : 1
        let denominator = from.denominator * to.numerator / common
        guard let scaled = coefficient.times(from.numerator * to.denominator / common) else { return nil }
        guard shift.coefficient != 0 else {
            return DecimalFraction(numerator: scaled, denominator: denominator, exponent: exponent)
        }
        let place = min(exponent, shift.exponent)
        guard exponent - place <= 37, shift.exponent - place <= 37,
            let left = scaled.times(Self.power(exponent - place)),
            let right = shift.coefficient.times(Self.power(shift.exponent - place))
        else { return nil }
        let (sum, overflows) = left.addingReportingOverflow(right)
        return overflows ? nil : DecimalFraction(numerator: sum, denominator: denominator, exponent: place)
    }
}
