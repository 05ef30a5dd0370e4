import Codecs
import Testing

@Suite struct OpenProtocolSerialTests {
    private static let start = Array(OpenProtocolSamples.start1.utf8)
    private static let tag: [UInt8] = [7, 9, 7, 9]

    private static func messages(_ pieces: [OpenProtocolSerialFramer.Piece]) -> [Int] {
        pieces.compactMap { if case .message(let message) = $0 { message.mid } else { nil } }
    }

    /// Specification R2.16, figures 3 and 14; with and without the NUL that figure 14 has in brackets.
    @Test(arguments: 1...70) func messagesStandBetweenSTXAndETX(chunk: Int) {
        let stream: [UInt8] = [2] + Self.start + [3] + Self.tag + [2] + Self.start + [0, 3]
        var framer = OpenProtocolSerialFramer()
        var found: [Int] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            found += Self.messages(framer.take(stream[start..<min(start + chunk, stream.count)], at: 0))
        }
        #expect(found == [2, 2])
    }

    @Test func whatIsSentIsFramed() throws {
        let message = try OpenProtocolRequest.keepAlive.message()
        #expect(
            OpenProtocolSerialFramer.wire(message, toController: true) == [7, 9, 7, 9, 2] + message.bytes + [
                3
            ])
        #expect(OpenProtocolSerialFramer.wire(message, toController: false) == [2] + message.bytes + [3])
    }

    @Test func samplesMayHoldETX() {
        var framer = OpenProtocolSerialFramer()
        let curve = Array("00270900001         ".utf8) + [0x58, 0, 3, 2, 0x10, 3, 0]
        #expect(Self.messages(framer.take([2] + curve + [3], at: 0)) == [900])
    }

    @Test(arguments: [
        "0056" + OpenProtocolSamples.start1.dropFirst(4), "0058" + OpenProtocolSamples.start1.dropFirst(4),
        "00x7" + OpenProtocolSamples.start1.dropFirst(4), "0019" + OpenProtocolSamples.start1.dropFirst(4),
    ])
    func afterAFaultTheLineMustFallSilent(text: String) {
        var framer = OpenProtocolSerialFramer()
        let good: [UInt8] = [2] + Self.start + [3]
        let pieces = framer.take([2] + Array(text.utf8) + [3] + good, at: 0)
        #expect(Self.messages(pieces).isEmpty)
        let refusals = pieces.filter { if case .refused = $0 { true } else { false } }
        #expect(refusals.count == 1 || text.hasPrefix("0058"))
        #expect(Self.messages(framer.take(good, at: 1_000_000_000)).isEmpty)
        #expect(Self.messages(framer.take(good, at: 3_100_000_000)) == [2])
    }

    @Test func aSilenceEndsWhatIsBrokenOff() {
        var framer = OpenProtocolSerialFramer()
        #expect(framer.take([2] + Self.start.prefix(30), at: 0).isEmpty)
        #expect(framer.deadline == OpenProtocolSerialFramer.silenceNanoseconds)
        guard case .refused(let error) = framer.idle(at: OpenProtocolSerialFramer.silenceNanoseconds) else {
            Issue.record("nothing was refused")
            return
        }
        #expect(error.kind == .framing)
        #expect(framer.deadline == nil)
        #expect(Self.messages(framer.take([2] + Self.start + [3], at: 9_000_000_000)) == [2])
    }
}

@Suite struct OpenProtocolAssemblerTests {
    private static func part(_ part: Int?, of parts: Int?, mid: Int = 900, _ data: [UInt8]) throws
        -> OpenProtocolMessage
    {
        try OpenProtocolMessage(OpenProtocolHeader(mid: mid, parts: parts, part: part), data: data)
    }

    @Test func partsMakeOneMessage() throws {
        var assembler = OpenProtocolAssembler()
        #expect(try assembler.take(Self.part(1, of: 3, [1, 2])) == nil)
        #expect(assembler.isWaiting)
        // What answers something else comes between.
        #expect(try assembler.take(Self.part(nil, of: nil, mid: 9_999, []))?.mid == 9_999)
        #expect(try assembler.take(Self.part(2, of: 3, [3])) == nil)
        let whole = try #require(try assembler.take(Self.part(3, of: 3, [4])))
        #expect(Array(whole.data) == [1, 2, 3, 4])
        #expect(whole.header.length == 24)
        #expect(whole.header.parts == nil)
        #expect(!assembler.isWaiting)
        #expect(try assembler.take(Self.part(1, of: 1, [9]))?.data == [9])
        #expect(try assembler.take(Self.part(nil, of: nil, [9]))?.data == [9])
    }

    @Test(arguments: [[1, 3], [2], [1, 1], [1, 2, 2], [3]]) func partsOutOfOrderAreRefused(order: [Int])
        throws
    {
        var assembler = OpenProtocolAssembler()
        for part in order.dropLast() { #expect(try assembler.take(Self.part(part, of: 3, [0])) == nil) }
        let error = #expect(throws: OpenProtocolError.self) {
            try assembler.take(Self.part(order.last, of: 3, [0]))
        }
        #expect(error?.kind == .partMismatch)
        #expect(!assembler.isWaiting)
    }

    @Test func partsOfAnotherMessageAreRefused() throws {
        for other in [try Self.part(2, of: 4, [0]), try Self.part(2, of: 3, mid: 901, [0])] {
            var assembler = OpenProtocolAssembler()
            _ = try assembler.take(Self.part(1, of: 3, [0]))
            #expect(throws: OpenProtocolError.self) { try assembler.take(other) }
        }
        var assembler = OpenProtocolAssembler()
        #expect(throws: OpenProtocolError.self) { try assembler.take(Self.part(5, of: 3, [0])) }
        #expect(throws: OpenProtocolError.self) { try assembler.take(Self.part(nil, of: 3, [0])) }
    }

    /// Nine parts of 9,999 bytes: a curve of 44,000 samples.
    @Test func theLongestMessageIsPutTogether() throws {
        var assembler = OpenProtocolAssembler()
        var whole: OpenProtocolMessage?
        for part in 1...9 {
            whole = try assembler.take(Self.part(part, of: 9, [UInt8](repeating: 7, count: 9_979)))
        }
        #expect(whole?.data.count == 9 * 9_979)
    }
}
