import Codecs
import Judging

/// Random JSON documents.
extension SeededRandom {
    /// Scalars where an encoder or a sort order can go wrong: escapes, surrogate borders, high planes.
    private static var sharp: [UInt32] {
        [
            0, 8, 9, 0x0A, 0x0C, 0x0D, 0x1F, 0x20, 0x22, 0x2F, 0x5C, 0x7F, 0x80, 0xD7FF, 0xE000, 0xFB33,
            0xFFFD,
            0xFFFF, 0x1_0000, 0x1_F600, 0x10_FFFF, 0x2028, 0x301,
        ]
    }

    mutating func jsonText() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...6, using: &self) {
            let any = UInt32.random(in: 0...0x10_FFFF, using: &self)
            let value = Bool.random(using: &self) ? Self.sharp.randomElement(using: &self) ?? 0 : any
            if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    mutating func json(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth < 4 ? 6 : 3), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .number(jsonNumber())
        case 3: return .string(jsonText())
        case 4: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in json(depth: depth + 1) })
        default:
            let pairs = (0..<Int.random(in: 0...5, using: &self)).map { _ in
                (jsonText(), json(depth: depth + 1))
            }
            return .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        }
    }

    private mutating func jsonNumber() -> Int64 {
        let most = JSONValue.largestNumber
        return [0, -1, most, -most, Int64.random(in: -most...most, using: &self)].randomElement(using: &self)
            ?? 0
    }
}
