internal import Codecs
internal import Linux
internal import Metrology

/// What a serial line's thread does; belongs to that thread.
final class SerialLoop {
    /// What the thread is started with.
    struct Context: Sendable {
        let name: String
        let settings: SerialSettings
        let mailbox: SerialMailbox
        let board: LineStatusBoard
        let time: any TimeSource
        let seed: UInt64
        let tap: LinkTap?
    }

    private static let signalToken: UInt64 = 0
    private static let portToken: UInt64 = 1

    private let context: Context
    private let epoll: Epoll
    private var owner: LineOwner
    private var port: RTUPort?
    private var actions: [LineMachine.Action] = []
    private var batch = ExchangeBatch()
    private var isEnding = false
    private var waitingForEnd: [CheckedContinuation<Void, Never>] = []

    /// Runs until an order says stop, then closes the tty.
    static func run(_ context: Context) {
        var ends: [CheckedContinuation<Void, Never>] = []
        do throws(SystemCallError) {
            ends = try SerialLoop(context).runToEnd()
        } catch {
            // Without epoll nothing can be waited for: the line stands still, and says so.
            var status = context.board.status
            (status.state, status.lastError) = (.stopped, error.description)
            context.board.publish(status)
        }
        for order in context.mailbox.close() { order.refuse(at: context.time.now()) }
        for end in ends { end.resume() }
    }

    private init(_ context: Context) throws(SystemCallError) {
        let epoll = try Epoll(capacity: 2)
        try epoll.watch(context.mailbox.signal.number, token: Self.signalToken)
        self.epoll = epoll
        self.context = context
        let settings = LineMachine.Settings.rtu(characterNanoseconds: context.settings.characterNanoseconds)
        owner = LineOwner(machine: LineMachine(settings: settings, seed: context.seed))
    }

    private func runToEnd() throws(SystemCallError) -> [CheckedContinuation<Void, Never>] {
        while !isEnding {
            for order in context.mailbox.takeAll() { carryOut(order) }
            goOn()
            context.board.publish(owner.machine.status)
            owner.subscribers.deliver(&batch)
            if !isEnding { try wait() }
        }
        port = nil
        return waitingForEnd
    }

    private func carryOut(_ order: LineOrder) {
        guard !isEnding else {
            order.refuse(at: context.time.now())
            return
        }
        if case .stop(let done) = order {
            isEnding = true
            if let done { waitingForEnd.append(done) }
        }
        discardUnread()
        owner.take(order, at: context.time.now(), into: &actions)
        act()
    }

    private func goOn() {
        guard let wakeAt = owner.machine.wakeAt, context.time.now().monotonicNanoseconds >= wakeAt else {
            return
        }
        discardUnread()
        tell(.wake)
    }

    private func wait() throws(SystemCallError) {
        var span: Int64?
        if let wakeAt = owner.machine.wakeAt {
            span = max(wakeAt, 0) - context.time.now().monotonicNanoseconds
        }
        let count = try epoll.wait(nanoseconds: span)
        for index in 0..<count where epoll[index].token == Self.portToken && epoll[index].isHungUp {
            closePort()
            tell(.closed("the tty has gone"))
        }
    }

    /// A request must never find bytes that came before it: they would be taken for its answer.
    private func discardUnread() {
        guard !owner.machine.isWaitingForReply, let noise = port?.discardUnread(), !noise.isEmpty else {
            return
        }
        observe(.received, noise)
        tell(.noise)
    }

    private func tell(_ input: LineMachine.Input) {
        owner.machine.take(input, at: context.time.now(), into: &actions)
        act()
    }

    /// Does what the machine said; what comes of that may add more to do.
    private func act() {
        var index = 0
        while index < actions.count {
            let action = actions[index]
            index += 1
            switch action {
            case .deliver(let exchange, let recipient): owner.pass(exchange, to: recipient, &batch)
            // A serial line is one of few: their dials need no queue.
            case .askToDial: owner.machine.take(.mayDial, at: context.time.now(), into: &actions)
            case .open: owner.machine.take(openPort(), at: context.time.now(), into: &actions)
            case .close: closePort()
            case .send(let transmission): exchange(transmission)
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func openPort() -> LineMachine.Input {
        do throws(TransportError) {
            let opened = try RTUPort(context.settings)
            // What lies in the tty's buffer is older than any request.
            _ = opened.discardUnread()
            do throws(SystemCallError) {
                try epoll.watch(opened.descriptor, token: Self.portToken, readable: false)
            } catch {
                return .openFailed(error.description)
            }
            port = consume opened
            return .opened
        } catch {
            return .openFailed(error.what)
        }
    }

    private func closePort() {
        if let number = port?.descriptor { epoll.forget(number) }
        port = nil
    }

    /// Sends a request and waits until it is answered, given up, or the tty is lost.
    private func exchange(_ transmission: LineMachine.Transmission) {
        observe(.sent, ModbusRTUFrame(unit: transmission.unit, pdu: transmission.pdu).bytes)
        if let fault = port?.send(unit: transmission.unit, pdu: transmission.pdu) {
            closePort()
            owner.machine.take(.closed(fault), at: context.time.now(), into: &actions)
            return
        }
        if context.settings.hasLocalEcho, let fault = takeEcho(transmission) {
            owner.machine.take(fault, at: context.time.now(), into: &actions)
        }
        // The next request may be asked for at once: it leaves behind this one's end.
        while owner.machine.isWaiting(for: transmission) {
            let remaining = transmission.deadline - context.time.now().monotonicNanoseconds
            let reception = remaining > 0 ? receive(remaining, answering: transmission) : .silence
            let now = context.time.now()
            owner.machine.take(input(for: reception), at: now, into: &actions)
        }
    }

    /// Takes our own bytes off the line again; gives what is wrong where others came, or none.
    private func takeEcho(_ transmission: LineMachine.Transmission) -> LineMachine.Input? {
        var echo = EchoFilter()
        echo.expect(ModbusRTUFrame(unit: transmission.unit, pdu: transmission.pdu).bytes)
        // An echo comes while we send. Where half of the time has passed there is none, and that is said, not
        // that the unit is silent.
        let start = context.time.now().monotonicNanoseconds
        let end = start + (transmission.deadline - start) / 2
        do throws(ModbusError) {
            while echo.awaited > 0 {
                let remaining = end - context.time.now().monotonicNanoseconds
                // No byte more than the echo has: the reply behind it is for libmodbus to read.
                let bytes = port?.read(upTo: echo.awaited, withinNanoseconds: remaining) ?? []
                guard !bytes.isEmpty else { throw EchoFilter.nothingCame }
                _ = try echo.take(bytes)
            }
            return nil
        } catch {
            return .brokenFrame(error)
        }
    }

    private func receive(
        _ nanoseconds: Int64, answering transmission: LineMachine.Transmission
    ) -> RTUPort.Reception {
        let function = transmission.pdu.first ?? 0
        return port?.receive(function: function, withinNanoseconds: nanoseconds) ?? .lost("not open")
    }

    private func input(for reception: RTUPort.Reception) -> LineMachine.Input {
        switch reception {
        case .frame(let bytes):
            observe(.received, bytes)
            return .frame(transaction: nil, unit: bytes[0], pdu: Array(bytes.dropFirst().dropLast(2)))
        case .foreign(let unit): return .frame(transaction: nil, unit: unit, pdu: [])
        case .silence: return .wake
        case .broken(let error):
            observe(.received, error.raw)
            return .brokenFrame(error)
        case .lost(let why):
            closePort()
            return .closed(why)
        }
    }

    private func observe(_ direction: LinkTraffic.Direction, _ bytes: [UInt8]) {
        guard let tap = context.tap, tap.isWatched else { return }
        tap.show(
            LinkTraffic(link: context.name, direction: direction, bytes: bytes, stamp: context.time.now()))
    }
}
