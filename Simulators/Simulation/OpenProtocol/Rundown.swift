internal import Glibc

/// How a screw behaves.
package enum RundownOutcome: String, Sendable, CaseIterable {
    /// Torque and angle as the pset wants them.
    case ok
    /// The tool gives up below the least torque.
    case lowTorque = "low_torque"
    /// The clutch comes late: beyond the greatest torque.
    case highTorque = "high_torque"
    /// A cross thread: the torque is there before the angle.
    case lowAngle = "low_angle"
    /// A stripped thread, or a screw too soft: the torque takes too many degrees, or never comes.
    case highAngle = "high_angle"
    /// The tool stops turning half way.
    case stall
    /// A screw that was tight already: the torque rises at once.
    case rehit
    /// The screw is loosened.
    case loosen
}

/// One rundown, as torque and angle over time: free turning, snug point, an elastic slope with the stick and
/// slip of friction, the overshoot of the stopping motor, and relaxation. A value of a few numbers: its
/// samples are made when somebody asks, always the same.
struct Rundown: Sendable, Equatable {
    /// N·m at the peak; this is the torque of the result.
    let torque: Double
    /// Degrees from the snug point to the peak.
    let angle: Double
    /// Degrees turned before the snug point.
    let freeAngle: Double
    /// Whether the screw comes out.
    let isLoosening: Bool
    let seed: UInt64

    /// Share of the samples in which the screw turns freely, and the last one in which the motor drives.
    private static let (snugAt, peakAt) = (0.40, 0.82)
    /// Torque at the snug point against the final one, and of free turning.
    private static let (snugShare, freeShare) = (0.12, 0.025)
    /// What the joint loses after the peak, and the amplitude of friction's ripple.
    private static let (relaxation, ripple) = (0.045, 0.012)

    /// `count` samples of torque (N·m), the greatest of them exactly `torque`.
    func torqueSamples(_ count: Int) -> [Double] {
        guard count > 1 else { return [torque] }
        var chance = Chance(seed: seed, key: "rundown")
        let (phase, turns) = (chance.unit(), 9 + 6 * chance.unit())
        let last = Double(count - 1)
        let peak = Int(Self.peakAt * last)
        return (0..<count).map { index in
            if index == peak { return isLoosening ? -torque : torque }
            let at = Double(index) / last
            let noise = (chance.unit() - 0.5) * Self.ripple
            let share = min(Self.share(at, phase: phase, turns: turns) + noise, 0.998)
            return (isLoosening ? -1 : 1) * torque * max(share, 0)
        }
    }

    /// `count` samples of the angle in degrees from the start of the rundown.
    func angleSamples(_ count: Int) -> [Double] {
        guard count > 1 else { return [freeAngle + angle] }
        let last = Double(count - 1)
        return (0..<count).map { index in
            let at = Double(index) / last
            let sign: Double = isLoosening ? -1 : 1
            if at < Self.snugAt {
                // The motor runs up over the first tenth of it.
                return sign * freeAngle * Self.runUp(at / Self.snugAt)
            }
            let share = min((at - Self.snugAt) / (Self.peakAt - Self.snugAt), 1)
            // It slows down towards the peak; what springs back afterwards is a hundredth.
            let back = at > Self.peakAt ? 0.01 * (1 - exp(-(at - Self.peakAt) * 60)) : 0
            return sign * (freeAngle + angle * (share * (1.35 - 0.35 * share) - back))
        }
    }

    private static func runUp(_ share: Double) -> Double {
        let ramp = 0.1
        let way = share < ramp ? share * share / (2 * ramp) : share - ramp / 2
        return way / (1 - ramp / 2)
    }

    /// Torque against the peak at a share of the time.
    private static func share(_ at: Double, phase: Double, turns: Double) -> Double {
        if at < snugAt {
            let approach = max(0, (at - snugAt * 0.9) / (snugAt * 0.1))  // the head touches
            return freeShare + (snugShare - freeShare) * approach * approach
        }
        if at <= peakAt {
            let way = (at - snugAt) / (peakAt - snugAt)
            let turned = way * (1.35 - 0.35 * way)
            let friction = ripple * sin(2 * .pi * (turned * turns + phase)) * way
            return snugShare + (1 - snugShare) * turned + friction
        }
        let since = at - peakAt
        // The motor's stop lets a little go at once, the joint relaxes after it, then the tool is taken away.
        let held = 1 - relaxation * (0.4 * (1 - exp(-since * 400)) + 0.6 * (1 - exp(-since * 25)))
        return at < 0.96 ? held : held * max(0, 1 - (at - 0.96) / 0.02)
    }
}
