/// Who gets what a line's polls bring, and what waits to be handed over.
///
/// Batches are handed over once per wake-up; their storage is kept for the next.
struct PollSubscribers {
    private struct Subscriber {
        let group: Int
        let deliver: @Sendable ([ModbusExchange]) -> Void
        var batch: [ModbusExchange] = []
    }

    private var subscribers: [Subscriber] = []

    mutating func add(group: Int, deliver: @escaping @Sendable ([ModbusExchange]) -> Void) {
        subscribers.append(Subscriber(group: group, deliver: deliver))
    }

    mutating func remove(group: Int) { subscribers.removeAll { $0.group == group } }

    /// Keeps an exchange for its group's next batch; one for a group that has ended is dropped.
    mutating func collect(_ exchange: ModbusExchange, for group: Int) {
        guard let index = subscribers.firstIndex(where: { $0.group == group }) else { return }
        subscribers[index].batch.append(exchange)
    }

    /// Hands over all that was collected.
    mutating func deliver() {
        for index in subscribers.indices where !subscribers[index].batch.isEmpty {
            subscribers[index].deliver(subscribers[index].batch)
            subscribers[index].batch.removeAll(keepingCapacity: true)
        }
    }
}
