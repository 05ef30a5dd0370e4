import Glibc
import Metrology

/// Random numbers that a seed gives again (SplitMix64, Steele et al. 2014).
struct SeededNumbers: RandomNumberGenerator {
    /// Another one each run, or `SEED` of the environment, to see a failure again.
    static func seed() -> UInt64 {
        getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0..<1 << 32)
    }

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

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
