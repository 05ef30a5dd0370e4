package import Codecs
package import Metrology

/// Decides for one Modbus line what happens next: which request goes out, when the link is opened, what a
/// reply belongs to. It does nothing itself and has no clock.
///
/// ```
/// idle ─work─▶ queued ─mayDial─▶ opening ─opened─▶ up ─closed, broken stream─▶ down ─dial time─▶ queued
///                                   └──openFailed, too slow──▶ down          any ─stop─▶ stopped
///                           up ─round done, others want in─▶ resting ─work due─▶ queued
/// ```
/// One request is under way at a time. A unit's silence is that unit's alone: the link stays, and after some
/// silences the unit is only probed, so that the others keep their time.
package struct LineMachine: Sendable {
    /// What happened.
    package enum Input: Sendable {
        /// The answer to `askToDial`.
        case mayDial
        case opened
        case openFailed(String)
        /// The link was lost or closed by the other end.
        case closed(String)
        /// A whole frame came. A line without transaction numbers gives nil.
        case frame(transaction: UInt16?, unit: UInt8, pdu: [UInt8])
        /// Bytes came that are no frame, in a stream that cannot find its place again.
        case brokenStream(ModbusError)
        /// Bytes came that are no frame, on a line where silence marks the next beginning.
        case brokenFrame(ModbusError)
        /// Bytes came while nothing was asked, and were thrown away.
        case noise
        /// The time that `wakeAt` named has come.
        case wake
    }

    /// What is to be done, in this order.
    package enum Action: Sendable, Equatable {
        /// Say `mayDial` when the dials of all lines together let this one have its turn.
        case askToDial
        case open
        case send(Transmission)
        /// Close what is open or being opened; it is not to be reported back.
        case close
        case deliver(ModbusExchange, to: Recipient)
    }

    /// Who an exchange is for.
    package enum Recipient: Sendable, Hashable {
        case group(Int)
        case ticket(Int)
    }

    /// A request to frame and send.
    package struct Transmission: Sendable, Equatable {
        /// Counts up on a line that carries such numbers; without meaning on one that does not.
        package let transaction: UInt16
        package let unit: UInt8
        package let pdu: [UInt8]
        /// No answer that comes later is credited; nanoseconds of the monotonic clock.
        package let deadline: Int64
    }

    /// A request and whom to tell.
    struct Work: Sendable {
        let recipient: Recipient
        let pollID: Int?
        let unit: UInt8
        let request: ModbusRequest
        let pdu: [UInt8]
        let timeout: Int64
        /// How often it has been asked before.
        let tries: Int
    }

    struct Outstanding: Sendable {
        let work: Work
        let transaction: UInt16
        let deadline: Int64
        let sent: Stamp
    }

    enum Link: Sendable, Equatable {
        case idle
        /// Waits for its turn to dial.
        case queued
        case opening(deadline: Int64)
        case up
        /// Closed by ourselves until something is due.
        case resting
        case down(retryAt: Int64)
        case stopped
    }

    let settings: Settings
    var link = Link.idle
    var dialing: DialPolicy
    var schedule = PollSchedule()
    var transactions = TransactionQueue()
    var units: [UInt8: UnitHealth] = [:]
    /// The unit that answered last, and has not been silent since: its health needs no look.
    var lastAnswering: UInt8?
    var pacing = UnitPacing()
    var numbers: TransactionNumbers
    var outstanding: Outstanding?
    /// No request leaves earlier: the gap between frames, or the quiet after a missed answer.
    var notBefore = Int64.min
    /// How many requests in a row were given up without any frame, and when the first of them was sent.
    var unheard: (count: Int, since: Int64) = (0, 0)
    /// When the last exchange ended, or the link was opened.
    var lastUsed = Int64.min
    /// The link was closed by ourselves and is opened again: its polls keep their times.
    var returnsFromRest = false
    /// Since when bytes come that no one asked for, without a pause to ask in.
    var noiseSince: Int64?
    /// Transactions go ahead of polls, but never two in a row past a poll that is due.
    var sentTransactionLast = false
    /// Why the link is down, once the polls have been told.
    var reportedLoss: String?
    package internal(set) var status = LinkStatus()

    package init(settings: Settings, seed: UInt64) {
        self.settings = settings
        dialing = DialPolicy(seed: seed)
        numbers = TransactionNumbers(first: UInt16(truncatingIfNeeded: seed))
    }

    /// Whether a request is under way.
    package var isWaitingForReply: Bool { outstanding != nil }

    /// Whether this very request is still under way, and no later one.
    func isWaiting(for transmission: Transmission) -> Bool {
        outstanding?.transaction == transmission.transaction
    }

    /// When `wake` is due at the latest, in nanoseconds of the monotonic clock; nil where nothing is awaited.
    package var wakeAt: Int64? {
        switch link {
        case .idle, .stopped: return nil
        case .queued: return transactions.nextExpiry
        case .opening(let time), .down(let time): return min(time, transactions.nextExpiry ?? .max)
        case .resting: return wakesFromRestAt
        case .up:
            let expiry = transactions.nextExpiry ?? .max
            if let deadline = outstanding?.deadline { return min(deadline, expiry) }
            let next = min(nextWorkAt.map { max($0, notBefore) } ?? .max, restsAt ?? .max)
            return next == .max && expiry == .max ? nil : min(next, expiry)
        }
    }

    /// Takes in what happened at `now` and appends what is to be done to `actions`.
    package mutating func take(_ input: Input, at now: Stamp, into actions: inout [Action]) {
        guard link != .stopped else { return }
        giveUpIfOverdue(at: now, into: &actions)
        switch input {
        case .mayDial: if link == .queued { dial(at: now.monotonicNanoseconds, into: &actions) }
        case .opened: opened(at: now)
        case .openFailed(let why), .closed(let why): lost(why, at: now, into: &actions)
        case .frame(let transaction, let unit, let pdu):
            frame(transaction, unit, pdu, at: now, into: &actions)
        case .brokenStream(let error):
            broken(error, at: now, into: &actions)
            actions.append(.close)
            lost("the device sends no Modbus: \(error.what)", at: now, into: &actions)
        case .brokenFrame(let error): broken(error, at: now, into: &actions)
        case .noise: noise(at: now, into: &actions)
        case .wake: break
        }
        proceed(at: now, into: &actions)
    }

    /// Goes on as far as the time allows: dials, gives up, sends what is due.
    mutating func proceed(at now: Stamp, into actions: inout [Action]) {
        let time = now.monotonicNanoseconds
        expireTransactions(at: now, into: &actions)
        switch link {
        case .idle where !schedule.entries.isEmpty || !transactions.isEmpty: askToDial(into: &actions)
        case .opening(let deadline) where time >= deadline:
            actions.append(.close)
            lost("no connection within \(settings.openTimeout / 1_000_000) ms", at: now, into: &actions)
        case .down(let retryAt) where time >= retryAt: askToDial(into: &actions)
        case .resting where time >= wakesFromRestAt ?? .max:
            returnsFromRest = true
            askToDial(into: &actions)
        case .up where outstanding == nil:
            if time >= notBefore { sendNext(at: now, into: &actions) }
            if outstanding == nil, time >= restsAt ?? .max { rest(into: &actions) }
        default: break
        }
    }

    private mutating func askToDial(into actions: inout [Action]) {
        link = .queued
        status.state = .connecting
        actions.append(.askToDial)
    }

    private mutating func dial(at time: Int64, into actions: inout [Action]) {
        dialing.dialed(at: time)
        status.dials += 1
        status.state = .connecting
        link = .opening(deadline: time + settings.openTimeout)
        actions.append(.open)
    }

    private mutating func sendNext(at now: Stamp, into actions: inout [Action]) {
        guard let work = nextWork(at: now.monotonicNanoseconds) else { return }
        let transaction = numbers.next()
        let deadline = deadline(of: work, sentAt: now.monotonicNanoseconds)
        outstanding = Outstanding(work: work, transaction: transaction, deadline: deadline, sent: now)
        status.requests += 1
        noiseSince = nil
        actions.append(
            .send(Transmission(transaction: transaction, unit: work.unit, pdu: work.pdu, deadline: deadline)))
    }

    /// The time-out is the device's own; what its request and reply need on the wire comes on top.
    private func deadline(of work: Work, sentAt time: Int64) -> Int64 {
        // At most 253 bytes of PDU each way: no overflow.
        let isBroadcast = isBroadcast(work.unit)
        let bytes = Int64(settings.overhead + work.pdu.count + (isBroadcast ? 0 : work.request.replyBytes))
        let patience = isBroadcast ? settings.turnaround ?? 0 : work.timeout
        let (sum, overflow) = (time + bytes * settings.byteTime).addingReportingOverflow(patience)
        return overflow ? .max : sum
    }

    /// Whether a request to `unit` goes to all units, so that none answers.
    func isBroadcast(_ unit: UInt8) -> Bool { unit == 0 && settings.turnaround != nil }

    private mutating func nextWork(at time: Int64) -> Work? {
        let pollGoesFirst = sentTransactionLast && (schedule.nextDue ?? .max) <= time
        if !pollGoesFirst {
            if let work = nextTransaction(at: time) { return work }
            // It waits for quiet before its unit: a poll now would put that off, again and again.
            if notBefore > time { return nil }
        }
        guard let index = schedule.firstDue(at: time, pacing: pacing) else {
            return pollGoesFirst ? nextTransaction(at: time) : nil
        }
        guard !mustStayQuiet(before: schedule.entries[index].poll.unit, at: time) else { return nil }
        sentTransactionLast = false
        let (entry, skipped) = schedule.take(index, at: time)
        status.skippedPolls += skipped
        let poll = entry.poll
        return Work(
            recipient: .group(entry.group), pollID: poll.id, unit: poll.unit, request: poll.request,
            pdu: entry.pdu, timeout: poll.timeoutNanoseconds, tries: entry.tries)
    }

    private mutating func nextTransaction(at time: Int64) -> Work? {
        guard let index = transactions.first(at: time, pacing: pacing),
            !mustStayQuiet(before: transactions.entries[index].unit, at: time)
        else { return nil }
        sentTransactionLast = true
        let entry = transactions.take(index)
        return Work(
            recipient: .ticket(entry.ticket), pollID: nil, unit: entry.unit, request: entry.request,
            pdu: entry.pdu, timeout: entry.timeout, tries: entry.tries)
    }
}
