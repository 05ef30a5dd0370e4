/// The server's side of the Modbus application protocol: a request's PDU in, the reply's PDU out.
///
/// Written from Application Protocol V1.1b3, sections 6.1 to 6.12 and 6.21, and on purpose from nothing that
/// a client here uses: one misreading must not sit on both sides.
package enum ModbusServer {
    /// Most bits in one read (section 6.1).
    static let mostBitsRead = 2000
    /// Most bits in one write (section 6.11).
    static let mostBitsWritten = 1968
    /// Most registers in one read (section 6.3).
    static let mostWordsRead = 125
    /// Most registers in one write (section 6.12).
    static let mostWordsWritten = 123

    /// The answer of `device` to `request`; nil only where there is no function code to answer.
    package static func reply(
        to request: ArraySlice<UInt8>, from device: inout some RegisterBank, at now: ShopTime
    ) -> [UInt8]? {
        guard let function = request.first else { return nil }
        let body = Array(request.dropFirst())
        do throws(ServerRefusal) {
            return [function] + (try answer(function, body, &device, now))
        } catch {
            return exception(error.rawValue, function: function)
        }
    }

    /// The reply that refuses a request (section 7): the function code with its top bit, then the reason.
    package static func exception(_ code: UInt8, function: UInt8) -> [UInt8] { [function | 0x80, code] }

    private static func answer(
        _ function: UInt8, _ body: [UInt8], _ device: inout some RegisterBank, _ now: ShopTime
    ) throws(ServerRefusal) -> [UInt8] {
        switch function {
        case 1, 2:
            let range = try range(body, most: mostBitsRead)
            return packed(try device.bits(function == 1 ? .coils : .discreteInputs, range, at: now))
        case 3, 4:
            let range = try range(body, most: mostWordsRead)
            let words = try device.words(function == 3 ? .holding : .input, range, at: now)
            return [UInt8(truncatingIfNeeded: words.count * 2)] + words.flatMap(bytes)
        case 5: return try writeOneBit(body, &device, now)
        case 6:
            guard body.count == 4 else { throw .illegalValue }
            try device.write(words: [word(body, 2)], from: Int(word(body, 0)), at: now)
            return body
        case 15: return try writeBits(body, &device, now)
        case 16: return try writeWords(body, &device, now)
        case 43: return try identification(body, of: device.nameplate)
        default: throw .illegalFunction
        }
    }

    private static func writeOneBit(
        _ body: [UInt8], _ device: inout some RegisterBank, _ now: ShopTime
    ) throws(ServerRefusal) -> [UInt8] {
        guard body.count == 4, [0x0000, 0xFF00].contains(word(body, 2)) else { throw .illegalValue }
        try device.write(bits: [word(body, 2) == 0xFF00], from: Int(word(body, 0)), at: now)
        return body
    }

    private static func writeBits(
        _ body: [UInt8], _ device: inout some RegisterBank, _ now: ShopTime
    ) throws(ServerRefusal) -> [UInt8] {
        let range = try range(body, most: mostBitsWritten, values: true)
        guard body.count == 5 + (range.count + 7) / 8, Int(body[4]) == (range.count + 7) / 8 else {
            throw .illegalValue
        }
        let bits = (0..<range.count).map { (index: Int) -> Bool in
            let mask: UInt8 = 1 << UInt8(index % 8)
            return body[5 + index / 8] & mask != 0
        }
        try device.write(bits: bits, from: range.lowerBound, at: now)
        return Array(body[0..<4])
    }

    private static func writeWords(
        _ body: [UInt8], _ device: inout some RegisterBank, _ now: ShopTime
    ) throws(ServerRefusal) -> [UInt8] {
        let range = try range(body, most: mostWordsWritten, values: true)
        guard body.count == 5 + range.count * 2, Int(body[4]) == range.count * 2 else { throw .illegalValue }
        let words = (0..<range.count).map { word(body, 5 + $0 * 2) }
        try device.write(words: words, from: range.lowerBound, at: now)
        return Array(body[0..<4])
    }

    /// Address and quantity, the quantity checked before the address as the specification's charts do.
    private static func range(
        _ body: [UInt8], most: Int, values: Bool = false
    ) throws(ServerRefusal) -> Range<Int> {
        guard values ? body.count >= 6 : body.count == 4 else { throw .illegalValue }
        let (start, count) = (Int(word(body, 0)), Int(word(body, 2)))
        guard (1...most).contains(count) else { throw .illegalValue }
        guard start + count <= 65_536 else { throw .illegalAddress }
        return start..<start + count
    }

    private static func word(_ bytes: [UInt8], _ offset: Int) -> UInt16 {
        UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    private static func bytes(_ word: UInt16) -> [UInt8] {
        [UInt8(word >> 8), UInt8(truncatingIfNeeded: word)]
    }

    private static func packed(_ bits: [Bool]) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit { out[index / 8] |= 1 << (index % 8) }
        return [UInt8(out.count)] + out
    }
}
