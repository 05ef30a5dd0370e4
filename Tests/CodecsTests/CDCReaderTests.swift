import Testing

@testable import Codecs

struct CDCReaderTests {
    private static let second: Int64 = 1_000_000_000

    /// SERIAL_STATE as CDC PSTN 1.2, section 6.5.4 lays it out; bit 6 is an overrun, bit 5 a parity error.
    private func state(_ bits: UInt8) -> [UInt8] { [0xA1, 0x20, 0, 0, 0, 0, 2, 0, bits, 0] }

    @Test func theLineCodingIsSevenBytes() {
        // 9600 8N1 as PSTN 1.2, table 17 orders it.
        #expect(CDCLineCoding.usual.bytes == [0x80, 0x25, 0, 0, 0, 0, 8])
        let other = CDCLineCoding(baud: 115_200, parity: .even, dataBits: 7, stopBits: 2)
        #expect(other.bytes == [0x00, 0xC2, 0x01, 0, 2, 2, 7])
    }

    @Test func theStateOfALineIsRead() throws {
        for (bits, damage) in [(0x03, nil), (0x60, "parity error, overrun"), (0x14, "framing error, break")]
            as [(UInt8, String?)]
        {
            #expect(CDCNotification(state(bits)) == .state(CDCSerialState(bits: bits)))
            #expect(CDCSerialState(bits: bits).damage == damage)
        }
        // NETWORK_CONNECTION: eight bytes, no data.
        #expect(CDCNotification([0xA1, 0, 1, 0, 0, 0, 0, 0]) == .other)
    }

    /// A state that says that bytes were lost, but for its length or what it says of it; and others' likes.
    private static let wrongLengths: [[UInt8]] = [
        [], [0xA1], [0xA1, 0x20, 0, 0, 0, 0, 2], [0xA1, 0x20, 0, 0, 0, 0, 2, 0],
        [0xA1, 0x20, 0, 0, 0, 0, 2, 0, 0x40], [0xA1, 0x20, 0, 0, 0, 0, 2, 0, 0x40, 0, 0],
        [0xA1, 0x20, 0, 0, 0, 0, 2, 0, 0x40, 0, 0xA1, 0x20, 0, 0, 0, 0, 2, 0, 0, 0],
        [0xA1, 0x20, 0, 0, 0, 0, 0, 0, 0x40, 0], [0xA1, 0x20, 0, 0, 0, 0, 1, 0, 0x40],
        [0xA1, 0x20, 0, 0, 0, 0, 3, 0, 0x40, 0], [0xA1, 0x20, 0, 0, 0, 0, 2, 1, 0x40, 0],
        [0xA1, 0x20, 0, 0, 0, 0, 3, 0, 0x40, 0, 0], [0xA1, 0x20, 0, 0, 0, 0, 0, 2, 0x40, 0],
        [0x21, 0x20, 0, 0, 0, 0, 2, 0, 0x40, 0], [0xA1, 0, 1, 0, 0, 0, 0, 0, 0x40, 0],
    ]

    /// Seen failing with a longer one taken by its first ten bytes: what follows them shows that its
    /// beginning is not the state that it seems to be.
    @Test(arguments: wrongLengths)
    func aNotificationOfAWrongLengthIsLeftOut(_ bytes: [UInt8]) {
        guard case .malformed = CDCNotification(bytes) else {
            Issue.record("taken as \(CDCNotification(bytes))")
            return
        }
        var reader = CDCReader(.carriageReturnOrLineFeed)
        #expect(reader.note(bytes, at: 0) != nil)
        // No bytes were lost.
        #expect(reader.take(Array("FI-1\r".utf8), at: 1) == [.whole(Array("FI-1".utf8))])
    }

    @Test func theUnionNamesTheDataInterface() {
        // Header, ACM and union functional descriptors of CDC 1.2, section 5.3.
        let extra: [UInt8] = [5, 0x24, 0, 0x10, 1, 4, 0x24, 2, 2, 5, 0x24, 6, 0, 3]
        #expect(CDCUnion.dataInterface(extra) == 3)
        #expect(CDCUnion.dataInterface(Array(extra.prefix(12))) == nil)
        #expect(CDCUnion.dataInterface([0, 0x24, 6]) == nil)
    }

    @Test func linesAreCutHoweverTheyArrive() {
        for size in 1...7 {
            var reader = CDCReader(.carriageReturnOrLineFeed)
            var lines: [CDCReader.Line] = []
            let bytes = Array("FI-1\r\nFI-2\r".utf8)
            for start in stride(from: 0, to: bytes.count, by: size) {
                lines += reader.take(Array(bytes[start..<min(bytes.count, start + size)]), at: 0)
            }
            #expect(lines == [.whole(Array("FI-1".utf8)), .whole(Array("FI-2".utf8))])
        }
    }

    @Test func damageRefusesTheLineThatIsUnderWay() {
        var reader = CDCReader(.carriageReturnOrLineFeed)
        #expect(reader.take(Array("FI-".utf8), at: 0).isEmpty)
        #expect(reader.note(state(0x40), at: 1) == nil)
        #expect(
            reader.take(Array("1\rFI-2\r".utf8), at: 2) == [
                .refused(reason: "bytes were lost on the line (overrun): scan again"),
                .whole(Array("FI-2".utf8)),
            ])
    }

    @Test func damageBetweenLinesCountsForAMoment() {
        var reader = CDCReader(.carriageReturnOrLineFeed)
        #expect(reader.note(state(0x10), at: 0) == nil)
        #expect(reader.take(Array("A\r".utf8), at: Self.second / 10) != [.whole([0x41])])
        #expect(reader.note(state(0x04), at: Self.second) == nil)
        #expect(reader.take(Array("A\r".utf8), at: 2 * Self.second) == [.whole([0x41])])
    }

    @Test func silenceEndsALineWithoutSuffix() throws {
        let framing = try LineFraming(suffixes: [], longest: 8, idleGapNanoseconds: 100)
        var reader = CDCReader(framing)
        #expect(reader.take([0x41, 0x42], at: 0).isEmpty)
        #expect(reader.deadline == 100)
        #expect(reader.take([], at: 100) == [.whole([0x41, 0x42])])
        #expect(reader.deadline == nil)
    }
}
