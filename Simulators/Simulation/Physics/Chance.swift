/// Chance that a seed and a key settle: the same draw whatever else has been drawn, and in whatever order.
///
/// A measurement takes its noise from the seed, the part and the set point, never from the moment at which
/// somebody asked, so that a scenario has one outcome however fast its gateway is.
package struct Chance: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64, key: String) {
        // FNV-1a over the key (its published 64-bit offset basis and prime), started from the seed.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325 ^ seed
        for byte in key.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        state = hash
        _ = next()
    }

    /// SplitMix64 (Steele, Lea, Flood 2014).
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// Evenly spread over 0..<1.
    package mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    /// Mean 0, standard deviation 1, never beyond ±2.45: the sum of two even draws.
    ///
    /// Bounded on purpose: a healthy part never leaves its limits by chance.
    package mutating func deviation() -> Double {
        let standardDeviationsAUnit = 2.449_489_742_783_178  // √6: a sum of two even draws has variance 1/6
        return (unit() + unit() - 1) * standardDeviationsAUnit
    }
}
