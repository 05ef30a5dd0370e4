package import Codecs
package import Metrology

/// What callers ask of a line.
extension LineMachine {
    /// Adds polls; each is due at once, those of a demoted unit at its next probe.
    ///
    /// Throws `TransportError` for a request, period or time-out that cannot be, and for an id used twice.
    package mutating func add(
        polls: [ModbusPoll], group: Int, at now: Stamp, into actions: inout [Action]
    ) throws(TransportError) {
        let pdus = try Self.checked(polls, alreadyPolled: schedule.entries.count)
        if let poll = polls.first(where: { isBroadcast($0.unit) }) {
            throw TransportError(
                "poll \(poll.id)", "unit 0 is every unit of the line, and none answers",
                remedy: "poll units 1 to 247")
        }
        guard link != .stopped else { return }
        for (poll, pdu) in zip(polls, pdus) {
            let unit = units[poll.unit] ?? UnitHealth()
            let waits = unit.health == .demoted && unit.probeAt > now.monotonicNanoseconds
            let due = waits ? unit.probeAt : now.monotonicNanoseconds
            schedule.append(poll, pdu: pdu, group: group, due: due)
            if let reportedLoss {
                fail(poll, group: group, .offline(reportedLoss), at: now, into: &actions)
            } else if waits {
                fail(poll, group: group, .demoted, at: now, into: &actions)
            }
        }
        proceed(at: now, into: &actions)
    }

    package mutating func remove(group: Int) { schedule.remove(group: group) }

    /// Sets a poll's period from its next due time on; a demoted unit still waits for its probe.
    /// Precondition: the period is not negative.
    package mutating func setPeriod(_ nanoseconds: Int64, ofPoll id: Int, group: Int, at now: Stamp) {
        schedule.setPeriod(
            nanoseconds, ofPoll: id, group: group, now: now.monotonicNanoseconds, units: units)
    }

    /// Queues a single request; what comes of it is delivered to `ticket`, always and once.
    package mutating func submit(
        _ request: ModbusRequest, unit: UInt8, timeout: Int64, ticket: Int, at now: Stamp,
        into actions: inout [Action]
    ) {
        do throws(ModbusError) {
            let pdu = try request.pdu()
            let entry = TransactionQueue.Entry(
                ticket: ticket, unit: unit, request: request, pdu: pdu, timeout: max(1, timeout),
                expires: pacing.expiry(of: unit, at: now.monotonicNanoseconds, patience: settings.patience),
                tries: 0)
            if isBroadcast(unit), request.readCount > 0 {
                fail(
                    entry, .refused("unit 0 is every unit of the line: none answers a read"), at: now,
                    into: &actions)
            } else if link == .stopped {
                fail(entry, .refused("the link was stopped"), at: now, into: &actions)
            } else if transactions.isFull {
                fail(
                    entry, .refused("\(TransactionQueue.capacity) requests wait already"), at: now,
                    into: &actions)
            } else {
                transactions.append(entry)
                proceed(at: now, into: &actions)
            }
        } catch {
            let exchange = ModbusExchange(
                pollID: nil, unit: unit, request: request, outcome: .failed(.refused(error.what)), sent: nil,
                stamp: now)
            actions.append(.deliver(exchange, to: .ticket(ticket)))
        }
    }

    /// Ends everything: what waits fails as refused, the link is closed for good.
    package mutating func stop(at now: Stamp, into actions: inout [Action]) {
        guard link != .stopped else { return }
        let isOpen = link == .up || status.state == .connecting
        link = .stopped
        status.state = .stopped
        finish(.failed(.refused("the link was stopped")), at: now, into: &actions)
        while let entry = transactions.takeFirst() {
            fail(entry, .refused("the link was stopped"), at: now, into: &actions)
        }
        schedule.removeAll()
        if isOpen { actions.append(.close) }
    }

    /// The polls' PDUs; throws for the first poll that cannot be.
    package static func checked(
        _ polls: [ModbusPoll], alreadyPolled: Int
    ) throws(TransportError) -> [[UInt8]] {
        guard polls.count <= PollSchedule.capacity - alreadyPolled else {
            throw TransportError(
                "polls", "\(alreadyPolled + polls.count) on one line, which carries \(PollSchedule.capacity)",
                remedy: "read more in each request, or use another line")
        }
        var ids: Set<Int> = []
        var pdus: [[UInt8]] = []
        for poll in polls {
            guard poll.periodNanoseconds >= 0, poll.timeoutNanoseconds > 0 else {
                throw TransportError(
                    "poll \(poll.id)", "a negative period or no time to answer",
                    remedy: "give a period of 0 or more and a time-out above 0")
            }
            guard ids.insert(poll.id).inserted else {
                throw TransportError(
                    "poll \(poll.id)", "the id is used twice", remedy: "give each poll its own")
            }
            do throws(ModbusError) {
                pdus.append(try poll.request.pdu())
            } catch {
                throw TransportError("poll \(poll.id)", error.what, remedy: "split the request")
            }
        }
        return pdus
    }

    mutating func expireTransactions(at now: Stamp, into actions: inout [Action]) {
        while let entry = transactions.takeExpired(at: now.monotonicNanoseconds) {
            let failure: ModbusFailure =
                link == .up
                ? .refused("others kept the line busy") : .offline(status.lastError ?? "not connected yet")
            fail(entry, failure, at: now, into: &actions)
        }
    }

    func fail(
        _ entry: TransactionQueue.Entry, _ failure: ModbusFailure, at now: Stamp, into actions: inout [Action]
    ) {
        let exchange = ModbusExchange(
            pollID: nil, unit: entry.unit, request: entry.request, outcome: .failed(failure), sent: nil,
            stamp: now)
        actions.append(.deliver(exchange, to: .ticket(entry.ticket)))
    }

    func fail(
        _ poll: ModbusPoll, group: Int, _ failure: ModbusFailure, at now: Stamp, into actions: inout [Action]
    ) {
        let exchange = ModbusExchange(
            pollID: poll.id, unit: poll.unit, request: poll.request, outcome: .failed(failure), sent: nil,
            stamp: now)
        actions.append(.deliver(exchange, to: .group(group)))
    }
}
