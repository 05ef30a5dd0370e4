import Judging
import Metrology
import Testing

struct ToleranceTests {
    private func tolerance(_ lsl: String?, _ usl: String?, _ rule: ComparisonRule = .absolute) -> Tolerance {
        Tolerance(
            nominal: nil, lsl: lsl.flatMap { ExactDecimal($0) }, usl: usl.flatMap { ExactDecimal($0) },
            rule: rule)
    }

    @Test(arguments: [
        ("122", Verdict.pass), ("132", .pass), ("132.0", .pass), ("126.8", .pass), ("121.9", .fail),
        ("132.000000000001", .fail),
    ])
    func limitsBelongToTheTolerance(value: String, verdict: Verdict) throws {
        #expect(tolerance("122", "132").verdict(for: try #require(ExactDecimal(value))) == verdict)
    }

    /// ASTM E29: by the rounding method 132.5 rounds to 132, the even neighbour, and 132.51 to 133.
    @Test(arguments: [
        ("132.4", Verdict.pass), ("132.5", .pass), ("132.51", .fail), ("121.5", .pass), ("121.4", .fail),
    ])
    func theRoundingMethodRoundsToTheLimitsLastPlace(value: String, verdict: Verdict) throws {
        #expect(tolerance("122", "132", .rounded).verdict(for: try #require(ExactDecimal(value))) == verdict)
    }

    @Test func aSumThatBinaryFloatsMissIsExact() throws {
        let sum = try #require(ExactDecimal("0.1")) + (try #require(ExactDecimal("0.2")))
        #expect(tolerance(nil, "0.3").verdict(for: sum) == .pass)
    }

    @Test func oneLimitIsEnoughAndNoneDecidesNothing() {
        #expect(tolerance(nil, "5").verdict(for: -1_000) == .pass)
        #expect(tolerance("5", nil).verdict(for: 4) == .fail)
        #expect(tolerance(nil, nil).verdict(for: 4) == .indeterminate)
    }

    @Test func judgingAnyBoundedValueNeverTraps() {
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        for _ in 0..<3_000 {
            let (value, lsl, usl) = (numbers.bounded(), numbers.bounded(), numbers.bounded())
            for rule in [ComparisonRule.absolute, .rounded] {
                let verdict = Tolerance(nominal: nil, lsl: lsl, usl: usl, rule: rule).verdict(for: value)
                if rule == .absolute {
                    #expect((verdict == .pass) == (lsl <= value && value <= usl), "seed \(seed)")
                }
            }
        }
    }

    @Test func anUnknownNeverBecomesAPass() {
        #expect(Verdict.combined([]) == .indeterminate)
        #expect(Verdict.combined([.pass, .pass]) == .pass)
        #expect(Verdict.combined([.pass, .indeterminate, .pass]) == .indeterminate)
        #expect(Verdict.combined([.indeterminate, .fail, .pass]) == .fail)
    }

    @Test func aRecordTakesTheLeastLiveOfItsSamples() {
        #expect([Provenance.live, .simulated, .replayed].min() == .simulated)
        #expect([Provenance.live, .replayed].min() == .replayed)
    }
}
