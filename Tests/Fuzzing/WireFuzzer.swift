import Codecs

/// Damaged answers on their way through the framers, with a second opinion on each that is credited.
enum WireFuzzer {
    /// Modbus TCP: what is credited carries our transaction and unit and is a whole answer.
    static func tcp(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("tcp")
        var random = FuzzRandom(seed: seed)
        var framer = MBAPFramer()
        for _ in 0..<inputs {
            tally.inputs += 1
            let oracle = ReplyOracle(&random)
            let head = random.bytes(2)
            let length = oracle.answer.count + 1
            let whole =
                head + [0, 0, UInt8(length >> 8), UInt8(length & 0xFF), oracle.unit] + oracle.answer
            let bytes = Self.damaged(whole, &random)
            framer.reset()
            let frames = Self.frames(&framer, random.pieces(bytes))
            for frame in frames {
                let isOurs =
                    frame.transaction == UInt16(head[0]) << 8 | UInt16(head[1]) && frame.unit == oracle.unit
                if let what = oracle.disagreement(frame.pdu) { tally.find(what, bytes, seed: seed) }
                guard isOurs, oracle.isAnswer(frame.pdu) else { continue }
                // What is credited must have stood on the wire, byte for byte.
                if !Self.contains(bytes, frame.bytes) { tally.find("not on the wire", bytes, seed: seed) }
                if frame.bytes == whole { tally.intact += 1 } else { tally.plausible += 1 }
            }
        }
        return tally
    }

    /// Modbus RTU in a stream: what is credited has a right CRC by another algorithm. One that differs from
    /// the true answer has it by chance, which never happens where three bits or fewer differ: the
    /// polynomial keeps a Hamming distance of 4 far beyond 256 bytes (Koopman, CRC-16/0x8005).
    static func rtu(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("rtu")
        var random = FuzzRandom(seed: seed)
        var framer = ModbusRTUFramer()
        for _ in 0..<inputs {
            tally.inputs += 1
            let oracle = ReplyOracle(&random)
            let body = [oracle.unit] + oracle.answer
            let sum = CRCTable.sum(body[...])
            let whole = body + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
            let bytes = Self.damaged(whole, &random)
            framer.reset()
            for frame in Self.frames(&framer, random.pieces(bytes)) {
                let sent = [frame.unit] + frame.pdu
                let sum = CRCTable.sum(sent[...])
                let onWire = sent + [UInt8(sum & 0xFF), UInt8(sum >> 8)]
                if !Self.contains(bytes, onWire) { tally.find("a wrong CRC passed", bytes, seed: seed) }
                if let what = oracle.disagreement(frame.pdu) { tally.find(what, bytes, seed: seed) }
                guard frame.unit == oracle.unit, oracle.isAnswer(frame.pdu) else { continue }
                if onWire == whole {
                    tally.intact += 1
                } else {
                    tally.plausible += 1
                    let bits = zip(onWire, whole).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
                    if onWire.count == whole.count, bits <= 3 {
                        tally.find("\(bits) wrong bits passed the CRC", bytes, seed: seed)
                    }
                }
            }
        }
        return tally
    }

    /// Modbus ASCII: what is credited has an LRC that fits. Eight bits let one in 256 through by chance, and
    /// two bytes that changed places always.
    static func ascii(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("ascii")
        var random = FuzzRandom(seed: seed)
        let digits = Array("0123456789ABCDEF".utf8)
        for _ in 0..<inputs {
            tally.inputs += 1
            let oracle = ReplyOracle(&random)
            let body = [oracle.unit] + oracle.answer
            let all = body + [UInt8(truncatingIfNeeded: 256 - body.reduce(0) { $0 + Int($1) } % 256)]
            var bytes = [UInt8(ascii: ":")]
            for byte in all { bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
            bytes += [0x0D, 0x0A]
            random.damage(&bytes)
            var framer = ModbusASCIIFramer()
            for piece in random.pieces(bytes) {
                framer.append(piece)
                do {
                    while let frame = try framer.next() {
                        if let what = oracle.disagreement(frame.pdu) { tally.find(what, bytes, seed: seed) }
                        guard frame.unit == oracle.unit, oracle.isAnswer(frame.pdu) else { continue }
                        if frame.pdu == oracle.answer { tally.intact += 1 } else { tally.plausible += 1 }
                    }
                } catch {
                    continue
                }
            }
        }
        return tally
    }

    /// Reply PDUs alone, damaged or made up, against requests.
    static func replies(_ inputs: Int, seed: UInt64) -> FuzzTally {
        var tally = FuzzTally("reply")
        var random = FuzzRandom(seed: seed)
        for _ in 0..<inputs {
            tally.inputs += 1
            let oracle = ReplyOracle(&random)
            var pdu = oracle.answer
            random.damage(&pdu)
            if let what = oracle.disagreement(pdu) { tally.find(what, pdu, seed: seed) }
            if pdu == oracle.answer {
                tally.intact += 1
            } else if oracle.isAnswer(pdu) {
                tally.plausible += 1
            }
        }
        return tally
    }

    /// `whole` with damage, or now and then bytes that have nothing to do with it.
    private static func damaged(_ whole: [UInt8], _ random: inout FuzzRandom) -> [UInt8] {
        guard random.below(20) > 0 else { return random.bytes(random.below(300)) }
        var bytes = whole
        random.damage(&bytes)
        return bytes
    }

    /// The frames in `pieces`, up to the first place that is none.
    private static func frames<Framer: StreamFramer>(
        _ framer: inout Framer, _ pieces: [ArraySlice<UInt8>]
    ) -> [Framer.Frame] {
        var frames: [Framer.Frame] = []
        for piece in pieces {
            framer.append(piece)
            do {
                while let frame = try framer.next() { frames.append(frame) }
            } catch {
                return frames
            }
        }
        return frames
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard part.count <= bytes.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)].elementsEqual(part) }
    }
}

/// What finds frames in a stream of bytes.
private protocol StreamFramer {
    associatedtype Frame
    mutating func append(_ bytes: some Sequence<UInt8>)
    mutating func next() throws(ModbusError) -> Frame?
}

extension MBAPFramer: StreamFramer {}
extension ModbusRTUFramer: StreamFramer {}

/// The CRC of RTU by table, apart from the bitwise one under test.
private enum CRCTable {
    private static let table: [UInt16] = (0..<256).map { index in
        (0..<8).reduce(UInt16(index)) { sum, _ in sum & 1 == 1 ? 0xA001 ^ (sum >> 1) : sum >> 1 }
    }

    static func sum(_ bytes: ArraySlice<UInt8>) -> UInt16 {
        bytes.reduce(0xFFFF) { ($0 >> 8) ^ table[Int(($0 ^ UInt16($1)) & 0xFF)] }
    }
}
