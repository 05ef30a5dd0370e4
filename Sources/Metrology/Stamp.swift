/// An instant of civil time: nanoseconds since 1970-01-01T00:00:00Z, without leap seconds.
package struct Timestamp: Sendable, Hashable, Comparable {
    package let nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    package static func < (left: Timestamp, right: Timestamp) -> Bool { left.nanoseconds < right.nanoseconds }
}

/// When something happened, taken once and never renewed.
///
/// Civil time says when for people; the monotonic clock, which no one can set, measures every interval.
package struct Stamp: Sendable, Hashable {
    package let utc: Timestamp
    /// Nanoseconds of CLOCK_BOOTTIME: they never go back and mean nothing beyond this boot of the machine.
    package let monotonicNanoseconds: Int64

    package init(utc: Timestamp, monotonicNanoseconds: Int64) {
        self.utc = utc
        self.monotonicNanoseconds = monotonicNanoseconds
    }
}

extension Stamp {
    /// A clock that is slewed differs by 500 parts in a million at most (adjtimex(2)), a second in half an
    /// hour; this much in a part's inspection is a clock that was set.
    private static let leastStepMilliseconds: Int64 = 500

    /// By how many milliseconds civil time was set between `earlier` and this, forward above zero; nil where
    /// it went on as the monotonic clock did.
    package func civilStepMilliseconds(since earlier: Stamp) -> Int64? {
        let civil = Int128(utc.nanoseconds) - Int128(earlier.utc.nanoseconds)
        let passed = Int128(monotonicNanoseconds) - Int128(earlier.monotonicNanoseconds)
        let step = Int64(clamping: (civil - passed) / 1_000_000)
        // What slewing alone may have made of a long inspection is no step.
        let slewed = Int64(clamping: abs(passed) / 1_000_000 / 2_000)
        return step.magnitude >= UInt64(Self.leastStepMilliseconds + slewed) ? step : nil
    }
}

/// Where time comes from: the machine's clocks in the daemon, a scripted clock in tests and simulation.
package protocol TimeSource: Sendable {
    func now() -> Stamp
}

/// How far the civil time of a record can be trusted.
package struct ClockState: Sendable, Equatable {
    /// Kernel's random id of this boot; monotonic stamps compare only within one.
    package let bootID: String
    /// Whether the kernel says that a time service disciplines the clock.
    package let isSynchronized: Bool
    /// The kernel's estimate of its error; nil where it has none.
    package let errorMilliseconds: Int64?

    package init(bootID: String, isSynchronized: Bool, errorMilliseconds: Int64?) {
        self.bootID = bootID
        self.isSynchronized = isSynchronized
        self.errorMilliseconds = errorMilliseconds
    }
}

/// A day of the proleptic Gregorian calendar.
package struct CalendarDate: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let year: Int
    package let month: Int
    package let day: Int

    /// The date `text` writes as `YYYY-MM-DD`; nil where it writes none that exists.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0].count == 4, parts[1].count == 2, parts[2].count == 2,
            text.utf8.allSatisfy({ "-0123456789".utf8.contains($0) }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
        else { return nil }
        self.init(year: year, month: month, day: day)
        guard (1...12).contains(month), day >= 1, CalendarDate(daysSinceEpoch: daysSinceEpoch) == self
        else { return nil }
    }

    private init(year: Int, month: Int, day: Int) {
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// The date `days` after 1970-01-01 (days-from-civil reckoned in 400-year eras that begin in March).
    package init(daysSinceEpoch days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }

    /// Days from 1970-01-01 to this date.
    package var daysSinceEpoch: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    package static func < (left: CalendarDate, right: CalendarDate) -> Bool {
        left.daysSinceEpoch < right.daysSinceEpoch
    }

    package var description: String {
        [Self.padded(year, 4), Self.padded(month, 2), Self.padded(day, 2)].joined(separator: "-")
    }

    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp: CustomStringConvertible {
    private static let nanosecondsPerDay: Int64 = 86_400_000_000_000

    /// The UTC day that this instant lies in.
    package var date: CalendarDate {
        CalendarDate(daysSinceEpoch: Int(nanoseconds.floorDivided(by: Self.nanosecondsPerDay)))
    }

    /// RFC 3339 in UTC with nine decimals: `2026-11-21T09:20:00.123456789Z`.
    package var description: String {
        let within = nanoseconds.remainderAboveFloor(of: Self.nanosecondsPerDay)
        let seconds = Int(within / 1_000_000_000)
        let clock = [seconds / 3_600, seconds / 60 % 60, seconds % 60].map { CalendarDate.padded($0, 2) }
        let fraction = CalendarDate.padded(Int(within % 1_000_000_000), 9)
        return "\(date)T\(clock.joined(separator: ":")).\(fraction)Z"
    }

    /// The instant `text` writes in exactly the form of `description`; nil for any other text.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 30, let date = CalendarDate(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = Int(String(decoding: bytes[11..<13], as: UTF8.self)),
            let minute = Int(String(decoding: bytes[14..<16], as: UTF8.self)),
            let second = Int(String(decoding: bytes[17..<19], as: UTF8.self)),
            let fraction = Int64(String(decoding: bytes[20..<29], as: UTF8.self))
        else { return nil }
        let within = Int64(hour * 3_600 + minute * 60 + second) * 1_000_000_000 + fraction
        // There are dates before 1678 and after 2261, but 64 bits of nanoseconds do not reach them.
        let sum = Int128(date.daysSinceEpoch) * Int128(Self.nanosecondsPerDay) + Int128(within)
        guard let nanoseconds = Int64(exactly: sum) else { return nil }
        self.init(nanoseconds: nanoseconds)
        guard description == String(text) else { return nil }
    }
}

extension Int64 {
    /// The quotient rounded towards minus infinity. Precondition: `divisor` is positive.
    func floorDivided(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// What is left above the floored quotient: within 0..<`divisor`. Precondition: `divisor` is positive.
    func remainderAboveFloor(of divisor: Int64) -> Int64 {
        let remainder = self % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }
}
