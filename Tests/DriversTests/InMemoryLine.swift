import Codecs
import Foundation
import Metrology
import Transports

/// A line with one unit on it whose registers a test sets; polls happen when the test says so.
final class InMemoryLine: ModbusLink, @unchecked Sendable {
    // Safety: everything that changes is guarded by `lock`.

    /// What the unit does with a request.
    enum Manner: Sendable {
        case answers, isSilent
        /// The line asks it rarely and leaves requests out.
        case leavesOut
        case refuses(ModbusException)
    }

    let name = "modbus+tcp://127.0.0.1:15020"
    /// Requests that write, in order, answered or not.
    let writes: AsyncStream<ModbusRequest>
    private let writeInput: AsyncStream<ModbusRequest>.Continuation
    private let clock: SteppedClock
    private let lock = NSLock()
    private var registers: [UInt16: UInt16] = [:]
    private var coils: [UInt16: Bool] = [:]
    /// What registers hold whatever is written to them.
    private var kept: [UInt16: UInt16] = [:]
    private var manner = Manner.answers
    private var writeRefusal: ModbusException?
    private var mirrors: [UInt16: UInt16] = [:]
    private var cut: [UInt16: Int] = [:]
    /// Replies that a test gives word for word.
    private var scripted: [ModbusRequest: [UInt8]] = [:]
    /// What the unit refuses, by address, whatever the table.
    private var holes: [Range<Int>] = []
    /// Most registers of one read.
    private var cap = 125
    private var changeAfter: (count: Int, change: @Sendable (InMemoryLine) -> Void)?
    private var held: (request: ModbusRequest, answer: HeldAnswer)?
    private var lostWrites = 0
    private var lostReads = 0
    private var asked: [ModbusRequest] = []
    private var identification: [UInt8]?
    private var lostIdentifications = 0
    private var polls: [ModbusPoll] = []
    private var deliver: (@Sendable ([ModbusExchange]) -> Void)?
    private let started: AsyncStream<Void>
    private let startInput: AsyncStream<Void>.Continuation

    init(clock: SteppedClock) {
        self.clock = clock
        (writes, writeInput) = AsyncStream.makeStream()
        (started, startInput) = AsyncStream.makeStream()
    }

    // MARK: What a test does

    func set(_ address: UInt16, _ words: [UInt16]) {
        lock.withLock {
            for (offset, word) in words.enumerated() { registers[address + UInt16(offset)] = word }
        }
    }

    /// The register keeps `word` whatever is written to it.
    func keep(_ address: UInt16, _ word: UInt16) { lock.withLock { kept[address] = word } }

    /// What is written to `address` shows at `shown`.
    func mirror(_ address: UInt16, at shown: UInt16) { lock.withLock { mirrors[address] = shown } }

    /// The next `count` replies to single reads from `address` lack their end.
    func cutReads(of address: UInt16, _ count: Int) { lock.withLock { cut[address] = count } }

    func word(_ address: UInt16) -> UInt16 { lock.withLock { registers[address] ?? 0 } }

    /// Every write is refused with `exception`; reads are answered. Nil ends it.
    func refuseWrites(_ exception: ModbusException?) { lock.withLock { writeRefusal = exception } }

    func behave(_ manner: Manner) { lock.withLock { self.manner = manner } }

    /// From now on this request is answered with this PDU.
    func answer(_ request: ModbusRequest, _ pdu: [UInt8]) { lock.withLock { scripted[request] = pdu } }

    /// Does something to the unit when it has answered so many more single requests.
    func after(requests count: Int, _ change: @escaping @Sendable (InMemoryLine) -> Void) {
        lock.withLock { changeAfter = (asked.count + count, change) }
    }

    /// From now on reads that touch these addresses are refused with exception 2, longer ones with 3.
    func refuse(_ holes: [Range<Int>], cap: Int = 125) {
        lock.withLock { (self.holes, self.cap) = (holes, cap) }
    }

    /// The next `count` writes get no answer.
    func loseWrites(_ count: Int) { lock.withLock { lostWrites = count } }

    /// The next `count` single reads get no answer.
    func loseReads(_ count: Int) { lock.withLock { lostReads = count } }

    /// What function 43 is answered with; nil for a unit that does not know it.
    func identify(as pdu: [UInt8]?) { lock.withLock { identification = pdu } }

    /// The next `count` requests for it get no answer.
    func loseIdentifications(_ count: Int) { lock.withLock { lostIdentifications = count } }

    /// The answer to the next single request like this one, made when it comes, is under way until it is let
    /// go.
    func hold(_ request: ModbusRequest) -> HeldAnswer {
        let answer = HeldAnswer()
        lock.withLock { held = (request, answer) }
        return answer
    }

    /// Every single request so far, polls not among them.
    var requests: [ModbusRequest] { lock.withLock { asked } }

    /// What is polled now, in the order of the polls.
    var polled: [ModbusRequest] { lock.withLock { polls.map(\.request) } }

    /// Returns when the device has begun to poll.
    func waitForStart() async { for await _ in started { return } }

    /// One round of these polls, of all where none are named, delivered as one batch.
    func poll(_ ids: [Int]? = nil) {
        let (polls, deliver) = lock.withLock { (self.polls, self.deliver) }
        deliver?(
            polls.filter { ids?.contains($0.id) ?? true }.map {
                exchange($0.request, $0.unit, pollID: $0.id, lock.withLock { manner })
            })
    }

    // MARK: ModbusLink

    func setTiming(_ timing: UnitTiming, of unit: UInt8) {}

    func start(
        polls: [ModbusPoll], deliver: @escaping @Sendable ([ModbusExchange]) -> Void
    ) throws(TransportError) -> PollGroup {
        lock.withLock { (self.polls, self.deliver) = (polls, deliver) }
        startInput.yield()
        return PollGroup(number: 1)
    }

    func replace(polls: [ModbusPoll], of group: PollGroup) throws(TransportError) {
        lock.withLock { self.polls = polls }
    }

    func setPeriod(_ period: Duration, ofPoll id: Int, in group: PollGroup) {}

    func end(_ group: PollGroup) { lock.withLock { polls = [] } }

    func transact(_ request: ModbusRequest, unit: UInt8, timeout: Duration) async -> ModbusExchange {
        let manner = lock.withLock {
            asked.append(request)
            if request.function == .encapsulatedInterface, lostIdentifications > 0 {
                lostIdentifications -= 1
                return Manner.isSilent
            }
            if request.isRead, lostReads > 0 {
                lostReads -= 1
                return Manner.isSilent
            }
            if !request.isRead, lostWrites > 0 {
                lostWrites -= 1
                return Manner.isSilent
            }
            if !request.isRead, let writeRefusal { return Manner.refuses(writeRefusal) }
            return self.manner
        }
        if !request.isRead { writeInput.yield(request) }
        defer { carryOutChange() }
        let exchange = exchange(request, unit, pollID: nil, manner)
        await answerHeld(back: request)?.waitUntilLetGo()
        return exchange
    }

    private func answerHeld(back request: ModbusRequest) -> HeldAnswer? {
        lock.withLock {
            guard let held, held.request == request else { return nil }
            self.held = nil
            return held.answer
        }
    }

    private func carryOutChange() {
        let change = lock.withLock { () -> (@Sendable (InMemoryLine) -> Void)? in
            guard let change = changeAfter, asked.count >= change.count else { return nil }
            changeAfter = nil
            return change.change
        }
        change?(self)
    }

    var status: LinkStatus { LinkStatus() }

    func stop() async { lock.withLock { polls = [] } }

    // MARK: The unit

    private func exchange(
        _ request: ModbusRequest, _ unit: UInt8, pollID: Int?, _ manner: Manner
    ) -> ModbusExchange {
        let now = clock.step()
        let outcome: ModbusOutcome =
            switch manner {
            case .answers where request.function == .encapsulatedInterface:
                lock.withLock { identification }.map { .reply(pdu: $0) } ?? .exception(.illegalFunction)
            case .answers: refusal(of: request).map { .exception($0) } ?? .reply(pdu: reply(to: request))
            case .isSilent: .failed(.timeout)
            case .leavesOut: .failed(.demoted)
            case .refuses(let exception): .exception(exception)
            }
        return ModbusExchange(
            pollID: pollID, unit: unit, request: request, outcome: outcome, sent: now, stamp: now)
    }

    private func refusal(of request: ModbusRequest) -> ModbusException? {
        switch request {
        case .readHoldingRegisters(let address, let count), .readInputRegisters(let address, let count):
            let (holes, cap) = lock.withLock { (self.holes, self.cap) }
            if count > cap { return .illegalValue }
            let range = Int(address)..<Int(address) + count
            return holes.contains { $0.overlaps(range) } ? .illegalAddress : nil
        default: return nil
        }
    }

    /// Application Protocol V1.1b3, clauses 6.3, 6.4 and 6.12.
    private func reply(to request: ModbusRequest) -> [UInt8] {
        if let scripted = lock.withLock({ scripted[request] }) { return scripted }
        return switch request {
        case .readHoldingRegisters(let address, let count): read(3, address, count)
        case .readInputRegisters(let address, let count): read(4, address, count)
        case .readCoils(let address, let count):
            [1, UInt8((count + 7) / 8)] + packed(coils(address, count))
        case .writeRegisters(let address, let values):
            [16] + bytes(stored(address, values)) + bytes(UInt16(values.count))
        case .writeRegister(let address, let value): [6] + bytes(stored(address, [value])) + bytes(value)
        case .maskWriteRegister(let address, let and, let or):
            [22] + bytes(masked(address, and, or)) + bytes(and) + bytes(or)
        case .writeCoil(let address, let on): [5] + bytes(set(address, [on])) + [on ? 0xFF : 0, 0]
        case .writeCoils(let address, let values):
            [15] + bytes(set(address, values)) + bytes(UInt16(values.count))
        default: [UInt8(0x80), 1]
        }
    }

    /// What a unit keeps of a write; some keep something else.
    private func stored(_ address: UInt16, _ words: [UInt16]) -> UInt16 {
        lock.withLock {
            for (offset, word) in words.enumerated() {
                let place = address + UInt16(offset)
                registers[place] = kept[place] ?? word
                if let shown = mirrors[place] { registers[shown] = word }
            }
            return address
        }
    }

    /// V1.1b3, clause 6.16.
    private func masked(_ address: UInt16, _ and: UInt16, _ or: UInt16) -> UInt16 {
        let old = lock.withLock { registers[address] ?? 0 }
        return stored(address, [(old & and) | (or & ~and)])
    }

    private func set(_ address: UInt16, _ states: [Bool]) -> UInt16 {
        lock.withLock {
            for (offset, state) in states.enumerated() { coils[address + UInt16(offset)] = state }
            return address
        }
    }

    private func coils(_ address: UInt16, _ count: Int) -> [Bool] {
        lock.withLock { (0..<count).map { coils[address + UInt16($0)] ?? false } }
    }

    private func packed(_ bits: [Bool]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { out[index / 8] |= 1 << UInt8(index % 8) }
        return out
    }

    private func read(_ function: UInt8, _ address: UInt16, _ count: Int) -> [UInt8] {
        let isCut = lock.withLock {
            guard let left = cut[address], left > 0 else { return false }
            cut[address] = left - 1
            return true
        }
        let count = isCut ? count / 2 : count
        let words = lock.withLock { (0..<count).map { registers[address + UInt16($0)] ?? 0 } }
        return [function, UInt8(2 * count)] + words.flatMap(bytes)
    }

    private func bytes(_ word: UInt16) -> [UInt8] { [UInt8(word >> 8), UInt8(word & 0xFF)] }
}

/// An answer that is under way for as long as a test likes.
final class HeldAnswer: Sendable {
    private let requests: AsyncStream<Void>
    private let requestInput: AsyncStream<Void>.Continuation
    private let release: AsyncStream<Void>
    private let releaseInput: AsyncStream<Void>.Continuation

    init() {
        (requests, requestInput) = AsyncStream.makeStream()
        (release, releaseInput) = AsyncStream.makeStream()
    }

    /// Returns when the request has come.
    func waitForRequest() async { for await _ in requests { return } }

    func letGo() { releaseInput.finish() }

    fileprivate func waitUntilLetGo() async {
        requestInput.yield()
        for await _ in release {}
    }
}

/// A clock that goes on by one step whenever something is asked of the line, and by a pause at once.
final class SteppedClock: TimeSource, @unchecked Sendable {
    // Safety: `nanoseconds` is guarded by `lock`.
    private let lock = NSLock()
    private var nanoseconds: Int64 = 0
    private let stepNanoseconds: Int64

    init(stepMilliseconds: Int64 = 100) { stepNanoseconds = stepMilliseconds * 1_000_000 }

    func now() -> Stamp { stamp(lock.withLock { nanoseconds }) }

    func step() -> Stamp {
        stamp(
            lock.withLock {
                nanoseconds += stepNanoseconds
                return nanoseconds
            })
    }

    /// Lets so much time pass without taking any.
    func pause(_ duration: Duration) async throws {
        lock.withLock { nanoseconds += duration.nanoseconds }
        await Task.yield()
        try Task.checkCancellation()
    }

    private func stamp(_ nanoseconds: Int64) -> Stamp {
        Stamp(
            utc: Timestamp(nanoseconds: 1_795_252_800_000_000_000 + nanoseconds),
            monotonicNanoseconds: nanoseconds)
    }
}
