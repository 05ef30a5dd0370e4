/// What a unit needs beside a time-out, as its profile says. Times are in nanoseconds.
package struct UnitTiming: Sendable, Equatable {
    /// How often a read that brought no usable answer is asked again before it counts as failed. A write is
    /// never repeated by the line: it may have been carried out.
    package var retries = 0
    /// Quiet between an exchange with the unit and the next request to it; others may be asked meanwhile.
    package var pause: Int64 = 0
    /// Quiet on the line before and after the unit, where another one had or has its turn.
    package var switchDelay: Int64 = 0
    /// The unit serves few connections: the link is closed between rounds, so that others can get in.
    package var closesAfterPoll = false

    package init(
        retries: Int = 0, pause: Int64 = 0, switchDelay: Int64 = 0, closesAfterPoll: Bool = false
    ) {
        (self.retries, self.pause) = (max(0, retries), max(0, pause))
        (self.switchDelay, self.closesAfterPoll) = (max(0, switchDelay), closesAfterPoll)
    }
}
