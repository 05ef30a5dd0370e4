package import Codecs

/// One request that a line repeats on a schedule of its own.
package struct ModbusPoll: Sendable, Equatable {
    /// The caller's own number for it; unique within one group of polls.
    package let id: Int
    package let unit: UInt8
    package let request: ModbusRequest
    /// From one due time to the next, in nanoseconds; due times lie on multiples of it on the monotonic
    /// clock. 0 asks again as soon as the answer is there.
    package var periodNanoseconds: Int64
    /// How long after the last byte sent an answer may come, in nanoseconds.
    package var timeoutNanoseconds: Int64

    package init(
        id: Int, unit: UInt8, request: ModbusRequest, periodNanoseconds: Int64, timeoutNanoseconds: Int64
    ) {
        (self.id, self.unit, self.request) = (id, unit, request)
        (self.periodNanoseconds, self.timeoutNanoseconds) = (periodNanoseconds, timeoutNanoseconds)
    }

    /// The same with durations.
    package init(id: Int, unit: UInt8, request: ModbusRequest, period: Duration, timeout: Duration) {
        self.init(
            id: id, unit: unit, request: request, periodNanoseconds: period.nanoseconds,
            timeoutNanoseconds: timeout.nanoseconds)
    }
}

extension Duration {
    /// Whole nanoseconds, at most 2⁶³−1 of them.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, beyond) = product.addingReportingOverflow(attoseconds / 1_000_000_000)
        return beyond ? (seconds < 0 ? .min : .max) : sum
    }
}
