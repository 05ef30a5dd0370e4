import Linux

/// A queue into one task that holds at most so many elements.
///
/// What does not fit is counted, never lost unseen.
package final class BoundedInbox<Element: Sendable>: Sendable {
    package let elements: AsyncStream<Element>
    private let input: AsyncStream<Element>.Continuation
    private let dropped: Guarded<Int>
    package let name: String

    package init(limit: Int, name: String) {
        self.name = name
        (elements, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
        dropped = Guarded(0)
    }

    /// Queues `element`; false where the queue is full or its reader has ended.
    @discardableResult
    package func put(_ element: Element) -> Bool {
        switch input.yield(element) {
        case .enqueued: return true
        default:
            dropped.withLock { $0 += 1 }
            return false
        }
    }

    /// How many elements did not fit.
    package var droppedCount: Int { dropped.withLock { $0 } }

    /// Ends `elements` once what waits was read.
    package func finish() { input.finish() }
}
