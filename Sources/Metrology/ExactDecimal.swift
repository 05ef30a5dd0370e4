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
    /// Ten to the power of `mostDigits`.
    private static let tooMany: UInt128 = 100_000_000_000_000_000
    /// Exponents that a number read from outside may have.
    package static let exponents = -12...6

    /// Whether this number is one that may come from outside.
    package var isBounded: Bool {
        coefficient.magnitude < Self.tooMany && Self.exponents.contains(exponent)
    }

    package init(_ coefficient: Int128, e exponent: Int = 0) {
        self.coefficient = coefficient
        self.exponent = exponent
    }

    /// The number that `text` writes: sign, digits, at most one point, optional exponent (`-12.50`, `1e-05`).
    ///
    /// Nil where it writes none, or one of more than `mostDigits` digits or beyond `exponents`.
    package init?(_ text: some StringProtocol) {
        self.init(anyExponent: text)
        guard Self.exponents.contains(exponent) else { return nil }
    }

    /// The number that `text` writes, whatever its exponent.
    private init?(anyExponent text: some StringProtocol) {
        let parts = text.split(
            maxSplits: 1, omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
        // No number that a float or a gauge writes has an exponent of more than three digits.
        guard let mantissa = parts.first, let power = parts.count == 1 ? 0 : Int(parts[1]),
            (-999...999).contains(power)
        else { return nil }
        var rest = Substring(mantissa)
        let negative = rest.hasPrefix("-")
        if negative || rest.hasPrefix("+") { rest.removeFirst() }
        var (digits, significant, fraction) = (Int128(0), 0, 0)
        var (sawDigit, afterPoint) = (false, false)
        for character in rest {
            if character == ".", !afterPoint {
                afterPoint = true
                continue
            }
            guard character.isASCII, let digit = character.wholeNumberValue else { return nil }
            sawDigit = true
            digits = digits * 10 + Int128(digit)
            if digits != 0 { significant += 1 }
            if afterPoint { fraction += 1 }
            guard significant <= Self.mostDigits, fraction <= 2 * Self.mostDigits else { return nil }
        }
        guard sawDigit else { return nil }
        self.init(negative ? -digits : digits, e: power - fraction)
    }

    /// The shortest decimal that reads back as the same 16-bit float, rounded to twelve decimals.
    ///
    /// Nil for NaN and infinities.
    package init?(shortest value: Float16) { self.init(shortestText: value.description) }

    /// The shortest decimal that reads back as the same 32-bit float, rounded to twelve decimals.
    ///
    /// Nil for NaN, infinities and magnitudes beyond `isBounded`.
    package init?(shortest value: Float) {
        if let everyday = ExactDecimal(everyday: value) {
            self = everyday
        } else {
            self.init(shortestText: value.description)
        }
    }

    /// A float of everyday size by the fewest decimals that read back as it; nil where it has another size or
    /// needs more than seven.
    ///
    /// 24 bits times 10⁷, which is less than 2²⁴, are exact in a 64-bit float, so only the division rounds.
    private init?(everyday value: Float) {
        let magnitude = Double(value.magnitude)
        guard magnitude >= 0.001, magnitude < 16_777_216 else { return nil }
        var power = 1.0
        for places in 0...7 {
            let scaled = magnitude * power
            var digits = Int64(scaled + 0.5)
            // Halves go to the even neighbour.
            if digits & 1 == 1, Double(digits) - scaled == 0.5 { digits -= 1 }
            // What is further away than a float's last place cannot read back as it: no need to divide.
            if abs(scaled - Double(digits)) <= scaled * 0x1p-23,
                Float(Double(digits) / power) == value.magnitude
            {
                self.init(Int128(value < 0 ? -digits : digits), e: -places)
                return
            }
            power *= 10
        }
        return nil
    }

    /// The shortest decimal that reads back as the same 64-bit float, rounded to twelve decimals.
    ///
    /// Nil for NaN, infinities and magnitudes beyond `isBounded`.
    package init?(shortest value: Double) { self.init(shortestText: value.description) }

    private init?(shortestText text: String) {
        var text = text
        guard let number = text.withUTF8({ ExactDecimal(shortestText: $0) }), number.exponent <= 16 else {
            return nil
        }
        let place = max(min(number.exponent, 0), Self.exponents.lowerBound)
        self = place == number.exponent ? number : number.rounded(toPlace: place)
        guard isBounded else { return nil }
    }

    /// What the standard library writes for a float: `-12.5`, `5.0`, `1e-05`, `nan`.
    ///
    /// Floats are most of what is decoded, so their texts are read as bytes.
    private init?(shortestText bytes: UnsafeBufferPointer<UInt8>) {
        var (digits, significant, fraction, power) = (UInt64(0), 0, 0, 0)
        var (isNegative, isAfterPoint) = (false, false)
        reading: for (index, byte) in bytes.enumerated() {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                digits = digits * 10 + UInt64(byte - UInt8(ascii: "0"))
                if digits != 0 { significant += 1 }
                if isAfterPoint { fraction += 1 }
                guard significant <= Self.mostDigits, fraction <= 2 * Self.mostDigits else { return nil }
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isAfterPoint = true
            case UInt8(ascii: "e"):
                guard let exponent = Int(String(decoding: bytes[(index + 1)...], as: UTF8.self)) else {
                    return nil
                }
                power = exponent
                break reading
            default: return nil
            }
        }
        // A float writes `5.0` for five; it says nothing of a resolution.
        if fraction == 1, power == 0, digits.isMultiple(of: 10) { (digits, fraction) = (digits / 10, 0) }
        self.init(isNegative ? -Int128(digits) : Int128(digits), e: power - fraction)
    }

    /// `self × factor + summand`, as a profile's `scale` and `offset` ask.
    ///
    /// Exact as far as twelve decimals and 17 digits go; decimals beyond them are rounded, halves to even,
    /// because a 64-bit float's last digits times a factor of many digits are no reason to lose the reading.
    /// Nil where the whole part alone has more digits. Precondition: all three numbers are bounded.
    package func scaled(by factor: ExactDecimal, plus summand: ExactDecimal = 0) -> ExactDecimal? {
        // Most floats come as they are meant: times 1 plus 0 changes nothing.
        if factor.coefficient == 1, factor.exponent == 0, summand.coefficient == 0,
            summand.exponent >= exponent, isBounded
        {
            return self
        }
        let product = ExactDecimal(coefficient * factor.coefficient, e: exponent + factor.exponent)
        guard let product = product.fitted, let sum = (product + summand).fitted else { return nil }
        return sum
    }

    /// The same number, with zeros added or taken off where only that makes it bounded.
    ///
    /// Nil where nothing does.
    var bounded: ExactDecimal? {
        if isBounded { return self }
        var (digits, power) = (coefficient, exponent)
        if digits == 0 { power = min(max(power, Self.exponents.lowerBound), Self.exponents.upperBound) }
        while digits != 0, power < Self.exponents.upperBound, !ExactDecimal(digits, e: power).isBounded,
            digits.isMultiple(of: 10)
        {
            (digits, power) = (digits / 10, power + 1)
        }
        while digits.magnitude < UInt128(Self.power(Self.mostDigits)), digits != 0,
            power > Self.exponents.upperBound
        {
            (digits, power) = (digits * 10, power - 1)
        }
        let number = ExactDecimal(digits, e: power)
        return number.isBounded ? number : nil
    }

    /// The bounded number next to this one, of as many decimals as fit.
    ///
    /// Nil where the whole part does not fit.
    private var fitted: ExactDecimal? {
        if let bounded { return bounded }
        let digits = String(coefficient.magnitude).count
        let place = max(Self.exponents.lowerBound, exponent + digits - Self.mostDigits)
        guard place <= 0, place > exponent else { return nil }
        // Rounding 99…9 up may add a digit, which leaves a zero to take off.
        return rounded(toPlace: place).bounded
    }

    /// Ten to the power of `exponent`, which must lie within 0…37.
    static func power(_ exponent: Int) -> Int128 {
        precondition((0...37).contains(exponent), "a power of ten beyond 128 bits")
        return powers[exponent]
    }

    private static let powers: [Int128] = (0...37).map { exponent in
        (0..<exponent).reduce(Int128(1)) { power, _ in power * 10 }
    }

    /// The coefficient of this number written with the smaller exponent `target`.
    ///
    /// Precondition: 128 bits hold it, as they do for bounded numbers.
    func coefficient(at target: Int) -> Int128 {
        coefficient * Self.power(exponent - target)
    }

    /// This number rounded to a multiple of `10^place`, halves to the even neighbour (ASTM E29 section 6.4).
    ///
    /// A number that is coarser already comes back with zeros added, so its text always has that place.
    package func rounded(toPlace place: Int) -> ExactDecimal {
        guard place > exponent else { return ExactDecimal(coefficient(at: place), e: place) }
        let divisor = Self.power(min(place - exponent, 37))
        return ExactDecimal(Self.divideHalfEven(coefficient, by: divisor), e: place)
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
        let missing = divisor.magnitude - remainder.magnitude
        let away: Int128 = dividend < 0 ? -1 : 1
        if remainder.magnitude > missing || (remainder.magnitude == missing && !quotient.isMultiple(of: 2)) {
            return quotient + away
        }
        return quotient
    }
}

extension ExactDecimal: Comparable, Hashable {
    package static func == (left: ExactDecimal, right: ExactDecimal) -> Bool {
        !(left < right) && !(right < left)
    }

    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        let gap = left.exponent - right.exponent
        if gap == 0 { return left.coefficient < right.coefficient }
        guard gap > 0 else {
            // Where 128 bits do not hold the coarser number, it is the larger in magnitude.
            guard let coarse = right.coefficient(timesTenTo: -gap) else { return right.coefficient > 0 }
            return left.coefficient < coarse
        }
        guard let coarse = left.coefficient(timesTenTo: gap) else { return left.coefficient < 0 }
        return coarse < right.coefficient
    }

    private func coefficient(timesTenTo power: Int) -> Int128? {
        if coefficient == 0 { return 0 }
        return power <= 37 ? coefficient.times(Self.power(power)) : nil
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

/// Sums and products of bounded numbers are exact; they may not be bounded themselves.
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
        guard exponent < 0 else {
            return String(coefficient) + String(repeating: "0", count: coefficient == 0 ? 0 : exponent)
        }
        let digits = String(coefficient.magnitude)
        let padded = String(repeating: "0", count: max(0, 1 - exponent - digits.count)) + digits
        let point = padded.index(padded.endIndex, offsetBy: exponent)
        return (coefficient < 0 ? "-" : "") + padded[..<point] + "." + padded[point...]
    }
}
