import Judging
import Testing

@testable import Codecs

private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

struct LineFramerTests {
    static let framings: [LineFraming] = [
        .carriageReturnOrLineFeed, .startAndEndOfText,
        (try? LineFraming(suffixes: [[0x0D, 0x0A]], longest: 40)) ?? .carriageReturnOrLineFeed,
    ]

    @Test func linesEndAtCarriageReturnOrLineFeed() {
        var framer = LineFramer(.carriageReturnOrLineFeed)
        #expect(
            framer.take(bytes("FI-1\rFI-2\r\nFI-3\n"), at: 0)
                == ["FI-1", "FI-2", "FI-3"].map { .whole(bytes($0)) })
    }

    @Test func aLineIsWhatStandsBetweenStartAndEndOfText() {
        var framer = LineFramer(.startAndEndOfText)
        let lines = framer.take(bytes("noise\u{2}FI-1\u{3}\u{2}FI-2\u{3}"), at: 0)
        #expect(lines == [.refused(.noPrefix, count: 5), .whole(bytes("FI-1")), .whole(bytes("FI-2"))])
    }

    @Test func aSuffixOfTwoBytesKeepsEachOfThemInTheLine() throws {
        var framer = LineFramer(try LineFraming(suffixes: [[0x0D, 0x0A]], longest: 40))
        #expect(framer.take(bytes("a\rb\nc\r\n"), at: 0) == [.whole(bytes("a\rb\nc"))])
    }

    @Test func linesOfOneLengthNeedNothingBehindThem() throws {
        var framer = LineFramer(
            try LineFraming(prefix: [2], suffixes: [], longest: 10, length: 4, idleGapNanoseconds: 100))
        #expect(
            framer.take(bytes("\u{2}ABCD\u{2}EFGHx\u{2}IJ"), at: 0) == [
                .whole(bytes("ABCD")), .whole(bytes("EFGH")), .refused(.noPrefix, count: 1),
            ])
        #expect(framer.idle(at: 100) == .refused(.brokenOff, count: 3), "half a line is none")
        #expect(throws: LineFramingError.outOfRange) {
            try LineFraming(suffixes: [], longest: 10, length: 11, idleGapNanoseconds: 100)
        }
    }

    @Test func aLineLongerThanAllowedIsRefusedWholeAndTheNextIsRead() throws {
        var framer = LineFramer(try LineFraming(suffixes: [[0x0D]], longest: 10))
        let lines = framer.take([UInt8](repeating: 0x41, count: 1_000) + bytes("\rFI-2\r"), at: 0)
        #expect(lines == [.refused(.tooLong, count: 1_000), .whole(bytes("FI-2"))])
        #expect(
            framer.take(bytes("ABCDEFGHIJ\rABCDEFGHIJK\r"), at: 0) == [
                .whole(bytes("ABCDEFGHIJ")), .refused(.tooLong, count: 11),
            ])
    }

    @Test func aLineWithoutEndTakesNoMoreMemoryThanTheLongest() throws {
        var framer = LineFramer(try LineFraming(suffixes: [[0x0D]], longest: 10))
        for _ in 0..<1_000 {
            #expect(framer.take([UInt8](repeating: 0x41, count: 100), at: 0) == [])
            #expect(framer.held.count <= 18)
        }
    }

    @Test func silenceEndsALineThatNoSuffixEnds() throws {
        var framer = LineFramer(try LineFraming(suffixes: [], longest: 40, idleGapNanoseconds: 50))
        #expect(framer.deadline == nil)
        #expect(framer.take(bytes("FI"), at: 100) == [])
        #expect(framer.take(bytes("-1"), at: 140) == [])
        #expect(framer.deadline == 190)
        #expect(framer.idle(at: 189) == nil)
        #expect(framer.idle(at: 190) == .whole(bytes("FI-1")))
        #expect(framer.idle(at: 500) == nil)
        #expect(framer.deadline == nil)
    }

    @Test func silenceBreaksOffALineThatShouldHaveEnded() throws {
        var framer = LineFramer(try LineFraming(suffixes: [[0x0D]], longest: 40, idleGapNanoseconds: 50))
        #expect(framer.take(bytes("\u{7F}x"), at: 0) == [])
        #expect(
            framer.take(bytes("FI-1\r"), at: 60) == [.refused(.brokenOff, count: 2), .whole(bytes("FI-1"))])
    }

    @Test(arguments: 1...9) func anyChunkingGivesTheSameLines(chunk: Int) {
        let stream = bytes("\u{2}FI-1\u{3}\rFI-2\r\n\u{2}\u{2}a\u{3}b\r\nFI-3\r\n")
        for framing in Self.framings {
            var whole = LineFramer(framing)
            let expected = whole.take(stream, at: 0)
            var chopped = LineFramer(framing)
            var lines: [LineFramer.Line] = []
            for start in stride(from: 0, to: stream.count, by: chunk) {
                lines += chopped.take(stream[start..<min(start + chunk, stream.count)], at: 0)
            }
            #expect(lines == expected)
            #expect(!expected.isEmpty)
        }
    }

    @Test func aFramingByWhichNoLineEndsIsRefused() {
        #expect(throws: LineFramingError.endless) { try LineFraming(suffixes: [], longest: 40) }
        #expect(throws: LineFramingError.outOfRange) { try LineFraming(suffixes: [[0x0D]], longest: 0) }
        #expect(throws: LineFramingError.outOfRange) { try LineFraming(suffixes: [[]], longest: 10) }
    }

    @Test func randomStreamsNeverExceedTheBound() throws {
        var random = SeededRandom(seed: 0x11FE)
        var framer = LineFramer(
            try LineFraming(prefix: [0x02, 0x02], suffixes: [[0x03]], longest: 8, idleGapNanoseconds: 9))
        for step in 0..<10_000 {
            let chunk = random.bytes(upTo: 30).map { $0 & 0x07 }
            for line in framer.take(chunk, at: Int64(step) * 5) {
                guard case .whole(let content) = line else { continue }
                #expect((1...8).contains(content.count), "seed 11FE, step \(step)")
            }
        }
    }
}
