/// Open Protocol from the wire to its fields, and its two serial lines.
enum OpenProtocolTarget {
    /// MIDs that are read.
    private static let mids = [
        2, 4, 5, 11, 13, 15, 31, 33, 35, 41, 52, 61, 65, 71, 74, 76, 81, 101, 106, 107, 152, 211, 215, 217,
        900, 901, 9_997, 9_998, 9_999,
    ]
    private static let revisions = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 998, 999]

    /// The first byte chooses: a stream in pieces of that many bytes, a serial line, or the data of a message
    /// whose MID and revision the next two bytes choose, so that mutation need not find a header first.
    static func read(_ bytes: [UInt8]) {
        guard let choice = bytes.first else { return }
        let rest = bytes.dropFirst()
        switch choice & 3 {
        case 0: stream(rest, pieces: Int(choice >> 2) + 1)
        case 1: serial(rest)
        default: data(rest)
        }
    }

    private static func stream(_ bytes: ArraySlice<UInt8>, pieces: Int) {
        var framer = OpenProtocolFramer()
        var assembler = OpenProtocolAssembler()
        for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: pieces) {
            framer.append(bytes[start..<min(start + pieces, bytes.endIndex)])
            while let message = try? framer.next() {
                precondition(message.bytes.count == message.header.length)
                precondition(message.mid == 900 || !message.bytes.contains(0))
                if let whole = try? assembler.take(message) { judge(whole) }
            }
            precondition(framer.pendingBytes <= 9_999 + pieces)
        }
    }

    private static func serial(_ bytes: ArraySlice<UInt8>) {
        var framer = OpenProtocolSerialFramer()
        var line = Procedure3964R(.low)
        for (index, byte) in bytes.enumerated() {
            for case .message(let message) in framer.take([byte], at: Int64(index) * 1_000) { judge(message) }
            for case .received(let block) in line.take([byte], at: Int64(index) * 1_000) {
                precondition(block.count <= Procedure3964R.longestBlock)
            }
        }
        _ = (framer.idle(at: .max), line.elapse(at: .max))
    }

    private static func data(_ bytes: ArraySlice<UInt8>) {
        let head = Array(bytes.prefix(2))
        guard head.count == 2 else { return }
        let header = OpenProtocolHeader(
            mid: mids[Int(head[0]) % mids.count], revision: revisions[Int(head[1]) % revisions.count])
        guard let message = try? OpenProtocolMessage(header, data: Array(bytes.dropFirst(2))) else { return }
        judge(message)
    }

    private static func judge(_ message: OpenProtocolMessage) {
        guard let reply = try? OpenProtocolReply(message) else { return }
        switch reply {
        case .tightening(let result): judge(result)
        case .curve(let curve): precondition(curve.samples.count * 2 < message.bytes.count)
        case .multiResult(let result):
            precondition(result.spindles.count * 18 < message.bytes.count)
            precondition(result.isOK != true || result.spindles.allSatisfy { $0.isOK == true })
        default: break
        }
    }

    /// A value stands behind its parameter id, in digits: looked for here in another way.
    private static func judge(_ result: OpenProtocolTightening) {
        let all = result.fields.all
        let count = all.reduce(0) { $0 + (result.fields.bytes($1.field)?.count ?? 0) }
        let isLight = result.message.mid == 61 && result.message.revision == 999
        let ids = isLight ? 0 : 2 * all.count
        precondition(20 + count + ids + result.fields.rest.count == result.message.bytes.count)
        precondition(result.isOK != true || result.fields.text(.tighteningStatus) == "1")
        if let torque = result.torque {
            precondition(Int(result.fields.text(.torque) ?? "") == torque)
        }
        _ = (result.errors, result.angleScale, result.time?.text, result.toolSerial, result.identifiers)
    }
}
