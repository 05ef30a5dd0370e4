internal import CBaselines
internal import Linux

/// What one engine's thread allocates inside and outside of deliveries.
///
/// A delivery runs on the engine's thread, and allocations are counted by thread: what was allocated between
/// two deliveries is the engine's own, dialing and first storage excepted, which the warm-up leaves out.
final class EngineAllocations: Sendable {
    struct Count: Sendable {
        var engine: UInt64 = 0
        var delivery: UInt64 = 0
        var polls = 0
        fileprivate var all = 0
        fileprivate var counter: UInt64 = 0
    }

    /// Deliveries after which storage has found its size.
    private static let warmUp = 5_000
    private let count = Guarded(Count())

    var afterWarmUp: Count { count.withLock { $0 } }

    /// Runs a delivery of so many polls; 0 for one that is not counted, as of an engine that ends.
    func deliver(_ polls: Int, _ body: () -> Void) {
        let before = plumbline_baseline_allocations()
        body()
        let after = plumbline_baseline_allocations()
        count.withLock { count in
            count.all += 1
            if count.all > Self.warmUp, polls > 0 {
                count.engine += before - count.counter
                count.delivery += after - before
                count.polls += polls
            }
            count.counter = plumbline_baseline_allocations()
        }
    }
}
