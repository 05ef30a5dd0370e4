internal import Linux
internal import Synchronization

/// Where the traffic of links can be seen by whoever asks while they run.
///
/// Nothing is copied or stamped while nobody looks: a line asks `isWatched` first.
package final class LinkTap: Sendable {
    private let watchers = Guarded<[Int: LinkObserver]>([:])
    private let count = Atomic(0)
    private let numbers = Atomic(0)

    package init() {}

    /// A tap that `observer` watches from the beginning.
    package convenience init(watchedBy observer: @escaping LinkObserver) {
        self.init()
        _ = watch(observer)
    }

    /// Whether anybody looks.
    package var isWatched: Bool { count.load(ordering: .relaxed) > 0 }

    /// Lets `observer` see all traffic from now on; `forget` takes the number that comes back.
    package func watch(_ observer: @escaping LinkObserver) -> Int {
        let number = numbers.add(1, ordering: .relaxed).newValue
        watchers.withLock { watchers in
            watchers[number] = observer
            count.store(watchers.count, ordering: .relaxed)
        }
        return number
    }

    /// Ends a look; its observer is not called any more once this returns.
    package func forget(_ number: Int) {
        watchers.withLock { watchers in
            watchers[number] = nil
            count.store(watchers.count, ordering: .relaxed)
        }
    }

    /// Shows traffic to all who look, on the calling line's thread.
    package func show(_ traffic: LinkTraffic) {
        watchers.withLock { watchers in
            for observer in watchers.values { observer(traffic) }
        }
    }
}
