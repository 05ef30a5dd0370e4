/// A decimal number held exactly: `coefficient × 10^exponent`.
///
/// Trailing zeros are kept (`"5.0"` stays `5.0`), because they say to what resolution a value was read.
/// Every number that comes from outside has at most 17 digits and an exponent within −12…6 (`isBounded`):
/// more than any gauge resolves, and little enough that comparing and converting never overflow 128 bits.
package struct ExactDecimal: Sendable {
    /// All digits of the number, with its sign.
    package let coefficient: Int128
    /// Power of ten that the coefficient is multiplied by.
    package let exponent: Int

    /// Digits that a number read from outside may have: those of a 64-bit float.
    package static let mostDigits = 17
    /// Exponents that a number read from outside may have.
    package static let exponents = -12...6

    /// Whether this number is one that may come from outside.
    package var isBounded: Bool {
        coefficient.magnitude < UInt128(Self.power(Self.mostDigits)) && Self.exponents.contains(exponent)
    }

    package init(_ coefficient: Int128, e exponent: Int = 0) {
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// The number that `text` writes: sign, digits, at most one point, optional exponent (`-12.50`, `1e-05`).
    ///
    /// Nil where it writes none, or one of more than `mostDigits` digits or beyond `exponents`.
    package init?(_ text: some StringProtocol) {
        var digits: Int128 = 0
        var count = 0
        var fraction = 0
        var afterPoint = false
        var rest = Substring(text)
        let negative = rest.hasPrefix("-")
        if negative || rest.hasPrefix("+") { rest.removeFirst() }
        var sawDigit = false
        while let character = rest.first, character != "e", character != "E" {
            rest.removeFirst()
            if character == "." {
                guard !afterPoint else { return nil }
                afterPoint = true
                continue
            }
            guard character.isASCII, let digit = character.wholeNumberValue else { return nil }
            sawDigit = true
            digits = digits * 10 + Int128(digit)
            if digits != 0 { count += 1 }
            if afterPoint { fraction += 1 }
            guard count <= Self.mostDigits, fraction <= 2 * Self.mostDigits else { return nil }
        }
        guard sawDigit else { return nil }
        var exponent = -fraction
        if !rest.isEmpty {
            guard let power = Int(rest.dropFirst()) else { return nil }
            exponent += power
        }
        guard Self.exponents.contains(exponent) else { return nil }
        self.init(negative ? -digits : digits, e: exponent)
    }

    /// The shortest decimal that reads back as the same 32-bit float, of at most twelve decimals.
    ///
    /// Nil for NaN, infinities and magnitudes beyond `isBounded`.
    package init?(shortest value: Float) { self.init(shortestText: value.description) }

    /// The shortest decimal that reads back as the same 64-bit float, of at most twelve decimals.
    ///
    /// Nil for NaN, infinities and magnitudes beyond `isBounded`.
    package init?(shortest value: Double) { self.init(shortestText: value.description) }

    private init?(shortestText text: String) {
        let parts = text.split(whereSeparator: { $0 == "e" || $0 == "E" })
        guard let digits = parts.first, let power = parts.count > 1 ? Int(parts[1]) : 0,
            let mantissa = ExactDecimal(digits.hasSuffix(".0") ? digits.dropLast(2) : digits)
        else { return nil }
        let exponent = mantissa.exponent + power
        if exponent < Self.exponents.lowerBound {
            let number = ExactDecimal(mantissa.coefficient, e: exponent)
            self = exponent < -37 ? 0 : number.rounded(toPlace: Self.exponents.lowerBound)
        } else {
            guard exponent <= 16 else { return nil }
            self = ExactDecimal(mantissa.coefficient, e: exponent).rounded(toPlace: min(exponent, 0))
        }
        guard isBounded else { return nil }
    }

    /// `self × factor + summand`, as a profile's `scale` and `offset` ask; nil where the result is not bounded.
    ///
    /// Precondition: all three numbers are bounded.
    package func scaled(by factor: ExactDecimal, plus summand: ExactDecimal = 0) -> ExactDecimal? {
        let product = ExactDecimal(coefficient * factor.coefficient, e: exponent + factor.exponent)
        guard product.isBounded else { return nil }
        let sum = product + summand
        return sum.isBounded ? sum : nil
    }

    /// Ten to the power of `exponent`, which must lie within 0…37.
    static func power(_ exponent: Int) -> Int128 {
        precondition((0...37).contains(exponent), "a power of ten beyond 128 bits")
        return (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    /// The coefficient of this number written with the smaller exponent `target`.
    func coefficient(at target: Int) -> Int128 {
        coefficient * Self.power(exponent - target)
    }

    /// This number rounded to a multiple of `10^place`, halves to the even neighbour (ASTM E29 section 6.4).
    ///
    /// A number that is coarser already comes back with zeros added, so its text always has that place.
    package func rounded(toPlace place: Int) -> ExactDecimal {
        guard place > exponent else { return ExactDecimal(coefficient(at: place), e: place) }
        return ExactDecimal(Self.divideHalfEven(coefficient, by: Self.power(min(place - exponent, 37))), e: place)
    }

    /// This number rounded to a multiple of `step` (a resolution such as 0.05), halves to the even multiple.
    ///
    /// Precondition: `step` is positive.
    package func rounded(toMultipleOf step: ExactDecimal) -> ExactDecimal {
        precondition(step.coefficient > 0, "a resolution must be positive")
        let place = min(exponent, step.exponent)
        let multiple = Self.divideHalfEven(coefficient(at: place), by: step.coefficient(at: place))
        return ExactDecimal(multiple * step.coefficient, e: step.exponent)
    }

    /// `dividend ÷ divisor` as a whole number, halves to even. Precondition: `divisor` is positive.
    static func divideHalfEven(_ dividend: Int128, by divisor: Int128) -> Int128 {
        let (quotient, remainder) = dividend.quotientAndRemainder(dividingBy: divisor)
        let twice = remainder.magnitude * 2
        let away: Int128 = dividend < 0 ? -1 : 1
        if twice > divisor.magnitude || (twice == divisor.magnitude && !quotient.isMultiple(of: 2)) {
            return quotient + away
        }
        return quotient
    }
}

extension ExactDecimal: Comparable, Hashable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let place = min(left.exponent, right.exponent)
        return left.coefficient(at: place) == right.coefficient(at: place)
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let place = min(left.exponent, right.exponent)
        return left.coefficient(at: place) < right.coefficient(at: place)
    }

    /// Numbers that are equal hash alike, whatever zeros they were written with.
    package func hash(into hasher: inout Hasher) {
        var (digits, power) = (coefficient, exponent)
        while digits != 0, digits.isMultiple(of: 10) {
            digits /= 10
            power += 1
        }
        hasher.combine(digits)
        hasher.combine(digits == 0 ? 0 : power)
    }
}

extension ExactDecimal {
    package static func + (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        let place = min(left.exponent, right.exponent)
        return ExactDecimal(left.coefficient(at: place) + right.coefficient(at: place), e: place)
    }

    package static func - (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        left + ExactDecimal(-right.coefficient, e: right.exponent)
    }

    package static func * (left: ExactDecimal, right: ExactDecimal) -> ExactDecimal {
        ExactDecimal(left.coefficient * right.coefficient, e: left.exponent + right.exponent)
    }
}

extension ExactDecimal: CustomStringConvertible, ExpressibleByIntegerLiteral {
    package init(integerLiteral value: Int64) { self.init(Int128(value)) }

    /// Plain notation without exponent: `-0.050`, `1800`.
    package var description: String {
        guard exponent < 0 else { return String(coefficient(at: 0)) }
        let digits = String(coefficient.magnitude)
        let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: exponent)
        return (coefficient < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
    }
}
