import Codecs
import Judging
import Testing

/// Frames cut for people and captures: no byte is lost, whatever the pieces.
@Suite struct WireFramerTests {
    /// KRAL BEM 500: read of total A1 and its reply, 902.70; and an exception, all from specifications.
    private static let reply = Hex.bytes("0103040001609E025B") ?? []
    private static let exception = Hex.bytes("018302C0F1") ?? []
    /// Messaging on TCP/IP V1.0b has this shape: transaction 7, three registers.
    private static let tcp = Hex.bytes("000700000009010306000100020003") ?? []

    @Test(arguments: 1...9) func anyPiecesGiveTheSameFrames(size: Int) {
        for (wire, stream, frames) in [
            (ModbusWire.rtu, Self.reply + Self.exception + Self.reply, [9, 5, 9]),
            (.tcp, Self.tcp + Self.tcp, [15, 15]),
            (.ascii, Array(":010304\r\n:0183027A\r\n".utf8), [9, 11]),
        ] {
            var framer = WireFramer(wire)
            var out: [CapturedFrame] = []
            for start in stride(from: 0, to: stream.count, by: size) {
                let piece = Array(stream[start..<min(stream.count, start + size)])
                out += framer.take(piece, isSent: false, at: 1)
            }
            #expect(out.map(\.bytes.count) == frames)
            #expect(out.allSatisfy { $0.fault == nil })
            #expect(framer.flush().isEmpty)
        }
    }

    @Test func aBrokenFrameComesOutAsItIsWhenTheNextRequestGoes() {
        var framer = WireFramer(.rtu)
        let broken = Array(Self.reply.dropLast()) + [0xFF]
        #expect(framer.take(broken, isSent: false, at: 5).isEmpty)
        let out = framer.take([1, 2, 3], isSent: true, at: 9)
        #expect(out.map(\.bytes) == [broken, [1, 2, 3]])
        #expect(out.map(\.isSent) == [false, true])
        #expect(out[0].nanoseconds == 5)
        #expect(out[0].fault == "the CRC is not that of these bytes")
    }

    @Test func whatIsNoModbusComesOutAtOnce() {
        var framer = WireFramer(.tcp)
        let garbage = [UInt8](repeating: 0x55, count: 4_000)
        let out = framer.take(garbage, isSent: false, at: 5)
        #expect(out.map(\.bytes) == [garbage])
        #expect(out[0].fault != nil)
    }

    @Test func anUnfinishedFrameIsGivenOutAfterHalfASecond() {
        var framer = WireFramer(.tcp)
        #expect(framer.take([0, 7, 0], isSent: false, at: 0).isEmpty)
        #expect(framer.flush(at: 499_999_999).isEmpty)
        #expect(framer.flush(at: 500_000_000).map(\.bytes) == [[0, 7, 0]])
    }

    @Test func noByteIsLostWhateverComes() {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        for wire in ModbusWire.allCases {
            var framer = WireFramer(wire)
            var (given, got): ([UInt8], [UInt8]) = ([], [])
            for _ in 0..<2_000 {
                let choice = [Self.reply, Self.tcp, Self.exception].randomElement(using: &random) ?? []
                var piece = Array(choice.prefix(Int.random(in: 1...15, using: &random)))
                if Bool.random(using: &random) { piece[0] = UInt8.random(in: 0...255, using: &random) }
                given += piece
                got += framer.take(piece, isSent: Int.random(in: 0..<9, using: &random) == 0, at: 0)
                    .flatMap(\.bytes)
            }
            got += framer.flush().flatMap(\.bytes)
            #expect(got == given, "seed \(seed), \(wire)")
        }
    }
}
