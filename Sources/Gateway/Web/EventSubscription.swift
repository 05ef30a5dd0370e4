internal import Linux

/// One client's queue of server-sent events: bounded, never waited for.
///
/// The writer's thread takes bytes out with `read`; where there are none it parks the connection, and the
/// next event wakes it. A client that lets the queue reach its bound is dropped: it comes back by itself
/// with the id of the last event it has seen.
package final class EventSubscription: Sendable {
    /// How much may wait for one client.
    package struct Bound: Sendable {
        package var events = 512
        package var bytes = 1_048_576

        package init() {}
    }

    /// How an attempt to read ended.
    package enum Reading: Equatable, Sendable {
        /// So many bytes were copied.
        case bytes(Int)
        /// Nothing waits; the connection has been parked.
        case parked
        /// The stream is over: the hub is closed, or the client was too slow.
        case over
    }

    private struct Queue {
        var chunks: [[UInt8]] = []
        /// Bytes of the first chunk that are already read.
        var offset = 0
        var bytes = 0
        var isParked = false
        var isOver = false
    }

    let number: UInt64
    private let bound: Bound
    private let wake: @Sendable () -> Void
    private let queue = Guarded(Queue())

    /// `wake` is called, with the subscription's lock held, each time a parked client has something to read.
    init(number: UInt64, bound: Bound, wake: @escaping @Sendable () -> Void) {
        self.number = number
        self.bound = bound
        self.wake = wake
    }

    /// Copies what waits into `buffer`, or calls `park` where nothing does. `park` runs under the lock, so
    /// that no event can come between the look and the parking.
    package func read(into buffer: UnsafeMutableRawBufferPointer, park: () -> Void) -> Reading {
        queue.withLock { queue in
            if queue.isOver { return .over }
            let copied = Self.copy(from: &queue, into: buffer)
            guard copied == 0 else { return .bytes(copied) }
            queue.isParked = true
            park()
            return .parked
        }
    }

    /// Puts `chunk` at the end of the queue; false where the client was too slow and is dropped now.
    func append(_ chunk: [UInt8]) -> Bool {
        queue.withLock { queue in
            guard !queue.isOver else { return true }
            guard queue.chunks.count < bound.events, queue.bytes + chunk.count <= bound.bytes else {
                end(&queue)
                return false
            }
            queue.chunks.append(chunk)
            queue.bytes += chunk.count
            unpark(&queue)
            return true
        }
    }

    /// Ends the stream; what still waits is thrown away.
    func end() {
        queue.withLock { end(&$0) }
    }

    private func end(_ queue: inout Queue) {
        queue.isOver = true
        queue.chunks = []
        queue.bytes = 0
        unpark(&queue)
    }

    private func unpark(_ queue: inout Queue) {
        guard queue.isParked else { return }
        queue.isParked = false
        wake()
    }

    private static func copy(from queue: inout Queue, into buffer: UnsafeMutableRawBufferPointer) -> Int {
        var copied = 0
        var finished = 0
        while finished < queue.chunks.count, copied < buffer.count {
            let rest = queue.chunks[finished][queue.offset...].prefix(buffer.count - copied)
            UnsafeMutableRawBufferPointer(rebasing: buffer[copied...]).copyBytes(from: rest)
            copied += rest.count
            queue.offset += rest.count
            guard queue.offset == queue.chunks[finished].count else { break }
            finished += 1
            queue.offset = 0
        }
        queue.chunks.removeFirst(finished)
        queue.bytes -= copied
        return copied
    }
}
