import Glibc
import Judging
import Testing

@testable import Metrology

struct ConversionTests {
    private func unit(_ code: String) throws -> UnitOfMeasure { try #require(UnitOfMeasure(code)) }

    /// Exact by definition: 1 gal (US) = 3.785411784 L, 1 psi = 6894.757293… Pa (NIST SP 811, appendix B.8).
    @Test(arguments: [
        ("902.70", "[gal_us]", "L", nil, "3417.0912174168"), ("250", "cN.m", "N.m", nil, "2.5"),
        ("25", "Cel", "K", nil, "298.15"), ("0", "K", "Cel", nil, "-273.15"),
        ("12", "L/h", "mL/min", nil, "200"),
        ("10", "L/h", "mL/min", "0.01", "166.67"), ("1450", "[psi]", "bar", "0.1", "100.0"),
        ("1", "[psi]", "Pa", "0.000001", "6894.757293"),
        ("126.8", "mm3/{stroke}", "cm3/(1000.{stroke})", nil, "126.8"),
        ("180.0", "MPa", "bar", nil, "1800"), ("50", "%", "1", nil, "0.5"),
        ("1350", "{stroke}/min", "Hz", nil, "22.5"),
        // SP 811: 1 lbf·in = 0.112984829… N·m, 1 lbf·ft = 1.355817948… N·m, 1 kgf·m = 9.80665 N·m.
        ("10.80", "[lbf_av].[in_i]", "N.m", "0.000001", "1.220236"),
        ("1", "[lbf_av].[ft_i]", "N.m", "0.000000001", "1.355817948"),
        ("12", "[lbf_av].[in_i]", "[lbf_av].[ft_i]", nil, "1"), ("1", "kgf.m", "N.m", nil, "9.80665"),
        ("5.0", "MPa", "MPa", nil, "5.0"), ("5", "MPa", "MPa", "0.01", "5.00"),
        ("2.5", "Cel", "Cel", "1", "2"),
    ])
    func knownConversions(value: String, from: String, to: String, resolution: String?, expected: String)
        throws
    {
        let step = try resolution.map { try #require(ExactDecimal($0)) }
        let converted = try #require(ExactDecimal(value)).converted(
            from: try unit(from), to: try unit(to), resolution: step)
        #expect(converted == ExactDecimal(expected))
        if resolution != nil { #expect(converted.description == expected) }
    }

    @Test func everyValueStaysItselfOnTheWayThereAndBack() throws {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        for (from, to) in Self.pairs {
            let value = ExactDecimal(Int128(Int.random(in: -9_999...9_999, using: &numbers)), e: -2)
            guard let there = try? value.converted(from: from, to: to) else { continue }
            #expect(
                try there.converted(from: to, to: from) == value,
                "seed \(seed): \(value) \(from.code) \(to.code)")
        }
    }

    @Test func kindsDoNotConvertEvenWhereDimensionsAgree() throws {
        let (stroke, volume) = (try unit("mm3/{stroke}"), try unit("mm3"))
        #expect(throws: ConversionError.kinds(stroke, volume)) {
            try ExactDecimal(1).converted(from: stroke, to: volume)
        }
    }

    @Test func whatNeverEndsNeedsAResolution() throws {
        let (from, to) = (try unit("L/h"), try unit("mL/min"))
        #expect(throws: ConversionError.endless(from, to)) {
            try ExactDecimal(10).converted(from: from, to: to)
        }
    }

    @Test func whatHasTooManyDigitsIsSaidToHave() throws {
        let (from, to) = (try unit("m3"), try unit("mm3"))
        let value = try #require(ExactDecimal("12345678901234567e6"))
        #expect(throws: ConversionError.tooLarge(from, to)) { try value.converted(from: from, to: to) }
        #expect(throws: ConversionError.tooLarge(to, from)) {
            try #require(ExactDecimal("0.00001")).converted(from: to, to: from)
        }
    }

    @Test func halvesGoToTheEvenMultipleAndAreRoundedOnce() throws {
        let (mm, um) = (try unit("mm"), try unit("um"))
        let step = try #require(ExactDecimal("0.01"))
        #expect(try ExactDecimal(25).converted(from: um, to: mm, resolution: step).description == "0.02")
        #expect(try ExactDecimal(35).converted(from: um, to: mm, resolution: step).description == "0.04")
        #expect(try ExactDecimal(-25).converted(from: um, to: mm, resolution: step).description == "-0.02")
        #expect(
            try ExactDecimal(25_001, e: -3).converted(from: um, to: mm, resolution: step).description
                == "0.03")
    }

    /// The factors leave room: 17 digits times any of them, reduced, stay within 128 bits.
    @Test func factorsAreSmallEnough() {
        let most = ExactDecimal.power(21)
        for (from, to) in Self.pairs where from != to {
            let (up, down) = (from.numerator * to.denominator, from.denominator * to.numerator)
            let common = DecimalFraction.greatestCommonDivisor(up.magnitude, down.magnitude)
            #expect(up / Int128(common) < most && from.denominator > 0)
        }
    }

    @Test func everyCodeStandsOnceInTheTable() {
        #expect(Set(UnitOfMeasure.table.map(\.code)).count == UnitOfMeasure.table.count)
        #expect(Set(UnitOfMeasure.table.map(\.kind)) == Set(QuantityKind.allCases))
    }

    @Test func numbersThatAreNotBoundedNeverTrapEither() throws {
        let wild = [Int128.max, .min, 1, -1, 0].flatMap { digits in
            [-400, -60, -13, 0, 7, 60, 400].map { ExactDecimal(digits, e: $0) }
        }
        for (from, to) in Self.pairs where [.pressure, .temperature].contains(from.kind) {
            for value in wild {
                for step in [nil, ExactDecimal(1, e: -12), ExactDecimal(99_999_999_999_999_999, e: 6)] {
                    let result = try? value.converted(from: from, to: to, resolution: step)
                    #expect(result?.isBounded != false)
                }
            }
        }
    }

    /// Any bounded value, all pairs of units, with and without a resolution, against Python's fractions.
    @Test func fractionsAgree() throws {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        let rounds = getenv("CONVERSION_ROUNDS").flatMap { Int(String(cString: $0)) } ?? 40
        var lines = ""
        for (from, to) in Self.pairs {
            for round in 0..<rounds {
                let (value, step) = (numbers.bounded(), round.isMultiple(of: 3) ? nil : numbers.resolution())
                let outcome = Self.outcome(value, from, to, step)
                let resolution = step.map { "\($0.coefficient)e\($0.exponent)" } ?? "-"
                lines +=
                    "\(value.coefficient)e\(value.exponent) \(from.code) \(to.code) "
                    + "\(resolution) \(outcome)\n"
            }
        }
        let disagreements = try FractionJudge.disagreements(lines)
        #expect(
            disagreements.hasSuffix("judged \(Self.pairs.count * rounds)\n"), "seed \(seed): \(disagreements)"
        )
        #expect(!disagreements.contains("expected"), "seed \(seed): \(disagreements)")
    }

    private static let pairs = UnitOfMeasure.table.flatMap { from in
        UnitOfMeasure.table.filter { $0.kind == from.kind }.map { (from, $0) }
    }

    private static func outcome(
        _ value: ExactDecimal, _ from: UnitOfMeasure, _ to: UnitOfMeasure, _ step: ExactDecimal?
    ) -> String {
        do throws(ConversionError) {
            return try value.converted(from: from, to: to, resolution: step).description
        } catch {
            switch error {
            case .kinds: return "kinds"
            case .endless: return "endless"
            case .tooLarge: return "tooLarge"
            }
        }
    }
}
