/// Lets lines dial one after another, so that a thousand that were lost together do not all dial at once.
///
/// First come, first served; a line stands in it once. Times are nanoseconds of the monotonic clock.
struct DialQueue: Sendable {
    /// At most 500 dials a second in all: switches and gateways take that, and drop a storm of thousands.
    static let pause: Int64 = 1_000_000_000 / 500

    /// A few thousand at most, and 500 leave it a second: to move them up costs nothing.
    private var waiting: [Int] = []
    private var notBefore = Int64.min

    /// When `next` has somebody to let through; nil where nobody waits.
    var wakeAt: Int64? { waiting.isEmpty ? nil : notBefore }

    mutating func ask(_ line: Int) { waiting.append(line) }

    /// The line that may dial now; nil where none waits, or none may yet.
    mutating func next(at now: Int64) -> Int? {
        guard !waiting.isEmpty, now >= notBefore else { return nil }
        notBefore = now + Self.pause
        return waiting.removeFirst()
    }
}
