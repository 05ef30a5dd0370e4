import Codecs
import Judging
import Metrology
import Testing

@testable import Transports

/// How many connections are opened, however many lines are lost.
@Suite struct DialCeilingTests {
    /// Many lines under a clock that the test moves; every dial fails after 300 ms.
    private struct Network {
        private var lines: [LineMachine]
        private var queue = DialQueue()
        private var failures: [Int64: [Int]] = [:]
        /// Lines by the millisecond in which they want to be woken; an old entry is passed over.
        private var wakes: [Int64: Set<Int>] = [:]
        private var actions: [LineMachine.Action] = []
        private(set) var dials: [(line: Int, at: Int64)] = []

        init(_ count: Int) throws {
            lines = (0..<count).map { LineMachine(settings: .tcp, seed: UInt64($0)) }
            for line in lines.indices {
                try lines[line].add(polls: [.one()], group: 1, at: Self.stamp(0), into: &actions)
                act(on: line, at: 0)
            }
        }

        private static func stamp(_ time: Int64) -> Stamp {
            Stamp(utc: Timestamp(nanoseconds: time), monotonicNanoseconds: time)
        }

        private mutating func tell(_ line: Int, _ input: LineMachine.Input, at time: Int64) {
            lines[line].take(input, at: Self.stamp(time), into: &actions)
            act(on: line, at: time)
        }

        private mutating func act(on line: Int, at time: Int64) {
            for action in actions {
                if action == .askToDial { queue.ask(line) }
                if action == .open {
                    dials.append((line, time))
                    failures[time + 300_000_000, default: []].append(line)
                }
            }
            actions.removeAll()
            if let wake = lines[line].wakeAt {
                wakes[(max(wake, time + 1) + 999_999) / 1_000_000 * 1_000_000, default: []].insert(line)
            }
        }

        mutating func pass(_ time: Int64) {
            for line in failures.removeValue(forKey: time) ?? [] { tell(line, .openFailed("none"), at: time) }
            for line in wakes.removeValue(forKey: time)?.sorted() ?? []
            where lines[line].wakeAt ?? .max <= time {
                tell(line, .wake, at: time)
            }
            while let line = queue.next(at: time) { tell(line, .mayDial, at: time) }
        }
    }

    /// Guards: `DialQueue.pause`, without which all 2,000 dial in the same millisecond.
    @Test func twoThousandLinesThatAreLostAtOnceNeverDialMoreThan500TimesASecond() throws {
        var network = try Network(2_000)
        for time in stride(from: Int64(0), to: 20_000_000_000, by: 1_000_000) { network.pass(time) }
        let dials = network.dials
        for (index, dial) in dials.enumerated() where index >= 500 {
            #expect(dial.at - dials[index - 500].at >= 1_000_000_000)
        }
        #expect(Set(dials.prefix(2_000).map(\.line)).count == 2_000, "each has its turn before any has two")
        #expect(try #require(dials.dropFirst(1_999).first).at <= 4_000_000_000)
        var latest: [Int: Int64] = [:]
        for dial in dials {
            if let before = latest.updateValue(dial.at, forKey: dial.line) {
                #expect(dial.at - before >= 1_000_000_000)
            }
        }
    }

    @Test func aLineThatAsksWhenNobodyWaitsDialsAtOnce() {
        var queue = DialQueue()
        #expect(queue.wakeAt == nil)
        queue.ask(7)
        #expect(queue.next(at: 5) == 7)
        #expect(queue.next(at: 5) == nil)
        queue.ask(8)
        #expect(queue.wakeAt == 5 + DialQueue.pause)
        #expect(queue.next(at: 5 + DialQueue.pause) == 8)
    }

    /// Guards: devices that serve one connection (issues of three gateways tell of them) never see a second.
    @Test func aLineNeverHasTwoConnectionsWhateverHappens() throws {
        let seed = SeededRandom.seed()
        var random = SplitMix64(seed: seed)
        for _ in 0..<200 {
            var machine = LineMachine(settings: .tcp, seed: random.next())
            machine.setTiming(UnitTiming(retries: 1, closesAfterPoll: Bool.random(using: &random)), of: 1)
            var (time, isOpen): (Int64, Bool) = (0, false)
            var actions: [LineMachine.Action] = []
            func stamp() -> Stamp { Stamp(utc: Timestamp(nanoseconds: time), monotonicNanoseconds: time) }
            try machine.add(polls: [.one(every: 700)], group: 1, at: stamp(), into: &actions)
            for _ in 0..<200 {
                while !actions.isEmpty {
                    switch actions.removeFirst() {
                    case .askToDial: machine.take(.mayDial, at: stamp(), into: &actions)
                    case .open:
                        #expect(!isOpen, "seed \(seed)")
                        isOpen = true
                    case .close: isOpen = false
                    case .send, .deliver: break
                    }
                }
                time += Int64.random(in: 0...800_000_000, using: &random)
                let inputs: [LineMachine.Input] = [
                    .opened, .closed("lost"), .openFailed("refused"), .noise, .wake, .mayDial,
                    .brokenStream(ModbusError(.framing, "garbage")), .frame(transaction: 0, unit: 1, pdu: []),
                ]
                let input = inputs[Int.random(in: inputs.indices, using: &random)]
                switch input {
                // What only a line that is open can tell.
                case .closed, .openFailed, .opened, .brokenStream, .frame:
                    guard isOpen else { continue }
                    if case .closed = input { isOpen = false }
                    if case .openFailed = input { isOpen = false }
                default: break
                }
                machine.take(input, at: stamp(), into: &actions)
            }
        }
    }
}
