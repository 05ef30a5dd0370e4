import Delivery
import Judging
import Testing

struct RetryPolicyTests {
    @Test func pausesDoubleUpToTheCeilingAndStayInTheirUpperHalf() {
        let policy = RetryPolicy(first: 1_000, longest: 60_000, mostAmbiguous: 3)
        let seed = SeededRandom.seed()
        var generator = SeededRandom(seed: seed)
        for (failures, full) in [(1, 1_000), (2, 2_000), (3, 4_000), (6, 32_000), (7, 60_000), (90, 60_000)] {
            for _ in 1...100 {
                let pause = policy.pause(afterFailures: failures, using: &generator)
                #expect((Int64(full / 2)...Int64(full)).contains(pause), "seed \(seed)")
            }
        }
    }

    @Test func noNumberOfFailuresOverflows() {
        var generator = SeededRandom(seed: 1)
        let policy = RetryPolicy(first: .max, longest: .max, mostAmbiguous: 1)
        #expect(policy.pause(afterFailures: .max, using: &generator) >= Int64.max / 2)
        #expect(policy.pause(afterFailures: .min, using: &generator) >= Int64.max / 2)
    }
}
