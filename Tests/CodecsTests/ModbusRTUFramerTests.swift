import Codecs
import Judging
import Testing

@Suite struct ModbusRTUFramerTests {
    /// Replies as device manuals print them (KRAL 902.70, Simply Modbus's example) or as pymodbus 3.16
    /// writes them; unit 247 where not 1 or 17.
    private static let replies = [
        "010304 0001609E 025B", "110306 AE4156524340 49AD", "F7 8302 20C3", "F7 01021337 3D0F",
        "F7 050003FF00 68AC", "F7 1000010002 049E", "F7 16000400F20025 E880", "F7 1706AE4156524340 AB36",
        "F7 2B0E01010000010006506C756D6265 B646",
    ].map(bytes)

    private static func bytes(_ hex: String) -> [UInt8] { Hex.bytes(hex.filter { $0 != " " }) ?? [] }

    private static var frames: [ModbusRTUFrame] {
        replies.map { ModbusRTUFrame(unit: $0[0], pdu: Array($0[1..<($0.count - 2)])) }
    }

    @Test(arguments: 1...30) func anyChunkingGivesTheSameFrames(chunk: Int) throws {
        let stream = Self.replies.flatMap { $0 }
        var framer = ModbusRTUFramer()
        var found: [ModbusRTUFrame] = []
        for start in stride(from: 0, to: stream.count, by: chunk) {
            framer.append(stream[start..<min(start + chunk, stream.count)])
            while let frame = try framer.next() { found.append(frame) }
        }
        #expect(found == Self.frames)
        #expect(framer.pendingBytes == 0)
    }

    @Test(arguments: replies) func anUnfinishedFrameAsksForMore(reply: [UInt8]) throws {
        for count in reply.indices {
            var framer = ModbusRTUFramer()
            framer.append(reply.prefix(count))
            #expect(try framer.next() == nil)
            #expect(framer.pendingBytes == count)
        }
    }

    @Test(arguments: replies) func noFlippedBitGivesAFrame(reply: [UInt8]) {
        for index in reply.indices {
            for bit in 0..<8 {
                var wrong = reply
                wrong[index] ^= 1 << UInt8(bit)
                var framer = ModbusRTUFramer()
                framer.append(wrong)
                // A longer length asks for bytes that never come; everything else is an error.
                #expect((try? framer.next()) == nil)
            }
        }
    }

    @Test(arguments: ["00000000", "0107", "0118", "012B0D0101000000", "0103FF"])
    func whatHasNoKnownLengthIsAnError(hex: String) {
        var framer = ModbusRTUFramer()
        framer.append(Self.bytes(hex))
        #expect(throws: ModbusError.self) { try framer.next() }
    }

    @Test func theLongestFrameIsTaken() throws {
        let pdu = [3, 250] + [UInt8](repeating: 7, count: 250)
        var framer = ModbusRTUFramer()
        framer.append(ModbusRTUFrame(unit: 1, pdu: pdu).bytes)
        #expect(try framer.next()?.pdu == pdu)
    }

    @Test func anIdentificationOfManyObjectsThatNeverEndsIsAnError() {
        var framer = ModbusRTUFramer()
        framer.append(
            [1, 0x2B, 0x0E, 1, 1, 0, 0, 255]
                + (0..<4).flatMap { [$0, 255] + Array(repeating: 0, count: 255) })
        #expect(throws: ModbusError.self) { try framer.next() }
    }

    @Test func aResetForgetsWhatWasBegun() throws {
        var framer = ModbusRTUFramer()
        framer.append(Self.replies[0].prefix(6))
        framer.reset()
        framer.append(Self.replies[1])
        #expect(try framer.next() == Self.frames[1])
    }

    @Test func noBytesCrashIt() {
        let seed = SeededRandom.seed()
        var random = SeededRandom(seed: seed)
        for _ in 0..<2_000 {
            var framer = ModbusRTUFramer()
            framer.append(
                (0..<Int.random(in: 0...300, using: &random)).map { _ in
                    UInt8.random(in: 0...255, using: &random)
                })
            while let frame = try? framer.next() {
                #expect(ModbusRTUFrame(unit: frame.unit, pdu: frame.pdu) == frame, "seed \(seed)")
            }
            #expect(framer.pendingBytes <= 300, "seed \(seed)")
        }
    }
}
