/// A time as the controller sent it: `YYYY-MM-DD:HH:MM:SS`, of its own clock, in no zone that it tells.
package struct OpenProtocolTime: Sendable, Hashable {
    /// Bytes of a time (specification R2.16, MID 0061 parameter 20).
    package static let count = 19

    package let year: Int16
    package let month, day, hour, minute, second: UInt8

    /// Reads 19 bytes; nil where they do not have the form. Zeros and 99s have it: they are kept as sent, and
    /// `isOnCalendar` tells.
    package init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.count else { return nil }
        let first = bytes.startIndex
        for (place, mark) in [(4, 0x2D), (7, 0x2D), (10, 0x3A), (13, 0x3A), (16, 0x3A)]
        where bytes[first + place] != mark {
            return nil
        }
        func number(_ place: Int) -> UInt8? {
            let (tens, ones) = (bytes[first + place] &- 0x30, bytes[first + place + 1] &- 0x30)
            return tens <= 9 && ones <= 9 ? tens * 10 + ones : nil
        }
        guard let century = number(0), let year = number(2), let month = number(5), let day = number(8),
            let hour = number(11), let minute = number(14), let second = number(17)
        else { return nil }
        self.year = Int16(century) * 100 + Int16(year)
        (self.month, self.day, self.hour, self.minute, self.second) = (month, day, hour, minute, second)
    }

    /// Nil where a number does not fit its digits: 0 to 9999 for the year, 0 to 99 for the others.
    package init?(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        guard (0...9_999).contains(year),
            [month, day, hour, minute, second].allSatisfy({ (0...99).contains($0) })
        else { return nil }
        self.year = Int16(year)
        (self.month, self.day) = (UInt8(month), UInt8(day))
        (self.hour, self.minute, self.second) = (UInt8(hour), UInt8(minute), UInt8(second))
    }

    /// Whether there is such a day and such a second of it; a controller whose clock was never set sends
    /// zeros.
    package var isOnCalendar: Bool {
        guard (1...12).contains(month), hour < 24, minute < 60, second < 60, year > 0 else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days: [UInt8] = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        return (1...days[Int(month) - 1]).contains(day)
    }

    /// The 19 characters, as sent.
    package var text: String {
        let two = { (number: UInt8) in OpenProtocolText.padded(Int(number), 2) }
        let date = "\(OpenProtocolText.padded(Int(year), 4))-\(two(month))-\(two(day))"
        return "\(date):\(two(hour)):\(two(minute)):\(two(second))"
    }
}
