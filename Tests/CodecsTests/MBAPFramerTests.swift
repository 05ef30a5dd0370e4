import Codecs
import Testing

@Suite struct MBAPFramerTests {
    /// A reply with two registers to transaction 0x1501 of unit 255, by hand from Messaging on TCP/IP V1.0b.
    private static let first = Hex.bytes("1501 0000 0007 FF 03 04 0001609E".filter { $0 != " " }) ?? []
    /// An exception of unit 1 to transaction 0x1502.
    private static let second = Hex.bytes("1502 0000 0003 01 83 02".filter { $0 != " " }) ?? []

    private static let frames = [
        MBAPFrame(transaction: 0x1501, unit: 255, pdu: [3, 4, 0, 1, 0x60, 0x9E]),
        MBAPFrame(transaction: 0x1502, unit: 1, pdu: [0x83, 2]),
    ]

    @Test(arguments: 1...22) func anyChunkingGivesTheSameFrames(chunk: Int) throws {
        let stream = Self.first + Self.second
        var framer = MBAPFramer()
        var found: [MBAPFrame] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            framer.append(stream[start..<min(start + chunk, stream.count)])
            while let frame = try framer.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
        #expect(framer.pendingBytes == 0)
    }

    @Test func framesAreWrittenAsTheyAreRead() {
        #expect(Self.frames[0].bytes == Self.first)
        #expect(Self.frames[1].bytes == Self.second)
    }

    @Test func anUnfinishedFrameAsksForMore() throws {
        for count in 0..<Self.first.count {
            var framer = MBAPFramer()
            framer.append(Self.first.prefix(count))
            #expect(try framer.next() == nil)
            #expect(framer.pendingBytes == count)
        }
    }

    @Test(arguments: [
        "1501 0001 0007 FF 03 04", "1501 0100", "1501 0000 0000 FF", "1501 0000 0001 FF", "1501 0000 00FF FF",
        "1501 0000 FFFF FF", "474554202f20485454502f312e31",
    ])
    func garbageIsAnError(hex: String) {
        var framer = MBAPFramer()
        framer.append(Hex.bytes(hex.filter { $0 != " " }) ?? [])
        #expect(throws: ModbusError.self) { try framer.next() }
    }

    @Test func theLongestFrameIsTaken() throws {
        let pdu: [UInt8] = [3, 250] + Array(repeating: 7, count: 251)
        var framer = MBAPFramer()
        framer.append(MBAPFrame(transaction: 1, unit: 1, pdu: pdu).bytes)
        #expect(try framer.next()?.pdu.count == 253)
    }

    @Test func aNewConnectionForgetsTheOldBytes() throws {
        var framer = MBAPFramer()
        framer.append(Self.first.prefix(9))
        framer.reset()
        framer.append(Self.second)
        #expect(try framer.next() == Self.frames[1])
    }
}
