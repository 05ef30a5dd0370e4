/// What went wrong with a tightening, by the bits that say so (specification R2.16, MID 0061 parameters 20
/// and 55), in words of our own. Bit 1 is the lowest: a published result shows it, whose angle was too small
/// and whose trigger was let go.
enum OpenProtocolTighteningFault {
    /// Bits 1 to 32.
    static let first = [
        "rundown angle above its most", "rundown angle below its least", "torque above its most",
        "angle above its most", "self-tapping torque above its most", "self-tapping torque below its least",
        "prevailing torque above its most", "prevailing torque below its least",
        "prevailing torque too high to compensate", "current above its most",
        "torque after the peak below its least", "torque after the peak above its most",
        "too small an angle to watch the torque after the peak", "trigger lost", "torque below its target",
        "tool hot", "multistage tightening aborted", "rehit", "click of the wrench not measured",
        "current limit reached", "time is up", "fastener turned too far in loosening", "drive disabled",
        "transducer lost", "transducer shorted", "transducer corrupt", "synchronisation timed out",
        "dynamic current below its least", "dynamic current above its most",
        "angle above its most in monitoring", "yield of the nut", "too few samples for yield",
    ]

    /// Bits 1 to 18.
    static let second = [
        "drive deactivated", "tool stalled", "drive hot", "gradient too high", "gradient too low",
        "reaction bar failed", "snug point above its most", "cycle aborted", "necking failure",
        "loosening took effect", "speed too high", "no residual torque", "position not reached",
        "snug point too low", "snug point too high", "dynamic current below its least",
        "dynamic current above its most", "latent result",
    ]

    /// The texts of the bits that are set; a bit without one by its number.
    static func texts(_ bits: Int?, _ texts: [String]) -> [String] {
        guard let bits, bits > 0 else { return [] }
        return (0..<34).filter { bits >> $0 & 1 == 1 }.map {
            texts.indices.contains($0) ? texts[$0] : "bit \($0 + 1), which the specification does not name"
        }
    }
}
