import Codecs
import Judging
import Testing

@Suite struct ModbusASCIIFrameTests {
    /// Frames and their bytes as pymodbus 3.16 writes them; the first two are those of Simply Modbus.
    private static let written: [(text: String, unit: UInt8, pdu: String)] = [
        (":1103006B00037E\r\n", 0x11, "03006B0003"), (":110306AE4156524340CC\r\n", 0x11, "0306AE4156524340"),
        (":F7830284\r\n", 0xF7, "8302"), (":F71000010002F6\r\n", 0xF7, "1000010002"),
        (":F7050003FF0002\r\n", 0xF7, "050003FF00"), (":F716000400F20025D8\r\n", 0xF7, "16000400F20025"),
        (":F71706AE4156524340D2\r\n", 0xF7, "1706AE4156524340"), (":F701021337BC\r\n", 0xF7, "01021337"),
    ]

    private static var frames: [ModbusASCIIFrame] {
        written.map { ModbusASCIIFrame(unit: $0.unit, pdu: Hex.bytes($0.pdu) ?? []) }
    }

    private static func read(_ text: String) throws -> ModbusASCIIFrame? {
        var framer = ModbusASCIIFramer()
        framer.append(text.utf8)
        return try framer.next()
    }

    @Test(arguments: 0..<8) func framesAreWrittenAsPymodbusWritesThem(index: Int) {
        #expect(Self.frames[index].bytes == Array(Self.written[index].text.utf8))
    }

    @Test(arguments: 1...24) func anyChunkingGivesTheSameFrames(chunk: Int) throws {
        let stream = Self.written.flatMap { Array($0.text.utf8) }
        var framer = ModbusASCIIFramer()
        var found: [ModbusASCIIFrame] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            framer.append(stream[start..<min(start + chunk, stream.count)])
            while let frame = try framer.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
        #expect(framer.pendingBytes == 0)
    }

    @Test func anUnfinishedFrameAsksForMore() throws {
        for count in 0..<17 {
            var framer = ModbusASCIIFramer()
            framer.append(Self.written[0].text.utf8.prefix(count))
            #expect(try framer.next() == nil)
            #expect(framer.pendingBytes == count)
        }
    }

    @Test func everyFlippedBitOfAFrameIsFoundOrAsksForMore() throws {
        let frame = Array(Self.written[1].text.utf8)
        for index in frame.indices {
            for bit in 0..<8 {
                var wrong = frame
                wrong[index] ^= 1 << UInt8(bit)
                var framer = ModbusASCIIFramer()
                framer.append(wrong)
                let found = try? framer.next()
                // A letter whose bit 5 flips is the small letter of the same value.
                #expect(found == nil || found == Self.frames[1], "byte \(index), bit \(bit)")
            }
        }
    }

    @Test(arguments: [
        ":\r\n", ":11\r\n", ":1103\r\n", ":1103006B00037\r\n", ":1103006B00037E\n", ":1103006B00037F\r\n",
        ":11g3006B00037E\r\n", ":11 3006B00037E\r\n", ":11é3006B00037E\r\n",
    ])
    func whatIsNoFrameIsAnErrorAndTheNextIsFound(text: String) throws {
        var framer = ModbusASCIIFramer()
        framer.append((text + Self.written[0].text).utf8)
        #expect(throws: ModbusError.self) { try framer.next() }
        #expect(try framer.next() == Self.frames[0])
    }

    @Test func aColonBeginsAnewAndWhatStandsOutsideIsPassedOver() throws {
        #expect(try Self.read("noise\r\n:1103:1103006B00037E\r\n") == Self.frames[0])
    }

    @Test func smallLettersAreTaken() throws {
        #expect(try Self.read(":1103006b00037e\r\n") == Self.frames[0])
    }

    @Test func theLongestFrameIsTakenAndALongerOneIsAnError() throws {
        let longest = ModbusASCIIFrame(unit: 1, pdu: [3, 250] + Array(repeating: 7, count: 251))
        #expect(longest.bytes.count == 513)
        var framer = ModbusASCIIFramer()
        framer.append(longest.bytes)
        #expect(try framer.next() == longest)
        framer.append(":".utf8)
        framer.append([UInt8](repeating: UInt8(ascii: "0"), count: 65_536))
        #expect(throws: ModbusError.self) { try framer.next() }
        #expect(try framer.next() == nil)
        #expect(framer.pendingBytes == 0)
    }

    @Test func noBytesCrashIt() {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        let letters = Array(":0123456789ABCDEFg\r\n".utf8)
        var framer = ModbusASCIIFramer()
        for _ in 0..<5_000 {
            framer.append((0..<20).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            for _ in 0..<30 { _ = try? framer.next() }
            #expect(framer.pendingBytes <= 513, "seed \(seed)")
        }
    }
}
