import Judging
import Metrology

/// Random decimals.
extension SeededRandom {
    /// Any bounded decimal, as likely short as long, and now and then at the very bounds.
    mutating func bounded() -> ExactDecimal {
        let digits = Int.random(in: 0...ExactDecimal.mostDigits, using: &self)
        let most = (0..<digits).reduce(Int64(1)) { power, _ in power * 10 } - 1
        let magnitude =
            Int.random(in: 0..<8, using: &self) == 0 ? most : Int64.random(in: 0...most, using: &self)
        let exponent = Int.random(in: ExactDecimal.exponents, using: &self)
        return ExactDecimal(Int128(Bool.random(using: &self) ? magnitude : -magnitude), e: exponent)
    }

    /// A resolution: any bounded positive decimal, or one such as gauges have.
    mutating func resolution() -> ExactDecimal {
        if Bool.random(using: &self) {
            let step = [1, 2, 5, 10, 25].randomElement(using: &self) ?? 1
            return ExactDecimal(Int128(step), e: Int.random(in: -6...2, using: &self))
        }
        let any = bounded()
        return any > 0 ? any : ExactDecimal(any.coefficient == 0 ? 1 : -any.coefficient, e: any.exponent)
    }
}
