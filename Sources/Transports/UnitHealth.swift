/// How one unit on a line has answered lately.
package struct UnitHealth: Sendable, Equatable {
    /// Missed answers in a row that make a unit demoted: one may be lost on the wire, two be a slow cycle.
    package static let silencesToDemote = 3

    package private(set) var silences = 0
    /// When a demoted unit is asked again; nanoseconds of the monotonic clock.
    var probeAt = Int64.min

    package init() {}

    package var health: LinkStatus.Health {
        switch silences {
        case 0: .good
        case ..<Self.silencesToDemote: .suspect
        default: .demoted
        }
    }

    package mutating func missed() { silences = min(silences + 1, 1_000_000) }
    package mutating func answered() { silences = 0 }

    /// The pause between probes of a demoted unit, in nanoseconds.
    ///
    /// Waiting for it in vain may cost the other units of its line one part in twenty; a unit that has its
    /// line for itself costs nobody anything and is asked every second.
    package static func probePause(timeout: Int64, isAlone: Bool) -> Int64 {
        let (share, overflow) = timeout.multipliedReportingOverflow(by: isAlone ? 1 : 20)
        return max(1_000_000_000, overflow ? .max / 4 : min(share, .max / 4))
    }
}
