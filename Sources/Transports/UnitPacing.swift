/// When each unit of a line may be asked again. Times are nanoseconds of the monotonic clock.
struct UnitPacing: Sendable {
    private var timings: [UInt8: UnitTiming] = [:]
    /// When the last exchange with each unit that wants a pause ended.
    private var ends: [UInt8: Int64] = [:]
    private var last: (unit: UInt8, end: Int64)?

    /// The most quiet that any unit wants where its line turns to it or from it.
    private var longestSwitchDelay: Int64 = 0

    /// Whether any unit wants to be waited for; where none does, nothing has to be asked of this.
    private(set) var delays = false
    /// Whether the link is to be closed between rounds: one unit that wants it is enough.
    private(set) var closesAfterPoll = false

    mutating func set(_ timing: UnitTiming, of unit: UInt8) {
        timings[unit] = timing
        delays = timings.values.contains { $0.pause > 0 || $0.switchDelay > 0 }
        longestSwitchDelay = timings.values.map(\.switchDelay).max() ?? 0
        closesAfterPoll = timings.values.contains { $0.closesAfterPoll }
    }

    func retries(of unit: UInt8) -> Int { timings[unit]?.retries ?? 0 }

    /// An exchange with `unit` has ended, well or not.
    mutating func ended(_ unit: UInt8, at time: Int64) {
        guard delays else { return }
        last = (unit, time)
        if timings[unit]?.pause ?? 0 > 0 { ends[unit] = time }
    }

    /// Whether the pause of `unit` is over.
    func allows(_ unit: UInt8, at time: Int64) -> Bool { !delays || earliest(unit) <= time }

    /// When the pause of `unit` is over.
    func earliest(_ unit: UInt8) -> Int64 {
        guard let end = ends[unit], let pause = timings[unit]?.pause else { return .min }
        return Self.sum(end, pause)
    }

    /// When a single request to `unit` that came at `time` has waited in vain. What units need comes on top
    /// of its patience, and twice, since a poll may have its turn before.
    func expiry(of unit: UInt8, at time: Int64, patience: Int64) -> Int64 {
        let wait = Self.sum(timings[unit]?.pause ?? 0, longestSwitchDelay)
        return Self.sum(Self.sum(Self.sum(time, patience), wait), wait)
    }

    /// When the line has been quiet for long enough before a request to `unit`, where another had its turn.
    func quietUntil(before unit: UInt8) -> Int64 {
        guard let last, last.unit != unit else { return .min }
        return Self.sum(
            last.end, max(timings[unit]?.switchDelay ?? 0, timings[last.unit]?.switchDelay ?? 0))
    }

    private static func sum(_ time: Int64, _ span: Int64) -> Int64 {
        let (sum, overflow) = time.addingReportingOverflow(span)
        return overflow ? .max : sum
    }
}
