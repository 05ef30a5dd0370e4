import Codecs
import Testing

@Suite struct OpenProtocolFramerTests {
    private static let texts = [
        OpenProtocolSamples.start1, OpenProtocolSamples.result1, OpenProtocolSamples.refusal,
    ]

    private static func read(_ stream: [UInt8], chunk: Int) throws -> [OpenProtocolMessage] {
        var framer = OpenProtocolFramer()
        var found: [OpenProtocolMessage] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            framer.append(stream[start..<min(start + chunk, stream.count)])
            while let message = try framer.next() { found.append(message) }
        }
        #expect(framer.pendingBytes == 0)
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 19, 20, 21, 57, 58, 231, 1_000])
    func anyChunkingGivesTheSameMessages(chunk: Int) throws {
        let stream: [UInt8] = Self.texts.flatMap { (text: String) -> [UInt8] in Array(text.utf8) + [0] }
        let found = try Self.read(stream, chunk: chunk)
        #expect(found.map(\.bytes) == Self.texts.map { Array($0.utf8) })
        #expect(found.map(\.mid) == [2, 61, 4])
    }

    @Test func fillerBetweenMessagesIsNone() throws {
        let start = Array(OpenProtocolSamples.start1.utf8) + [0]
        let found = try Self.read([0, 13, 10] + start + [0, 13, 10] + start + [10], chunk: 5)
        #expect(found.count == 2)
    }

    /// MID 0900 with a NUL before its samples, NULs and digits within them, and none after them.
    @Test(arguments: [1, 20, 30, 1_000]) func binarySamplesAreNotCutAtANUL(chunk: Int) throws {
        let curve =
            Array("00290900001         ".utf8) + [0x58, 0, 0, 0, 0x30, 0x30, 0x31, 0x39, 0]
        let next = Array(OpenProtocolSamples.start1.utf8) + [0]
        #expect(try Self.read(curve + next, chunk: chunk).map(\.mid) == [900, 2])
        #expect(try Self.read(curve + [0] + next, chunk: chunk).map(\.bytes.count) == [29, 57])
    }

    @Test(arguments: [
        // The length says less than there is: what follows is no NUL.
        ("00560002            010001020103Airbag1                  ", 57, "is followed by no NUL"),
        // It says more: the NUL lies within.
        ("00590002            010001020103Airbag1                  \0" + "0057", 58, "a NUL within"),
        ("00190002            ", 1, "a length of"), ("00000002            ", 1, "a length of"),
        ("0x570002            ", 2, "no header"), ("GET / HTTP/1.1", 1, "no header"),
        ("005700 2            ", 7, "no header"), ("00570002 1          ", 9, "the revision is no number"),
        ("00570002     1      ", 13, "the station is no number"), ("0057\u{2}", 5, "no header"),
    ])
    func whatIsNoMessageBreaksTheStream(text: String, byte: Int, what: String) {
        var framer = OpenProtocolFramer()
        framer.append(Array(text.utf8) + [0])
        let error = #expect(throws: OpenProtocolError.self) { try framer.next() }
        #expect(error?.kind == .framing)
        #expect(error?.byte == byte)
        #expect(error?.what.contains(what) == true, "\(error?.what ?? "")")
    }

    @Test func afterAFaultNothingIsReadUntilTheNextConnection() throws {
        let good = Array(OpenProtocolSamples.start1.utf8) + [0]
        var framer = OpenProtocolFramer()
        framer.append(good + [0x41] + good)
        #expect(try framer.next()?.mid == 2)
        let error = #expect(throws: OpenProtocolError.self) { try framer.next() }
        #expect(error?.byte == 59)
        framer.append(good)
        #expect(throws: OpenProtocolError.self) { try framer.next() }
        #expect(framer.pendingBytes == 0)
        #expect(framer.broken == error)
        framer.reset()
        framer.append(good)
        #expect(try framer.next()?.mid == 2)
    }

    /// A length that lies takes no message with it.
    @Test func anyLengthButTheRightOneIsAFault() {
        let follow = Array(OpenProtocolSamples.result1.utf8) + [0]
        for length in 0...9_999 where length != 57 {
            var start = Array(OpenProtocolSamples.start1.utf8)
            start.replaceSubrange(0..<4, with: OpenProtocolText.padded(length, 4).utf8)
            var framer = OpenProtocolFramer()
            framer.append(start + [0])
            var found = 0
            for _ in 0..<50 where framer.broken == nil {
                framer.append(follow)
                if (try? framer.next()) != nil { found += 1 }
            }
            #expect(framer.broken != nil && found == 0, "a length of \(length)")
        }
    }
}
