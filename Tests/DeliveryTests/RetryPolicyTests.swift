import Delivery
import Testing

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed gives the same draws.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

struct RetryPolicyTests {
    @Test func pausesDoubleUpToTheCeilingAndStayInTheirUpperHalf() {
        let policy = RetryPolicy(first: 1_000, longest: 60_000, mostAmbiguous: 3)
        let seed = UInt64.random(in: 0 ... .max)
        var generator = SeededGenerator(state: seed)
        for (failures, full) in [(1, 1_000), (2, 2_000), (3, 4_000), (6, 32_000), (7, 60_000), (90, 60_000)] {
            for _ in 1...100 {
                let pause = policy.pause(afterFailures: failures, using: &generator)
                #expect((Int64(full / 2)...Int64(full)).contains(pause), "seed \(seed)")
            }
        }
    }

    @Test func noNumberOfFailuresOverflows() {
        var generator = SeededGenerator(state: 1)
        let policy = RetryPolicy(first: .max, longest: .max, mostAmbiguous: 1)
        #expect(policy.pause(afterFailures: .max, using: &generator) >= Int64.max / 2)
        #expect(policy.pause(afterFailures: .min, using: &generator) >= Int64.max / 2)
    }
}
