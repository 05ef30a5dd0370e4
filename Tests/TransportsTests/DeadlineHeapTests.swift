import Judging
import Testing

@testable import Transports

@Suite struct DeadlineHeapTests {
    @Test func theEarliestDeadlineIsAlwaysOnTop() {
        let seed = SeededRandom.seed()
        var generator = SplitMix64(seed: seed)
        var heap = DeadlineHeap()
        var model: [Int: Int64] = [:]
        for _ in 0..<20_000 {
            let number = Int.random(in: 0..<64, using: &generator)
            let time = Bool.random(using: &generator) ? Int64.random(in: 0..<1_000, using: &generator) : nil
            heap.set(number, to: time)
            model[number] = time
            #expect(heap.earliest?.time == model.values.min(), "seed \(seed)")
            if let top = heap.earliest { #expect(model[top.number] == top.time, "seed \(seed)") }
        }
        #expect(heap.isEmpty == model.isEmpty)
    }
}
