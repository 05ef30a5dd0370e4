internal import Glibc
package import Metrology
internal import Transports

/// The gateway's clock as people on the floor read it, for devices that have one without a zone.
package struct CivilClock: Sendable {
    /// Whether a time service keeps it right: nothing is set right by one that may be wrong itself.
    let isSynchronized: @Sendable () -> Bool
    /// Seconds by which local time is ahead of UTC at an instant.
    let secondsEast: @Sendable (Timestamp) -> Int64

    package init(
        isSynchronized: @escaping @Sendable () -> Bool, secondsEast: @escaping @Sendable (Timestamp) -> Int64
    ) {
        (self.isSynchronized, self.secondsEast) = (isSynchronized, secondsEast)
    }

    /// This machine's, in its own zone.
    package static let ofThisMachine = CivilClock(
        isSynchronized: { ClockState.ofThisMachine().isSynchronized },
        secondsEast: { instant in
            var seconds = time_t(instant.nanoseconds / 1_000_000_000)
            var parts = tm()
            // It fails only for years that 64 bits of nanoseconds do not reach.
            guard localtime_r(&seconds, &parts) != nil else { return 0 }
            return Int64(parts.tm_gmtoff)
        })
}
