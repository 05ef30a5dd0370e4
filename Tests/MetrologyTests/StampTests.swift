import Metrology
import Testing

struct StampTests {
    /// Day numbers from `date -u -d DATE +%s` divided by 86,400.
    @Test(arguments: [
        ("1970-01-01", 0), ("2000-02-29", 11_016), ("2026-11-21", 20_778), ("1969-12-31", -1),
        ("1900-03-01", -25_508), ("0001-01-01", -719_162), ("9999-12-31", 2_932_896),
    ])
    func datesCountDaysFromTheEpoch(text: String, days: Int) throws {
        let date = try #require(CalendarDate(text))
        #expect(date.daysSinceEpoch == days)
        #expect(CalendarDate(daysSinceEpoch: days).description == text)
    }

    @Test(arguments: [
        "2026-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-01-32", "2026-1-1",
        "26-01-01", "2026-01-01T", "-026-01-01", "2026/01/01", "٢٠٢٦-٠١-٠١", "", "2026-01-0١",
    ])
    func datesThatDoNotExistAreRefused(text: String) {
        #expect(CalendarDate(text) == nil)
    }

    @Test func everyDayOfFourCenturiesFollowsTheOneBefore() throws {
        var before = try #require(CalendarDate("1799-12-31"))
        let first = before.daysSinceEpoch + 1
        for days in first..<first + 146_097 {
            let date = CalendarDate(daysSinceEpoch: days)
            let next = date.day == before.day + 1 && date.month == before.month && date.year == before.year
            let nextMonth = date.day == 1 && (date.month == before.month % 12 + 1)
            #expect(next || nextMonth)
            before = date
        }
        #expect(before.description == "2199-12-31")
    }

    /// Seconds from `date -u -d TEXT +%s`.
    @Test(arguments: [
        ("2026-11-21T09:20:00.123456789Z", 1_795_252_800_123_456_789), ("1970-01-01T00:00:00.000000000Z", 0),
        ("1969-12-31T23:59:59.999999999Z", -1), ("2038-01-19T03:14:08.000000000Z", 2_147_483_648_000_000_000),
        ("2262-04-11T23:47:16.854775807Z", Int64.max), ("1677-09-21T00:12:43.145224193Z", -Int64.max),
    ])
    func instantsAreWrittenWithNineDecimals(text: String, nanoseconds: Int64) throws {
        #expect(Timestamp(nanoseconds: nanoseconds).description == text)
        #expect(try #require(Timestamp(text)).nanoseconds == nanoseconds)
    }

    @Test func theEarliestInstantHasATextToo() {
        #expect(Timestamp(nanoseconds: .min).description == "1677-09-21T00:12:43.145224192Z")
    }

    @Test(arguments: [
        "2300-01-01T00:00:00.000000000Z", "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00.000000000Z",
        "2262-04-11T23:47:16.854775808Z", "2026-11-21T24:00:00.000000000Z", "2026-11-21T09:60:00.000000000Z",
        "2026-11-21T09:20:60.000000000Z", "2026-11-21T09:20:00.00000000Z", "2026-11-21 09:20:00.000000000Z",
        "2026-11-21T09:20:00.000000000+", "2026-11-21T+9:20:00.000000000Z", "2026-11-21T09:20:00.-00000001Z",
        "2026-11-21T09:20:00,000000000Z", "",
    ])
    func otherTextsAreNoInstant(text: String) {
        #expect(Timestamp(text) == nil)
    }
}
