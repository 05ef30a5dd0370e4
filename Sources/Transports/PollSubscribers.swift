/// Who gets what a line's polls bring.
struct PollSubscribers {
    private struct Subscriber {
        let group: Int
        let deliver: @Sendable ([ModbusExchange]) -> Void
    }

    private var subscribers: [Subscriber] = []

    mutating func add(group: Int, deliver: @escaping @Sendable ([ModbusExchange]) -> Void) {
        subscribers.append(Subscriber(group: group, deliver: deliver))
    }

    mutating func remove(group: Int) { subscribers.removeAll { $0.group == group } }

    /// Hands over all that was collected, in its order, and empties it; what is for a group that has ended is
    /// dropped.
    func deliver(_ collected: inout ExchangeBatch) {
        defer { collected.removeAll() }
        guard let first = collected.groups.first else { return }
        if collected.groups.allSatisfy({ $0 == first }) {
            hand(collected.exchanges, to: first)
            return
        }
        for (group, exchange) in zip(collected.groups, collected.exchanges) { hand([exchange], to: group) }
    }

    private func hand(_ exchanges: [ModbusExchange], to group: Int) {
        guard let index = subscribers.firstIndex(where: { $0.group == group }) else { return }
        subscribers[index].deliver(exchanges)
    }
}

/// What polls have brought and nobody was told yet, in its order.
///
/// It belongs to a thread and not to a line: what a thousand lines use in turn stays at hand, and its storage
/// is kept.
struct ExchangeBatch {
    fileprivate var groups: [Int] = []
    fileprivate var exchanges: [ModbusExchange] = []

    mutating func collect(_ exchange: ModbusExchange, for group: Int) {
        groups.append(group)
        exchanges.append(exchange)
    }

    fileprivate mutating func removeAll() {
        groups.removeAll(keepingCapacity: true)
        exchanges.removeAll(keepingCapacity: true)
    }
}
