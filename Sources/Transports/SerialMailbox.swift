internal import Linux

/// Orders on their way to a serial line's thread, from any other.
final class SerialMailbox: Sendable {
    private struct Contents {
        var orders: [LineOrder] = []
        var isClosed = false
    }

    private let contents = Guarded(Contents())
    let signal: WakeSignal

    init() throws(SystemCallError) { signal = try WakeSignal() }

    /// Whether the order will be read; after `close` none is.
    func post(_ order: LineOrder) -> Bool {
        let isOpen = contents.withLock { contents in
            guard !contents.isClosed else { return false }
            contents.orders.append(order)
            return true
        }
        if isOpen { signal.raise() }
        return isOpen
    }

    /// All orders that have come, oldest first.
    func takeAll() -> [LineOrder] {
        signal.lower()
        return contents.withLock { contents in
            let orders = contents.orders
            contents.orders = []
            return orders
        }
    }

    /// Takes no more orders, and gives back those that have come.
    func close() -> [LineOrder] {
        contents.withLock { contents in
            contents.isClosed = true
            let orders = contents.orders
            contents.orders = []
            return orders
        }
    }
}
