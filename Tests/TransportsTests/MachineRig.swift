import Codecs
import Metrology

@testable import Transports

/// A line's machine under a clock that the test moves.
struct MachineRig {
    var machine: LineMachine
    /// Milliseconds since the test began.
    var clock: Int64 = 0
    /// What somebody has set the wall clock by, in milliseconds.
    var wallClockOffset: Int64 = 0
    private(set) var delivered: [ModbusExchange] = []
    private(set) var answered: [Int: ModbusExchange] = [:]
    private(set) var sent: [(at: Int64, transmission: LineMachine.Transmission)] = []
    private(set) var dials: [Int64] = []
    private(set) var closes = 0

    init(_ settings: LineMachine.Settings = .tcp, seed: UInt64 = 1) {
        machine = LineMachine(settings: settings, seed: seed)
    }

    var now: Stamp {
        Stamp(
            utc: Timestamp(nanoseconds: (clock + wallClockOffset) * 1_000_000),
            monotonicNanoseconds: clock * 1_000_000)
    }

    var lastSent: LineMachine.Transmission? { sent.last?.transmission }
    var outcomes: [ModbusOutcome] { delivered.map(\.outcome) }

    mutating func take(_ input: LineMachine.Input) {
        var actions: [LineMachine.Action] = []
        machine.take(input, at: now, into: &actions)
        note(actions)
    }

    mutating func add(_ polls: [ModbusPoll], group: Int = 1) throws {
        var actions: [LineMachine.Action] = []
        try machine.add(polls: polls, group: group, at: now, into: &actions)
        note(actions)
    }

    mutating func submit(_ request: ModbusRequest, unit: UInt8 = 1, timeout: Int64 = 100, ticket: Int) {
        var actions: [LineMachine.Action] = []
        machine.submit(
            request, unit: unit, timeout: timeout * 1_000_000, ticket: ticket, at: now, into: &actions)
        note(actions)
    }

    mutating func stop() {
        var actions: [LineMachine.Action] = []
        machine.stop(at: now, into: &actions)
        note(actions)
    }

    /// Moves the clock to the machine's next deadline, at most to `milliseconds`, and wakes it there.
    mutating func advance(to milliseconds: Int64) {
        while clock < milliseconds {
            let next = machine.wakeAt.map { ($0 + 999_999) / 1_000_000 } ?? milliseconds
            clock = min(max(clock + (next <= clock ? 1 : 0), next), milliseconds)
            take(.wake)
        }
    }

    /// Lets `device` answer each request as it says, `delay` ms after it was sent, until the clock reads
    /// `milliseconds`; nil is silence.
    mutating func run(
        to milliseconds: Int64, delay: Int64 = 1, device: (LineMachine.Transmission) -> [UInt8]?
    ) {
        while clock < milliseconds {
            if machine.isWaitingForReply, let request = lastSent, let sentAt = sent.last?.at,
                clock < sentAt + delay,
                let pdu = device(request)
            {
                clock = min(sentAt + delay, milliseconds)
                guard clock == sentAt + delay else { return }
                take(.frame(transaction: request.transaction, unit: request.unit, pdu: pdu))
            } else {
                let next = machine.wakeAt.map { ($0 + 999_999) / 1_000_000 } ?? milliseconds
                clock = min(max(next, clock + (next <= clock ? 1 : 0)), milliseconds)
                take(.wake)
            }
        }
    }

    /// Answers the request that is under way.
    mutating func reply(_ pdu: [UInt8], transaction: UInt16? = nil, unit: UInt8? = nil) {
        guard let request = lastSent else { return }
        take(.frame(transaction: transaction ?? request.transaction, unit: unit ?? request.unit, pdu: pdu))
    }

    private mutating func note(_ actions: [LineMachine.Action]) {
        for action in actions {
            switch action {
            case .askToDial: take(.mayDial)
            case .open: dials.append(clock)
            case .send(let transmission): sent.append((clock, transmission))
            case .close: closes += 1
            case .deliver(let exchange, .group): delivered.append(exchange)
            case .deliver(let exchange, .ticket(let ticket)): answered[ticket] = exchange
            }
        }
    }
}

extension ModbusPoll {
    /// A read of one register for tests; times in milliseconds.
    static func one(
        _ id: Int = 0, unit: UInt8 = 1, address: UInt16 = 0, every period: Int64 = 100, timeout: Int64 = 50
    ) -> ModbusPoll {
        ModbusPoll(
            id: id, unit: unit, request: .readHoldingRegisters(address: address, count: 1),
            periodNanoseconds: period * 1_000_000, timeoutNanoseconds: timeout * 1_000_000)
    }
}
