import Codecs
import Glibc

/// Random JSON documents that a seed gives again (SplitMix64, Steele et al. 2014).
struct JSONSamples: RandomNumberGenerator {
    /// Another one each run, or `SEED` of the environment, to see a failure again.
    static func seed() -> UInt64 {
        getenv("SEED").flatMap { UInt64(String(cString: $0)) } ?? UInt64.random(in: 0..<1 << 32)
    }

    /// Scalars where an encoder or a sort order can go wrong: escapes, surrogate borders, high planes.
    private static let sharp: [UInt32] = [
        0, 8, 9, 0x0A, 0x0C, 0x0D, 0x1F, 0x20, 0x22, 0x2F, 0x5C, 0x7F, 0x80, 0xD7FF, 0xE000, 0xFB33, 0xFFFD,
        0xFFFF,
        0x1_0000, 0x1_F600, 0x10_FFFF, 0x2028, 0x301,
    ]

    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func text() -> String {
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...6, using: &self) {
            let any = UInt32.random(in: 0...0x10_FFFF, using: &self)
            let value = Bool.random(using: &self) ? Self.sharp.randomElement(using: &self) ?? 0 : any
            if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        }
        return String(scalars)
    }

    mutating func value(depth: Int = 0) -> JSONValue {
        switch Int.random(in: 0...(depth < 4 ? 6 : 3), using: &self) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &self))
        case 2: return .number(number())
        case 3: return .string(text())
        case 4: return .array((0..<Int.random(in: 0...4, using: &self)).map { _ in value(depth: depth + 1) })
        default:
            let pairs = (0..<Int.random(in: 0...5, using: &self)).map { _ in (text(), value(depth: depth + 1))
            }
            return .object(Dictionary(pairs, uniquingKeysWith: { first, _ in first }))
        }
    }

    private mutating func number() -> Int64 {
        let most = JSONValue.largestNumber
        return [0, -1, most, -most, Int64.random(in: -most...most, using: &self)].randomElement(using: &self)
            ?? 0
    }
}
