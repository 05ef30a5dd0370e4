import Linux

/// A queue into one task that holds at most so many elements.
///
/// What does not fit is counted, never lost unseen. The last places are kept for elements that cannot be
/// asked for again: should even those not suffice, the queue ends, so that its reader can say so.
package final class BoundedInbox<Element: Sendable>: Sendable {
    private struct Count {
        var waiting = 0
        var dropped = 0
        var hasOverflowed = false
        var isFinished = false
    }

    private let stream: AsyncStream<Element>
    private let input: AsyncStream<Element>.Continuation
    private let count = Guarded(Count())
    private let limit: Int
    private let reserve: Int
    package let name: String

    /// Of the `limit` places, the last `reserve` are for elements that cannot be asked for again.
    package init(limit: Int, reserve: Int = 0, name: String) {
        (self.limit, self.reserve, self.name) = (limit, reserve, name)
        (stream, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(limit))
    }

    /// What was put, in order; to be read by one task.
    package var elements: some AsyncSequence<Element, Never> {
        let count = count
        return stream.map { element in
            count.withLock { $0.waiting -= 1 }
            return element
        }
    }

    /// Queues `element`; false where the queue is full or its reader has ended.
    @discardableResult
    package func put(_ element: Element) -> Bool { put(element, places: limit - reserve) }

    /// Queues an element that cannot be asked for again; ends the queue where there is no place left at all.
    package func putSurely(_ element: Element) {
        if put(element, places: limit) { return }
        // Otherwise the reader has ended, as it does when everything stops.
        let isFull = count.withLock { count in
            if count.waiting >= limit { count.hasOverflowed = true }
            return count.hasOverflowed
        }
        if isFull { input.finish() }
    }

    private func put(_ element: Element, places: Int) -> Bool {
        let fits = count.withLock { count in
            guard count.waiting < places else { return false }
            count.waiting += 1
            return true
        }
        if fits, case .enqueued = input.yield(element) { return true }
        count.withLock { count in
            if fits { count.waiting -= 1 }
            count.dropped += 1
        }
        return false
    }

    /// Whether nothing waits to be read.
    package var isEmpty: Bool { count.withLock { $0.waiting == 0 } }

    /// How many elements did not fit.
    package var droppedCount: Int { count.withLock { $0.dropped } }

    /// Whether the queue ended because an element that cannot be asked for again found no place.
    package var hasOverflowed: Bool { count.withLock { $0.hasOverflowed } }

    /// Whether nothing more is taken: what is read from now on waited when the end was told.
    package var isFinished: Bool { count.withLock { $0.isFinished } }

    /// Ends `elements` once what waits was read.
    package func finish() {
        count.withLock { $0.isFinished = true }
        input.finish()
    }
}
