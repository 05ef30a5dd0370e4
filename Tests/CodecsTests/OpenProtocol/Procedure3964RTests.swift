import Codecs
import Testing

/// The handshake by specification R2.16, section 2.1.2.2: one side by hand, and two against one another.
@Suite struct Procedure3964RTests {
    private static let second: Int64 = 1_000_000_000
    private static let block: [UInt8] = [2, 0x30, 0x10, 0x31, 3]
    /// DLE doubled; 02 ^ 30 ^ 10 ^ 10 ^ 31 ^ 03 ^ 10 ^ 03 = 13.
    private static let wire: [UInt8] = [2, 0x30, 0x10, 0x10, 0x31, 3, 0x10, 3, 0x13]

    @Test func aBlockIsSent() {
        var line = Procedure3964R(.low)
        #expect(line.send(Self.block, at: 0) == [.transmit([2])])
        #expect(line.deadline == 2 * Self.second)
        #expect(line.send([1], at: 0) == nil)
        #expect(line.take([0x10], at: 1) == [.transmit(Self.wire)])
        #expect(line.take([0x10], at: 2) == [.sent])
        #expect(line.deadline == nil)
        #expect(line.isFree)
    }

    @Test func aBlockIsReceivedHoweverItIsChoppedUp() {
        for chunk in 1...Self.wire.count {
            var line = Procedure3964R(.low)
            #expect(line.take([2], at: 0) == [.transmit([0x10])])
            var actions: [Procedure3964R.Action] = []
            for start in stride(from: 0, to: Self.wire.count, by: chunk) {
                actions += line.take(Self.wire[start..<min(start + chunk, Self.wire.count)], at: Int64(start))
            }
            #expect(actions == [.transmit([0x10]), .received(Self.block)])
            #expect(line.deadline == nil)
        }
    }

    @Test func sixAttemptsAreMade() {
        var line = Procedure3964R(.low)
        var now: Int64 = 0
        #expect(line.send(Self.block, at: now) == [.transmit([2])])
        for _ in 2...6 {
            #expect(line.elapse(at: now + 2 * Self.second - 1).isEmpty)
            now += 2 * Self.second
            #expect(line.elapse(at: now) == [.transmit([2])])
        }
        #expect(line.elapse(at: now + 2 * Self.second) == [.transmit([0x15]), .notSent])
        #expect(line.isFree)
    }

    @Test(arguments: [UInt8(0x15), 0x41]) func aRefusedBlockIsAskedForAgain(answer: UInt8) {
        var line = Procedure3964R(.low)
        _ = line.send(Self.block, at: 0)
        for attempt in 1...6 {
            #expect(line.take([0x10], at: 1) == [.transmit(Self.wire)])
            #expect(
                line.take([answer], at: 2)
                    == (attempt < 6 ? [.transmit([2])] : [.transmit([0x15]), .notSent]))
        }
    }

    @Test func aWrongCheckIsRefused() {
        for place in Self.wire.indices {
            for bit in 0..<8 {
                var line = Procedure3964R(.low)
                var wire = Self.wire
                wire[place] ^= 1 << bit
                var actions = line.take([2] + wire, at: 0)
                actions += line.elapse(at: Self.second)
                #expect(!actions.contains { if case .received = $0 { true } else { false } })
                #expect(actions.contains(.transmit([0x15])))
            }
        }
    }

    @Test func aGapBetweenCharactersIsRefused() {
        var line = Procedure3964R(.low)
        _ = line.take([2] + Self.wire.prefix(4), at: 0)
        #expect(line.deadline == Procedure3964R.characterNanoseconds)
        #expect(line.elapse(at: Procedure3964R.characterNanoseconds) == [.transmit([0x15])])
        // What is left of it is noise, and is answered once it ends.
        #expect(line.take([0x31, 3], at: 200_000_000).isEmpty)
        #expect(line.elapse(at: 300_000_000) == [.transmit([0x15])])
        #expect(line.take([2], at: 400_000_000) == [.transmit([0x10])])
        #expect(line.take(Self.wire, at: 450_000_000) == [.transmit([0x10]), .received(Self.block)])
    }

    @Test func afterSixRefusalsTheBlockIsGivenUp() {
        var line = Procedure3964R(.low)
        for attempt in 1...6 {
            let actions = line.take([2, 0x41, 0x10, 3, 0], at: Int64(attempt))
            #expect(actions.contains(.notReceived) == (attempt == 6))
        }
    }

    /// Both ask at once: the one with low priority gives way and sends afterwards.
    @Test func twoThatAskAtOnceBothSend() {
        var ends = [Procedure3964R(.high), Procedure3964R(.low)]
        var lines: [[UInt8]] = [[], []]
        var events: [[Procedure3964R.Action]] = [[], []]
        func carry(_ actions: [Procedure3964R.Action], from end: Int) {
            for action in actions {
                if case .transmit(let bytes) = action {
                    lines[1 - end] += bytes
                } else {
                    events[end].append(action)
                }
            }
        }
        carry(ends[0].send([1, 0x10, 2], at: 0) ?? [], from: 0)
        carry(ends[1].send([3, 4], at: 0) ?? [], from: 1)
        for now in 1...20 {
            for end in 0...1 {
                let bytes = lines[end]
                lines[end] = []
                carry(ends[end].take(bytes, at: Int64(now)), from: end)
            }
        }
        #expect(events[0] == [.sent, .received([3, 4])])
        #expect(events[1] == [.received([1, 0x10, 2]), .sent])
    }

    @Test func aBlockThatHasToWaitIsSentAfterAnotherCame() {
        var line = Procedure3964R(.high)
        #expect(line.take([2, 0x41], at: 0) == [.transmit([0x10])])
        #expect(line.send([5], at: 1) == [])
        #expect(
            line.take([0x10, 3, 0x41 ^ 0x10 ^ 3], at: 2)
                == [.transmit([0x10]), .received([0x41]), .transmit([2])])
        // Where what was coming in broke off, it is sent after as long as an answer may take.
        var broken = Procedure3964R(.high)
        _ = broken.take([2, 0x41], at: 0)
        _ = broken.send([5], at: 1)
        #expect(broken.elapse(at: Self.second) == [.transmit([0x15])])
        #expect(broken.elapse(at: 3 * Self.second) == [.transmit([2])])
    }

    @Test func noiseWithoutEndIsBounded() {
        var line = Procedure3964R(.low)
        _ = line.take([2], at: 0)
        let noise = [UInt8](repeating: 0x41, count: 3 * Procedure3964R.longestBlock)
        #expect(line.take(noise, at: 1).isEmpty)
        #expect(line.elapse(at: Self.second) == [.transmit([0x15])])
        #expect(line.send([UInt8](repeating: 0, count: Procedure3964R.longestBlock + 1), at: 2) == nil)
    }
}
