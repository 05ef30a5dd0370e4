import Codecs
import Metrology
import Profiles

/// How far a controller's clock is off, as MID 0081 tells it, and when it is looked at again.
///
/// A controller tells whole seconds of its own zone, so that an offset is known to a second or two.
struct ControllerClock: Sendable {
    /// What follows from a look at the clock.
    enum Finding: Equatable {
        case right
        /// It is wrong by these seconds, ahead where positive; nil where it gives no time that there is. It
        /// is no news where that was told before.
        case off(Int64?, isNews: Bool)
        /// It was set, and was off by `before`; now by `after`.
        case set(before: Int64?, after: Int64?)
    }

    /// Pause between two looks, and seconds from which it is wrong.
    static let pause: Int64 = 300_000_000_000
    static let tolerance: Int64 = 5

    /// When it is looked at next; nil where the controller does not know how, or is being asked.
    private(set) var askAt: Int64?
    /// Why the controller does not let its clock be set; nil where that is not known to be so.
    private(set) var refusal: String?
    /// What was told to be wrong last.
    private var told: Int64??
    /// What it was off by when it was to be set.
    private var before: Int64?
    /// Whether it was set, and the next look shows what came of that.
    private var isSet = false

    /// A session has begun.
    mutating func begin(_ now: Int64) { (askAt, isSet, refusal) = (now, false, nil) }

    /// A question is sent.
    mutating func isAsked(_ now: Int64) { askAt = now + Self.pause }

    /// The controller does not know the question.
    mutating func isUnknown() { askAt = nil }

    /// It is to be set.
    mutating func corrects(_ offset: Int64?) { before = offset }

    /// It was set: what it says now shows what came of it.
    mutating func wasSet() { isSet = true }

    /// It does not let itself be set; what it is off by.
    mutating func isRefused(_ reason: String) -> Int64? {
        refusal = reason
        told = .some(before)
        return before
    }

    /// MID 0081 came at `civil`, our own seconds since 1970 in the controller's zone.
    mutating func heard(_ time: OpenProtocolTime?, at civil: Int64) -> Finding {
        let offset = time.flatMap(Self.seconds).map { $0 - civil }
        let isRight = offset.map { abs($0) <= Self.tolerance } ?? false
        defer { (told, isSet) = (isRight ? nil : .some(offset), false) }
        if isSet { return .set(before: before, after: offset) }
        if isRight { return .right }
        // The same each five minutes would say nothing new.
        return .off(offset, isNews: told.map { !Self.isSame($0, offset) } ?? true)
    }

    private static func isSame(_ one: Int64?, _ other: Int64?) -> Bool {
        guard let one, let other else { return one == other }
        return abs(one - other) <= tolerance
    }

    /// Seconds since 1970 as if the time were UTC; nil where it is on no calendar.
    static func seconds(_ time: OpenProtocolTime) -> Int64? {
        guard time.isOnCalendar, let date = CalendarDate(time.text.prefix(10)) else { return nil }
        let inDay = Int64(time.hour) * 3_600 + Int64(time.minute) * 60 + Int64(time.second)
        return Int64(date.daysSinceEpoch) * 86_400 + inDay
    }

    /// The reverse; nil before the year 0 and after 9999.
    static func time(_ civil: Int64) -> OpenProtocolTime? {
        let days = Int(civil >= 0 ? civil / 86_400 : (civil - 86_399) / 86_400)
        let (date, inDay) = (CalendarDate(daysSinceEpoch: days), Int(civil) - days * 86_400)
        return OpenProtocolTime(
            year: date.year, month: date.month, day: date.day, hour: inDay / 3_600, minute: inDay / 60 % 60,
            second: inDay % 60)
    }
}
