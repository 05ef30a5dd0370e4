import Codecs
import Judging
import Testing

/// Messages cut, changed and glued together: nothing crashes, and nothing is read that was not sent.
///
/// A digit changed within a value is another value: no parameter id and no length tells, and only TCP's check
/// sum guards against it. Everything else has to be found.
@Suite struct OpenProtocolHostileTests {
    private static let samples: [[UInt8]] =
        [
            OpenProtocolSamples.result1, OpenProtocolSamples.result999, OpenProtocolSamples.result11,
            OpenProtocolSamples.result998, OpenProtocolSamples.oldResult11, OpenProtocolSamples.start7,
            OpenProtocolSamples.tool7, OpenProtocolSamples.station1, OpenProtocolSamples.bolt1,
            OpenProtocolSamples.refusal, OpenProtocolSamples.acceptance, OpenProtocolSamples.alarm1,
        ].map { Array($0.utf8) } + [OpenProtocolSamples.curve]

    /// Of revisions that are known, none of which is whole when it is cut.
    private static let exact: [[UInt8]] =
        [
            OpenProtocolSamples.result1, OpenProtocolSamples.result999, OpenProtocolSamples.result998,
            OpenProtocolSamples.start7, OpenProtocolSamples.tool7, OpenProtocolSamples.station1,
            OpenProtocolSamples.bolt1, OpenProtocolSamples.refusal, OpenProtocolSamples.alarm1,
        ].map { Array($0.utf8) } + [OpenProtocolSamples.curve]

    @Test func aMessageThatIsNotWholeIsNone() throws {
        for sample in Self.samples {
            for count in 0..<sample.count {
                var framer = OpenProtocolFramer()
                framer.append(sample.prefix(count))
                #expect(try framer.next() == nil)
                #expect(framer.pendingBytes == count)
            }
        }
    }

    /// Cut, and with the length that fits: the stages of revision 998 are kept raw and may miss.
    @Test func aShorterMessageIsMalformed() throws {
        for sample in Self.exact {
            let last = sample.starts(with: "05580061998".utf8) ? 526 : sample.count
            for count in OpenProtocolHeader.count..<last {
                var cut = Array(sample.prefix(count))
                cut.replaceSubrange(0..<4, with: OpenProtocolText.padded(count, 4).utf8)
                guard let message = try? OpenProtocolMessage(cut) else { continue }
                #expect(throws: OpenProtocolError.self, "\(message.mid) of \(count) bytes") {
                    try OpenProtocolReply(message)
                }
            }
        }
    }

    /// Every byte of a result replaced by every other: what is still read has its parameter ids, and differs
    /// in the one field in which the byte lies.
    @Test func aChangedByteChangesItsOwnFieldAlone() throws {
        let sample = Array(OpenProtocolSamples.result1.utf8)
        let good = try OpenProtocolTightening(OpenProtocolMessage(sample)).fields.all
        for place in OpenProtocolHeader.count..<sample.count {
            for byte in UInt8.min...UInt8.max where byte != sample[place] {
                var bytes = sample
                bytes[place] = byte
                guard let message = try? OpenProtocolMessage(bytes),
                    let read = try? OpenProtocolTightening(message)
                else { continue }
                let differing = zip(good, read.fields.all).filter { $0.text != $1.text }.count
                #expect(differing <= 1 && read.fields.all.count == good.count, "byte \(place + 1)")
                #expect(!Self.identifierPlaces.contains(place), "parameter id at byte \(place + 1)")
            }
        }
    }

    /// Where the ids of revision 1 stand (specification R2.16, table 98), from 0.
    private static let identifierPlaces: Set<Int> = Set(
        [
            21, 27, 31, 58, 85, 89, 94, 100, 106, 109, 112, 115, 123, 131, 139, 147, 154, 161, 168, 175, 196,
            217, 220,
        ].flatMap { [$0 - 1, $0] })

    @Test func damagedStreamsAreReadOrRefused() {
        let seed = SeededRandom.seed()
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var (read, refused) = (0, 0)
        for _ in 0..<100_000 {
            var stream = Self.samples.randomElement(using: &random) ?? []
            if Bool.random(using: &random) {
                stream += [0] + (Self.samples.randomElement(using: &random) ?? [])
            }
            for _ in 0..<Int.random(in: 0...4, using: &random) { Self.damage(&stream, &random) }
            if Bool.random(using: &random) { Self.mendLength(&stream) }
            var framer = OpenProtocolFramer()
            var rest = stream[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...400, using: &random))
                rest = rest.dropFirst(piece.count)
                framer.append(piece)
                while let message = try? framer.next() {
                    #expect(message.bytes.count == message.header.length)
                    if (try? OpenProtocolReply(message)) == nil { refused += 1 } else { read += 1 }
                }
                #expect(framer.pendingBytes <= OpenProtocolHeader.longestMessage + 1)
            }
            if framer.broken != nil { refused += 1 }
        }
        #expect(read > 10_000 && refused > 10_000, "seed \(seed): \(read) read, \(refused) refused")
    }

    @Test func damagedSerialLinesAreReadOrRefused() {
        let seed = SeededRandom.seed()
        print("seed \(seed)")
        var random = SeededRandom(seed: seed)
        var framer = OpenProtocolSerialFramer()
        var line = Procedure3964R(.low)
        var now: Int64 = 0
        var (whole, blocks) = (0, 0)
        for _ in 0..<10_000 {
            var stream: [UInt8] = [2] + (Self.samples.randomElement(using: &random) ?? []) + [3]
            if Bool.random(using: &random) { Self.damage(&stream, &random) }
            now += Int64.random(in: 0...3_000_000_000, using: &random)
            for piece in framer.take(stream, at: now) { if case .message = piece { whole += 1 } }
            let check = stream.reduce(0, ^) ^ 0x10 ^ 3
            let block =
                [2] + stream.flatMap { (byte: UInt8) -> [UInt8] in byte == 0x10 ? [byte, byte] : [byte] } + [
                    0x10, 3, check,
                ]
            for action in line.take(block, at: now) { if case .received = action { blocks += 1 } }
            if Bool.random(using: &random) { _ = line.send([1], at: now) }
        }
        #expect(whole > 1_000 && blocks > 500, "seed \(seed): \(whole) messages, \(blocks) blocks")
    }

    private static func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard let place = bytes.indices.randomElement(using: &random) else { return }
        let byte = UInt8.random(in: 0...255, using: &random)
        switch Int.random(in: 0...4, using: &random) {
        case 0: bytes[place] = byte
        case 1: bytes[place] = UInt8.random(in: 0x20...0x39, using: &random)
        case 2: bytes.insert(byte, at: place)
        case 3: bytes.remove(at: place)
        default: bytes.removeSubrange(place..<min(bytes.count, place + Int(byte)))
        }
    }

    /// Makes the length of the first message that of all there is.
    private static func mendLength(_ bytes: inout [UInt8]) {
        guard (20...9_999).contains(bytes.count) else { return }
        bytes.replaceSubrange(0..<4, with: OpenProtocolText.padded(bytes.count, 4).utf8)
        if bytes[4..<8].elementsEqual("0900".utf8) { return }
        bytes.append(0)
    }
}
