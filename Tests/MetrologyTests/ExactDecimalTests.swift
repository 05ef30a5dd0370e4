import Judging
import Metrology
import Testing

struct ExactDecimalTests {
    @Test(arguments: [
        ("126.8", "126.8"), ("-0.050", "-0.050"), ("+7", "7"), (".5", "0.5"), ("5.", "5"),
        ("1e-05", "0.00001"),
        ("12E3", "12000"), ("1.20e+2", "120"), ("0.00", "0.00"), ("-0", "0"), ("000123", "123"),
        ("99999999999999999", "99999999999999999"), ("1e6", "1000000"), ("0.000000000001", "0.000000000001"),
    ])
    func textIsReadWithItsZeros(text: String, description: String) {
        #expect(ExactDecimal(text)?.description == description)
    }

    @Test(arguments: [
        "", "-", ".", "e5", "1e", "1e+", "1.2.3", "--1", "1,5", " 1", "1 ", "0x10", "١", "nan", "inf", "1e7",
        "0.0000000000001", "100000000000000000", "1e99999999999999999999", "1e9223372036854775807",
        "0.1e-9223372036854775808", "1e1000", "1e2e3", "½", "1\u{301}",
    ])
    func otherTextIsRefused(text: String) {
        #expect(ExactDecimal(text) == nil)
    }

    @Test func floatsBecomeTheShortestDecimalThatReadsBack() {
        // 0x42FD999A is the float that a PLC sends for 126.8.
        #expect(ExactDecimal(shortest: Float(bitPattern: 0x42FD_999A))?.description == "126.8")
        #expect(ExactDecimal(shortest: Float(5))?.description == "5")
        #expect(ExactDecimal(shortest: Float(1e-5))?.description == "0.00001")
        #expect(ExactDecimal(shortest: Float(16_777_216))?.description == "16777216")
        #expect(ExactDecimal(shortest: Float.leastNonzeroMagnitude) == 0)
        #expect(ExactDecimal(shortest: 123_456.789_012_345_67)?.description == "123456.78901234567")
    }

    /// The standard library's own shortest text is the judge of the quicker way for floats of everyday size.
    @Test func floatsAreReadAsTheirShortestText() throws {
        let seed = SeededRandom.seed()
        var state = seed
        for round in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let bits = UInt32(truncatingIfNeeded: state >> 33)
            // Half of them are what a meter shows: a few digits, up to six decimals.
            let shown = Float(Int64(bits % 2_000_000) - 1_000_000)
            let divisor: [Float] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]
            let any = Float(bitPattern: bits << 1)
            let value = round.isMultiple(of: 2) ? shown / divisor[round / 2 % 7] : any
            guard value.isFinite, (0.001..<16_777_216).contains(value.magnitude) else { continue }
            let text = value.description.hasSuffix(".0") ? String(value.description.dropLast(2)) : "\(value)"
            #expect(ExactDecimal(shortest: value)?.description == text, "seed \(seed), round \(round)")
        }
    }

    @Test func doublesOfManyDecimalsKeepTwelve() {
        #expect(ExactDecimal(shortest: Double.pi)?.description == "3.141592653590")
        #expect(ExactDecimal(shortest: 0.1 + 0.2)?.description == "0.300000000000")
        #expect(ExactDecimal(shortest: Double.leastNonzeroMagnitude) == 0)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity, 1e17, -1e300, .greatestFiniteMagnitude])
    func doublesThatAreNoBoundedNumberAreRefused(value: Double) {
        #expect(ExactDecimal(shortest: value) == nil)
    }

    @Test func anyFloatIsReadOrRefused() {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let float = Float(bitPattern: UInt32.random(in: .min ... .max, using: &numbers))
            let double = Double(bitPattern: numbers.next())
            if let decimal = ExactDecimal(shortest: float), abs(float) > 1e-3 {
                #expect(Float(decimal.description) == float, "seed \(seed)")
            } else {
                #expect(!(1e-3...1e15).contains(abs(float)), "seed \(seed): \(float)")
            }
            #expect(ExactDecimal(shortest: double)?.isBounded != false, "seed \(seed): \(double)")
        }
    }

    /// ASTM E29 section 6.4: the digit before a lone 5 is left even.
    @Test(arguments: [
        ("2.45", -1, "2.4"), ("2.55", -1, "2.6"), ("-2.45", -1, "-2.4"), ("2.4501", -1, "2.5"),
        ("0.5", 0, "0"), ("1.5", 0, "2"), ("15", 1, "20"), ("25", 1, "20"), ("7", -2, "7.00"),
        ("-0.4", 0, "0"),
        ("99999999999999999", 6, "100000000000000000"), ("1e6", -12, "1000000.000000000000"),
    ])
    func roundingToAPlaceLeavesHalvesEven(text: String, place: Int, rounded: String) throws {
        #expect(try #require(ExactDecimal(text)).rounded(toPlace: place).description == rounded)
    }

    @Test(arguments: [
        ("0.12", "0.05", "0.10"), ("0.125", "0.05", "0.10"), ("0.175", "0.05", "0.20"),
        ("-0.13", "0.05", "-0.15"),
        ("7", "2.5", "7.5"), ("126.84", "0.1", "126.8"),
    ])
    func roundingToAResolutionGivesItsMultiple(text: String, step: String, rounded: String) throws {
        let (value, step) = (try #require(ExactDecimal(text)), try #require(ExactDecimal(step)))
        #expect(value.rounded(toMultipleOf: step).description == rounded)
    }

    @Test func equalNumbersHashAlikeWhateverTheirZeros() throws {
        let numbers: Set<ExactDecimal> = [ExactDecimal(50, e: -1), ExactDecimal(5), ExactDecimal(500, e: -2)]
        #expect(numbers.count == 1)
        #expect(Set([ExactDecimal(0, e: -3), ExactDecimal(0, e: 6)]).count == 1)
    }

    @Test func comparingNeverOverflows() {
        let huge = [
            ExactDecimal(.max), ExactDecimal(.min), ExactDecimal(.max, e: 40), ExactDecimal(.min, e: 40),
        ]
        let tiny = [ExactDecimal(1, e: -60), ExactDecimal(-1, e: -60), ExactDecimal(0, e: -60), 0]
        for number in tiny {
            #expect(huge[0] > number && huge[1] < number && huge[2] > huge[0] && huge[3] < huge[1])
        }
        #expect(ExactDecimal(0, e: 400) == ExactDecimal(0, e: -400))
    }

    @Test(arguments: [
        ("1234", "0.1", "0", "123.4"), ("-40", "1.8", "32", "-40.0"),
        // A double times a factor: decimals beyond the twelfth are rounded, the reading is not lost.
        ("0.123456789012", "0.001", "0", "0.000123456789"),
        ("123456.78901234567", "0.3785411784", "0", "46733.478394213502"),
        ("1e-12", "0.1", "0", "0.000000000000"), ("99999999999999999", "0.1", "0", "9999999999999999.9"),
    ])
    func scalingIsExactAsFarAsDecimalsGo(value: String, factor: String, summand: String, scaled: String)
        throws
    {
        let numbers = try [value, factor, summand].map { try #require(ExactDecimal($0)) }
        #expect(numbers[0].scaled(by: numbers[1], plus: numbers[2])?.description == scaled)
    }

    @Test func scalingBeyondSeventeenDigitsIsRefused() throws {
        #expect(try #require(ExactDecimal("99999999999999999")).scaled(by: 10, plus: 1) == nil)
        #expect(try #require(ExactDecimal("123456e6")).scaled(by: ExactDecimal(999_999, e: 6)) == nil)
    }

    @Test func scalingAnyBoundedNumbersGivesABoundedOne() {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<5_000 {
            let (value, factor, summand) = (numbers.bounded(), numbers.bounded(), numbers.bounded())
            let scaled = value.scaled(by: factor, plus: summand)
            #expect(scaled?.isBounded != false, "seed \(seed): \(value) × \(factor) + \(summand)")
        }
    }
}
