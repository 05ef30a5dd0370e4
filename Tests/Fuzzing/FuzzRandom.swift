/// Random numbers that a seed repeats (SplitMix64, Steele and others, 2014), and what is done to bytes.
struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `bound` - 1, near enough evenly.
    mutating func below(_ bound: Int) -> Int { Int(truncatingIfNeeded: next() >> 33) % max(1, bound) }

    mutating func byte() -> UInt8 { UInt8(truncatingIfNeeded: next() >> 40) }

    mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in byte() } }

    /// Damages `bytes` in one to three of the ways in which lines and people damage them.
    mutating func damage(_ bytes: inout [UInt8]) {
        for _ in 0...below(3) { damageOnce(&bytes) }
    }

    private mutating func damageOnce(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else {
            bytes = self.bytes(below(16))
            return
        }
        let place = below(bytes.count)
        switch below(10) {
        case 0, 1: bytes[place] ^= 1 << UInt8(below(8))
        case 2: bytes[place] = byte()
        case 3: bytes[place] = [0, 0xFF, 0x7F, 0x80][below(4)]
        case 4: bytes.insert(byte(), at: place)
        case 5: bytes.remove(at: place)
        case 6: bytes.removeLast(place)
        case 7: bytes += self.bytes(below(12))
        case 8: bytes = self.bytes(below(12)) + bytes
        default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 1 + below(8))], at: place)
        }
    }

    /// `bytes` in pieces, as a stream brings them.
    mutating func pieces(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        guard below(4) == 0 else { return [bytes[...]] }
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + 1 + below(bytes.count))
            pieces.append(bytes[start..<end])
            start = end
        }
        return pieces
    }
}
