package import Codecs
internal import Linux

/// Sends events to every open page, and keeps what a page needs that opens or returns later.
///
/// Each event has an id `epoch-number` (both hexadecimal); the epoch differs between two runs of the daemon,
/// so that an id of an earlier run is never taken for one of this. A client that names an id of this run gets
/// the latest event of each key that had one since; any other gets that of every key.
package final class EventHub: Sendable {
    /// How much the hub holds; what goes beyond shows in `Tally`.
    package struct Bounds: Sendable {
        /// Keys whose latest event is kept; there is one a station.
        package var keys = 64
        package var subscribers = 512
        package var subscription = EventSubscription.Bound()

        package init() {}
    }

    /// What the hub has done since it was made, for the metrics.
    package struct Tally: Sendable, Equatable {
        package var published: UInt64 = 0
        package var subscribers = 0
        /// Clients dropped because they read too slowly.
        package var dropped: UInt64 = 0
        /// Clients refused because the hub was full.
        package var refused: UInt64 = 0
        /// Events sent but not kept for later clients because there were too many keys.
        package var unkept: UInt64 = 0
    }

    private struct Event {
        let number: UInt64
        let content: Content

        /// `id` is that of the event in this run.
        func frame(id: String) -> [UInt8] { Array("id: \(id)\n".utf8) + content.bytes }
    }

    /// What an event says, put into bytes when the first client gets it: most of the time nobody looks.
    private final class Content: Sendable {
        private enum Form {
            case value(@Sendable () -> JSONValue)
            case bytes([UInt8])
        }
        private let event: String
        private let form: Guarded<Form>

        init(_ event: String, _ value: @escaping @Sendable () -> JSONValue) {
            (self.event, form) = (event, Guarded(.value(value)))
        }

        var bytes: [UInt8] {
            form.withLock { form in
                switch form {
                case .bytes(let bytes): return bytes
                case .value(let value):
                    let data = CanonicalJSON.bytes(value())
                    let bytes = Array("event: \(event)\ndata: ".utf8) + data + Array("\n\n".utf8)
                    form = .bytes(bytes)
                    return bytes
                }
            }
        }
    }

    private struct State {
        var tally = Tally()
        var latest: [String: Event] = [:]
        var subscriptions: [UInt64: EventSubscription] = [:]
        var subscribed: UInt64 = 0
        var isClosed = false
    }

    /// How often `run` sends a sign of life; the page says OFFLINE after three are missing.
    package static let beatSeconds = 3

    /// A comment for whatever stands between, and an event because scripts do not see comments. It has no id:
    /// nobody resumes from it.
    private static let beatFrame = Array(": beat\nevent: beat\ndata: {}\n\n".utf8)
    /// A stream's first frame: after how many milliseconds a page that lost its connection dials again, and
    /// whether it gets what it missed or everything anew and must forget what it has.
    private static func opening(isResumed: Bool) -> [UInt8] {
        Array("retry: 1000\nevent: hello\ndata: {\"resumed\":\(isResumed)}\n\n".utf8)
    }

    private let epoch: UInt64
    private let bounds: Bounds
    private let state = Guarded(State())

    /// `epoch` is any number that differs between two runs, such as the time of the start.
    package init(epoch: UInt64, bounds: Bounds = Bounds()) {
        self.epoch = epoch
        self.bounds = bounds
    }

    package var tally: Tally {
        state.withLock { state in
            var tally = state.tally
            tally.subscribers = state.subscriptions.count
            return tally
        }
    }

    /// Sends `value` as the event called `event` to every client; never waits for one. It is asked for when a
    /// client is there, perhaps later, and perhaps never.
    ///
    /// With a `key` (a station's id) the event stands for that station's present state: a client that comes
    /// later gets it first. Without one it is momentary. `event` is one word of the source.
    package func publish(
        event: String, key: String? = nil, _ value: @autoclosure @escaping @Sendable () -> JSONValue
    ) {
        let content = Content(event, value)
        // Whoever publishes at the same time must not wait for this to be put into bytes.
        if state.withLock({ !$0.subscriptions.isEmpty }) { _ = content.bytes }
        state.withLock { state in
            guard !state.isClosed else { return }
            state.tally.published += 1
            let event = Event(number: state.tally.published, content: content)
            if let key { keep(event, for: key, in: &state) }
            if !state.subscriptions.isEmpty { send(event.frame(id: id(event.number)), in: &state) }
        }
    }

    /// Sends a sign of life to every client.
    package func beat() {
        state.withLock { send(Self.beatFrame, in: &$0) }
    }

    /// Sends a sign of life every `beatSeconds` until the task is cancelled, then closes the hub.
    package func run() async {
        while !Task.isCancelled {
            do { try await Task.sleep(for: .seconds(Self.beatSeconds)) } catch { break }
            beat()
        }
        close()
    }

    /// Ends every stream and takes no new client.
    package func close() {
        state.withLock { state in
            state.isClosed = true
            for subscription in state.subscriptions.values { subscription.end() }
            state.subscriptions = [:]
        }
    }

    /// A new client's queue, beginning with what it missed since `lastEventID`, or with the present state of
    /// every station. Nil where the hub is closed or full. `wake` as `EventSubscription` says.
    package func subscribe(
        after lastEventID: String?, wake: @escaping @Sendable () -> Void
    ) -> EventSubscription? {
        for event in state.withLock({ Array($0.latest.values) }) { _ = event.content.bytes }
        return state.withLock { state in
            guard !state.isClosed, state.subscriptions.count < bounds.subscribers else {
                state.tally.refused += 1
                return nil
            }
            state.subscribed += 1
            let subscription = EventSubscription(
                number: state.subscribed, bound: bounds.subscription, wake: wake)
            let last = lastEventID.flatMap(number(of:)).flatMap { $0 <= state.tally.published ? $0 : nil }
            var opening = Self.opening(isResumed: last != nil)
            let present = state.latest.values.filter { $0.number > last ?? 0 }
            for event in present.sorted(by: { $0.number < $1.number }) {
                opening += event.frame(id: id(event.number))
            }
            guard subscription.append(opening) else {
                state.tally.dropped += 1
                return nil
            }
            state.subscriptions[subscription.number] = subscription
            return subscription
        }
    }

    /// Forgets a client that is gone.
    package func unsubscribe(_ subscription: EventSubscription) {
        subscription.end()
        state.withLock { state in
            state.subscriptions[subscription.number] = nil
        }
    }

    private func id(_ number: UInt64) -> String {
        String(epoch, radix: 16) + "-" + String(number, radix: 16)
    }

    private func keep(_ event: Event, for key: String, in state: inout State) {
        if state.latest[key] != nil || state.latest.count < bounds.keys {
            state.latest[key] = event
        } else {
            state.tally.unkept += 1
        }
    }

    private func send(_ frame: [UInt8], in state: inout State) {
        for (number, subscription) in state.subscriptions where !subscription.append(frame) {
            state.subscriptions[number] = nil
            state.tally.dropped += 1
        }
    }

    /// The number within an id of this run; nil for any other text.
    private func number(of id: String) -> UInt64? {
        let parts = id.split(separator: "-", maxSplits: 1)
        guard parts.count == 2, UInt64(parts[0], radix: 16) == epoch else { return nil }
        return UInt64(parts[1], radix: 16)
    }
}
