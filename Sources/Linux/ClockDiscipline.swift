internal import CLinux

/// What the kernel says of how well this machine's civil clock is kept, adjtimex(2).
package struct ClockDiscipline: Sendable, Equatable {
    /// Whether a time service disciplines the clock.
    package let isSynchronized: Bool
    /// The largest error that the kernel reckons with, in microseconds.
    package let largestErrorMicroseconds: Int64

    /// The state now; a machine that does not tell counts as unsynchronized.
    package static func now() -> ClockDiscipline {
        // `modes` is 0: this reads and changes nothing.
        var state = timex()
        let status = adjtimex(&state)
        return ClockDiscipline(
            isSynchronized: status >= 0 && status != TIME_ERROR && state.status & STA_UNSYNC == 0,
            largestErrorMicroseconds: Int64(state.maxerror))
    }
}
