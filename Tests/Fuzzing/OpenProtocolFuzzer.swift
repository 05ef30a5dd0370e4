import Codecs

/// Damaged messages of torque controllers, with a second opinion on each result that is still read.
enum OpenProtocolFuzzer {
    /// Streams of one or two messages, chopped and damaged: what is not damaged is read as it was sent, and
    /// what is read of a result stands at the bytes that the specification prints.
    static func messages(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("open-protocol")
        var random = FuzzRandom(seed: seed)
        for _ in 0..<inputs {
            tally.inputs += 1
            let sample = samples[random.below(samples.count)]
            var stream = sample
            let isDamaged = random.below(8) > 0
            if isDamaged {
                random.damage(&stream)
                if random.below(2) == 0 { mend(&stream) }
            }
            let bytes = stream + end(of: stream) + (random.below(4) == 0 ? samples[0] + [0] : [])
            let read = messages(in: random.pieces(bytes))
            if !isDamaged {
                tally.intact += 1
                if read.first?.bytes != sample || (try? OpenProtocolReply(read[0])) == nil {
                    tally.find("a whole message that is not read", sample, seed: seed)
                }
            }
            for message in read { judge(message, &tally, seed: seed) }
        }
        return tally
    }

    /// MID 0061 revisions 1 and 999, 0002, 0004, 0071, 0101, 0900 (specification R2.16 and public tests of
    /// OpenProtocolInterpreter).
    private static let samples: [[UInt8]] =
        [
            "02310061001         010001020103INJ-NUT-CELL-2           04D0CVA5674A36458          05000600"
                + "3070004080001091101111120060001300700014006500150064831600020170006018000401900037202026-"
                + "02-11:13:45:07212026-01-05:08:00:00223230000104512",
            "01210061999         KPOL3456JKLO897          02001002000192111000500003602001-06-02:09:54:092"
                + "000-06-02:09:54:094294967295",
            "00570002            010001020103Airbag1                  ", "00260004            001802",
            "00530071            01E404021031042008-09-25:10:14:16",
            "01920101001         010102BM3GA02111900601         030304003050001060001071080006800900092010000"
                + "800110000012000151300000142019-11-14:14:08:05152019-11-25:11:22:41160091317118010111000809"
                + "100000",
        ].map { Array($0.utf8) } + [
            Array(
                ("00970900001         00000000012026-02-11:13:45:07000020100100102213003010000000"
                    + "10000000003").utf8)
                + [0, 0, 1, 0xFF, 0xFF, 0x15, 0xEA]
        ]

    /// The NUL that ends every message but the one with samples.
    private static func end(of bytes: [UInt8]) -> [UInt8] {
        bytes.dropFirst(4).starts(with: "0900".utf8) ? [] : [0]
    }

    /// Gives the first message the length of all there is.
    private static func mend(_ bytes: inout [UInt8]) {
        guard (20...9_999).contains(bytes.count) else { return }
        bytes.replaceSubrange(0..<4, with: OpenProtocolText.padded(bytes.count, 4).utf8)
    }

    private static func messages(in pieces: [ArraySlice<UInt8>]) -> [OpenProtocolMessage] {
        var framer = OpenProtocolFramer()
        var messages: [OpenProtocolMessage] = []
        for piece in pieces {
            framer.append(piece)
            while let message = try? framer.next() { messages.append(message) }
        }
        return messages
    }

    private static func judge(_ message: OpenProtocolMessage, _ tally: inout FuzzTally, seed: UInt64) {
        if message.bytes.count != message.header.length {
            tally.find("a length that lies", message.bytes, seed: seed)
        }
        guard case .tightening(let result) = try? OpenProtocolReply(message), message.mid == 61,
            message.revision == 1
        else { return }
        for (index, byte) in identifierBytes.enumerated() where text(message, byte, 2) != number(index + 1, 2)
        {
            tally.find("a result without its parameter \(index + 1)", message.bytes, seed: seed)
        }
        let fields: [(Int?, Int, Int)] = [
            (result.torque, 141, 6), (result.angle, 170, 5), (result.torqueMin, 117, 6),
            (result.torqueMax, 125, 6), (result.parameterSetID, 91, 3),
        ]
        for (value, byte, count) in fields where value != Int(text(message, byte, count)) {
            tally.find("another number than at byte \(byte)", message.bytes, seed: seed)
        }
        if result.isOK == true, text(message, 108, 1) != "1" {
            tally.find("a result that is not OK", message.bytes, seed: seed)
        }
    }

    /// Where the parameter ids of revision 1 stand (specification R2.16, table 98).
    private static let identifierBytes = [
        21, 27, 31, 58, 85, 89, 94, 100, 106, 109, 112, 115, 123, 131, 139, 147, 154, 161, 168, 175, 196, 217,
        220,
    ]

    private static func text(_ message: OpenProtocolMessage, _ byte: Int, _ count: Int) -> String {
        String(decoding: message.bytes.dropFirst(byte - 1).prefix(count), as: UTF8.self)
    }

    private static func number(_ number: Int, _ width: Int) -> String {
        OpenProtocolText.padded(number, width)
    }
}
