internal import Glibc
internal import Linux
package import Metrology

/// A device on a tty or a TCP connection that no other shares: one thread owns the stream, closes it at the
/// first error and takes it back when it returns.
package final class ByteLine<User: ByteLineUser>: Sendable {
    private struct Shared {
        var orders: [User.Order] = []
        var isStopping = false
        var status = LinkStatus()
        var shown: User.Shown
    }

    private let address: LinkAddress
    private let time: any TimeSource
    private let handler: @Sendable (User.Event) -> Void
    private let first: User
    private let wake: WakeSignal
    private let shared: Guarded<Shared>

    /// Orders that may wait for the thread: a station has three under way at most.
    private var orderLimit: Int { 256 }
    /// Reads before orders have their turn though more has come, 256 KiB: more than a device has to say that
    /// does not flood its line.
    private var mostReads: Int { 64 }
    /// What a user may take for its last words. Whoever stops the gateway waits for it.
    private var longestFarewell: Int64 { 1_500_000_000 }
    /// Pauses before a stream that is gone is tried again, doubled from the first to the last.
    private var shortestPause: Int64 { 125_000_000 }
    private var longestPause: Int64 { 2_000_000_000 }

    /// A line to `address` whose course `user` decides.
    ///
    /// `handler` is called in order, from the line's thread: it must be quick. Throws `TransportError` where
    /// the process has no descriptor left.
    package init(
        _ address: LinkAddress, user: User, time: any TimeSource,
        handler: @escaping @Sendable (User.Event) -> Void
    ) throws(TransportError) {
        (self.address, first, self.time, self.handler) = (address, user, time, handler)
        shared = Guarded(Shared(shown: user.shown))
        do throws(SystemCallError) { wake = try WakeSignal() } catch {
            throw TransportError(address.lineName, "\(error)", remedy: "raise the limit of open files")
        }
    }

    package var name: String { address.lineName }
    package var status: LinkStatus { shared.withLock { $0.status } }
    /// What the user shows; never older than the events that were told.
    package var shown: User.Shown { shared.withLock { $0.shown } }

    /// Hands an order to the thread; false where too many wait or the line has stopped.
    package func post(_ order: User.Order) -> Bool {
        let isTaken = shared.withLock { shared in
            guard !shared.isStopping, shared.orders.count < orderLimit else { return false }
            shared.orders.append(order)
            return true
        }
        if isTaken { wake.raise() }
        return isTaken
    }

    /// Serves the line until the task is cancelled, then closes it. Run it once.
    ///
    /// Throws `TransportError` where no thread can be had.
    package func run() async throws(TransportError) {
        do throws(SystemCallError) {
            try await SystemThread.run(name: "line \(name)", stop: { self.stop() }, { self.work() })
        } catch {
            throw TransportError(name, "\(error)", remedy: "raise the limit of threads for this user")
        }
    }

    private func stop() {
        shared.withLock { $0.isStopping = true }
        wake.raise()
    }

    // MARK: the line's thread

    private var isStopping: Bool { shared.withLock { $0.isStopping } }

    private func work() {
        var user = first
        var pause = shortestPause
        var door: DialInPort?
        while !isStopping {
            note(.connecting) { $0.dials += 1 }
            do throws(TransportError) {
                let port = try open(&door)
                note(.up) { _ in }
                if serve(port, door, &user) { pause = shortestPause }
                door?.close()
            } catch {
                note(.down) { $0.lastError = error.description }
                _ = take(.failed(error), &user)
            }
            rest(until: time.now().monotonicNanoseconds + pause, door, &user)
            pause = min(pause * 2, longestPause)
        }
        // Whoever waits for an answer has it before this ends.
        for order in takeOrders() { _ = take(.order(order), &user) }
        _ = take(.closing, &user)
        note(.stopped) { _ in }
    }

    /// Dials the device, or takes the call of one that dials itself.
    private func open(_ door: inout DialInPort?) throws(TransportError) -> BytePort {
        guard case .dialIn(let place) = address else {
            return try BytePort(address, isStopping: { self.isStopping })
        }
        if let door { return try door.open() }
        let port = try DialInPort(place, name: name)
        door = port
        return try port.open()
    }

    private func note(_ state: LinkStatus.State, _ change: (inout LinkStatus) -> Void) {
        shared.withLock { shared in
            shared.status.state = state
            change(&shared.status)
        }
    }

    /// Serves an open stream until it is gone, its user has done with it or the line is stopped; whether
    /// something useful came on it.
    private func serve(_ port: borrowing BytePort, _ door: DialInPort?, _ user: inout User) -> Bool {
        var hasSpoken = false
        var end: String?
        do throws(SystemCallError) {
            end = try pass(.opened, &user, port)
            while end == nil, !isStopping {
                _ = wait(until: user.wakeAt, orReadable: port.number, door?.number)
                end = try turn(&user, port, &hasSpoken)
                if let text = door?.answer(at: time.now().monotonicNanoseconds) {
                    end = try pass(.turnedAway(text), &user, port) ?? end
                }
                if door?.hasNext == true { end = end ?? "the device dialled in anew" }
            }
            if end == nil { try farewell(&user, port) }
        } catch {
            note(.down) { $0.lastError = error.description }
            _ = take(.lost(error.reason), &user)
        }
        guard let end else { return hasSpoken }
        note(.down) { $0.lastError = end }
        _ = take(.lost(end), &user)
        // Whoever is let go for what it says is not dialled again at once.
        return false
    }

    /// Lets the user take what has come, what was ordered and what is due; why it has done with the stream,
    /// if it has.
    private func turn(
        _ user: inout User, _ port: borrowing BytePort, _ hasSpoken: inout Bool
    ) throws(SystemCallError) -> String? {
        // Before any order, all of it: what has come by now is older than the order.
        for _ in 0..<mostReads {
            let bytes = try port.read()
            guard !bytes.isEmpty else { break }
            hasSpoken = true
            if let end = try pass(.bytes(bytes), &user, port) { return end }
        }
        var end: String?
        for order in takeOrders() { end = try pass(.order(order), &user, port) ?? end }
        if isDue(user) { end = try pass(.wake, &user, port) ?? end }
        return end
    }

    /// Lets the user say its last words, within a bound.
    private func farewell(_ user: inout User, _ port: borrowing BytePort) throws(SystemCallError) {
        let last = time.now().monotonicNanoseconds + longestFarewell
        var (isOver, hasSpoken) = (try pass(.closing, &user, port) != nil, false)
        while !isOver, time.now().monotonicNanoseconds < last {
            _ = wait(until: min(last, user.wakeAt ?? last), orReadable: port.number)
            isOver = try turn(&user, port, &hasSpoken) != nil
        }
    }

    /// Lets the user take `input` and sends what it has to say; why it has done with the stream, if it has.
    private func pass(
        _ input: ByteLineInput<User.Order>, _ user: inout User, _ port: borrowing BytePort
    ) throws(SystemCallError) -> String? {
        let output = take(input, &user)
        try send(output.send, to: port)
        return output.hangUp
    }

    /// Lets `instant` come while nothing is open, or the device that dials in; what is ordered meanwhile is
    /// answered without it.
    private func rest(until instant: Int64, _ door: DialInPort?, _ user: inout User) {
        while !isStopping, time.now().monotonicNanoseconds < instant, door?.hasNext != true {
            if wait(until: min(instant, user.wakeAt ?? instant), orReadable: door?.number),
                let text = door?.answer(at: time.now().monotonicNanoseconds)
            {
                _ = take(.turnedAway(text), &user)
            }
            for order in takeOrders() { _ = take(.order(order), &user) }
            if isDue(user) { _ = take(.wake, &user) }
        }
    }

    private func isDue(_ user: User) -> Bool {
        user.wakeAt.map { $0 <= time.now().monotonicNanoseconds } ?? false
    }

    private func takeOrders() -> [User.Order] {
        wake.lower()
        return shared.withLock { shared in
            defer { shared.orders = [] }
            return shared.orders
        }
    }

    /// Lets the user take `input` and tells what there is to tell; what is left to do.
    private func take(
        _ input: ByteLineInput<User.Order>, _ user: inout User
    ) -> ByteLineOutput<User.Event> {
        let output = user.take(input, at: time.now())
        let shown = user.shown
        shared.withLock { $0.shown = shown }
        for event in output.events { handler(event) }
        return output
    }

    private func send(_ bytes: [UInt8], to port: borrowing BytePort) throws(SystemCallError) {
        guard !bytes.isEmpty else { return }
        shared.withLock { $0.status.requests += 1 }
        try port.send(bytes)
    }

    /// Waits until `instant`, until something is ordered, or until one of `numbers` is readable, and whether
    /// one is.
    private func wait(until instant: Int64?, orReadable numbers: Int32?...) -> Bool {
        var entries = ([wake.number] + numbers.compactMap(\.self))
            .map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        // Rounded up, so that the instant has come when the wait is over.
        let milliseconds = instant.map {
            Int32(clamping: (max(0, $0 - time.now().monotonicNanoseconds) + 999_999) / 1_000_000)
        }
        poll(&entries, nfds_t(entries.count), milliseconds ?? -1)
        return entries.dropFirst().contains { $0.revents != 0 }
    }
}
