internal import Linux
internal import Metrology

/// What the engine's thread does: waits for sockets, orders and deadlines, and acts as the lines' machines
/// say.
///
/// Belongs to the thread that `run` is called on; `EngineLoop+Sockets.swift` has what touches sockets. It is
/// a value that cannot be copied: who may touch it when is settled before it runs, not asked at each poll.
struct EngineLoop: ~Copyable {
    /// Events that one wait brings; the rest come with the next, in turn.
    private static let eventsPerWait = 256
    /// What one read takes from one line before the others have their turn.
    static let bytesPerRead = 16_384
    /// The token under which the mailbox's signal is watched; lines have lower ones.
    static let mailboxToken = UInt64.max

    let mailbox: EngineMailbox
    let epoll: Epoll
    let time: any TimeSource
    let tap: LinkTap?
    var seeds: SplitMix64
    var lines: [TCPLine?] = []
    var deadlines = DeadlineHeap()
    private var dials = DialQueue()
    private var actions: [LineMachine.Action] = []
    private var batch = ExchangeBatch()
    /// Who waits for the end, once it has been asked for.
    private var waitingForEnd: [CheckedContinuation<Void, Never>] = []
    private var isEnding = false
    let receiveBuffer = UnsafeMutableRawBufferPointer.allocate(byteCount: bytesPerRead, alignment: 16)
    var sendBuffer: [UInt8] = []
    /// Requests that leave once the replies of this wake-up are taken, and their bytes one behind the other.
    var collected: [(slot: Int, generation: UInt32, end: Int)] = []
    var collectedBytes: [UInt8] = []
    /// Whether requests are collected rather than sent one by one.
    var isCollecting = false
    /// The PDU that came last in one piece.
    var wholePDU: [UInt8] = []

    /// Runs until the mailbox says stop, then closes everything.
    static func run(mailbox: EngineMailbox, time: any TimeSource, seed: UInt64, tap: LinkTap?) {
        var ends: [CheckedContinuation<Void, Never>] = []
        do throws(SystemCallError) {
            var loop = try EngineLoop(mailbox: mailbox, time: time, seed: seed, tap: tap)
            ends = loop.runToEnd()
        } catch {
            ends = refuseRest(mailbox, time: time)
        }
        for end in ends { end.resume() }
    }

    private init(
        mailbox: EngineMailbox, time: any TimeSource, seed: UInt64, tap: LinkTap?
    ) throws(SystemCallError) {
        let epoll = try Epoll(capacity: Self.eventsPerWait)
        try epoll.watch(mailbox.signal.number, token: Self.mailboxToken)
        (self.mailbox, self.time, self.tap) = (mailbox, time, tap)
        self.epoll = epoll
        seeds = SplitMix64(seed: seed)
    }

    deinit { receiveBuffer.deallocate() }

    private mutating func runToEnd() -> [CheckedContinuation<Void, Never>] {
        while !isEnding {
            let count: Int
            do throws(SystemCallError) {
                count = try epoll.wait(nanoseconds: timeToDeadline())
            } catch {
                // Only a broken epoll descriptor leads here: end everything visibly rather than spin.
                break
            }
            isCollecting = true
            for index in 0..<count {
                let event = epoll[index]
                if event.token == Self.mailboxToken {
                    for letter in mailbox.takeAll() { open(letter) }
                } else {
                    meet(event)
                }
            }
            sendCollected()
            wakeDueLines()
            letDial()
        }
        end()
        return waitingForEnd + Self.refuseRest(mailbox, time: time)
    }

    private func timeToDeadline() -> Int64? {
        let times = (deadlines.earliest?.time, dials.wakeAt)
        guard let deadline = times.1.map({ min($0, times.0 ?? .max) }) ?? times.0 else { return nil }
        // A deadline in the far past, "at once", must not overflow the difference.
        return max(deadline, 0) - time.now().monotonicNanoseconds
    }

    private mutating func open(_ letter: EngineMailbox.Letter) {
        switch letter {
        case .add(let slot, let address, let board):
            while lines.count <= slot { lines.append(nil) }
            lines[slot] = TCPLine(address: address, board: board, seed: seeds.next())
        case .order(let order, let slot): carryOut(order, slot: slot)
        case .resolved(let slot, let generation, let addresses, let fault):
            guard let line = line(slot), line.generation == generation, line.isConnecting, line.socket == nil
            else { return }
            resolved(line, slot: slot, addresses, fault: fault)
        case .stop(let done):
            isEnding = true
            if let done { waitingForEnd.append(done) }
        }
    }

    private mutating func carryOut(_ order: LineOrder, slot: Int) {
        guard let line = line(slot) else {
            order.refuse(at: time.now())
            return
        }
        discardUnread(line, slot: slot)
        line.owner.take(order, at: time.now(), into: &actions)
        act(on: line, slot: slot)
        guard case .stop(let done) = order else { return }
        lines[slot] = nil
        done?.resume()
    }

    func line(_ slot: Int) -> TCPLine? { lines.indices.contains(slot) ? lines[slot] : nil }

    /// Tells a line's machine what happened and does what it says.
    mutating func tell(_ line: TCPLine, slot: Int, _ input: LineMachine.Input, at now: Stamp) {
        line.owner.machine.take(input, at: now, into: &actions)
        act(on: line, slot: slot)
    }

    /// Does what the machine said; what comes of that may add more to do. Then hands over what it brought and
    /// notes when the line wants to be woken: all that belongs to the line is at hand now, and would have to
    /// be fetched again later.
    ///
    /// - Parameter setsDeadline: where the caller does so, and nothing but a request left, there is nothing
    ///   to hand over either.
    private mutating func act(on line: TCPLine, slot: Int, setsDeadline: Bool = true) {
        var index = 0
        var onlySends = !actions.isEmpty
        while index < actions.count {
            // Taken out rather than copied: this runs for every poll.
            var action = LineMachine.Action.close
            swap(&action, &actions[index])
            index += 1
            if case .send = action {} else { onlySends = false }
            switch action {
            case .deliver(let exchange, let recipient): line.owner.pass(exchange, to: recipient, &batch)
            case .askToDial: dials.ask(slot)
            case .open:
                if let outcome = dial(line, slot: slot) {
                    line.owner.machine.take(outcome, at: time.now(), into: &actions)
                }
            case .close: close(line)
            case .send(let transmission):
                if let fault = send(transmission, on: line, slot: slot) {
                    close(line)
                    line.owner.machine.take(.closed(fault), at: time.now(), into: &actions)
                }
            }
        }
        actions.removeAll(keepingCapacity: true)
        if !setsDeadline, onlySends { return }
        line.owner.handOver(line.board, &batch)
        if setsDeadline { deadlines.set(slot, to: line.owner.wakeAt()) }
    }

    private mutating func wakeDueLines() {
        guard let first = deadlines.earliest else { return }
        let now = time.now()
        guard first.time <= now.monotonicNanoseconds else { return }
        while let due = deadlines.earliest, due.time <= now.monotonicNanoseconds {
            guard let line = line(due.number) else {
                deadlines.set(due.number, to: nil)
                continue
            }
            discardUnread(line, slot: due.number)
            line.owner.machine.take(.wake, at: now, into: &actions)
            act(on: line, slot: due.number, setsDeadline: false)
            // A line has one turn in a wake-up, whatever it wants next.
            let next = line.owner.wakeAt(after: now.monotonicNanoseconds)
                .map { max($0, now.monotonicNanoseconds + 1) }
            deadlines.set(due.number, to: next)
        }
    }

    /// Lets the lines dial whose turn it is; one that has been stopped since gives its turn away.
    private mutating func letDial() {
        guard dials.wakeAt != nil else { return }
        let now = time.now()
        while let slot = dials.next(at: now.monotonicNanoseconds) {
            if let line = line(slot) { tell(line, slot: slot, .mayDial, at: now) }
        }
    }

    private mutating func end() {
        for (slot, line) in lines.enumerated() {
            guard let line else { continue }
            line.owner.take(.stop(done: nil), at: time.now(), into: &actions)
            act(on: line, slot: slot)
        }
        lines.removeAll()
    }

    /// Answers all letters that will not be read any more; gives back who waits for the end.
    private static func refuseRest(
        _ mailbox: EngineMailbox, time: any TimeSource
    ) -> [CheckedContinuation<Void, Never>] {
        var ends: [CheckedContinuation<Void, Never>] = []
        for letter in mailbox.close() {
            switch letter {
            case .order(let order, _): order.refuse(at: time.now())
            case .stop(let done?): ends.append(done)
            case .add, .resolved, .stop: break
            }
        }
        return ends
    }
}
