internal import Metrology

/// A controller's own clock: set by hand or by 0082, it runs a little wrong, and loses everything with its
/// battery.
struct ControllerClock: Sendable {
    /// Where a clock without a battery begins again: 2000-01-01, seconds since 1970.
    private static let lost: Double = 946_684_800
    /// What ten digits of a year and a day can say: 0001-01-01 to 9999-12-31, seconds since 1970.
    private static let range = -62_135_596_800.0...253_402_300_799.0

    /// Seconds that it runs wrong in a million.
    private let driftPartsPerMillion: Double
    private let speed: Double
    private var base: Double
    private var setAt = ShopTime.zero

    /// - Parameter start: seconds since 1970 that it shows at the beginning
    init(start: Double, driftPartsPerMillion: Double, speed: Double) {
        (base, self.driftPartsPerMillion, self.speed) = (start, driftPartsPerMillion, speed)
    }

    mutating func loseBattery(at now: ShopTime) { (base, setAt) = (Self.lost, now) }

    /// Sets it to `YYYY-MM-DD:HH:MM:SS`; false where `text` is no such time.
    mutating func set(to text: [UInt8], at now: ShopTime) -> Bool {
        let marks: [(Int, Character)] = [(4, "-"), (7, "-"), (10, ":"), (13, ":"), (16, ":")]
        guard text.count == 19, marks.allSatisfy({ text[$0.0] == $0.1.asciiValue }) else { return false }
        let numbers = [11..<13, 14..<16, 17..<19].compactMap { FieldReader.number(text[$0]) }
        guard numbers.count == 3, numbers[0] < 24, numbers[1] < 60, numbers[2] < 60,
            let date = CalendarDate(String(decoding: text[..<10], as: UTF8.self))
        else { return false }
        let inDay = numbers[0] * 3_600 + numbers[1] * 60 + numbers[2]
        (base, setAt) = (Double(date.daysSinceEpoch) * 86_400 + Double(inDay), now)
        return true
    }

    /// `YYYY-MM-DD:HH:MM:SS`, without a zone.
    func text(at now: ShopTime) -> String {
        let passed = (now - setAt).seconds / speed
        return Self.text(base + passed * (1 + driftPartsPerMillion / 1e6))
    }

    static func text(_ secondsSinceEpoch: Double) -> String {
        let seconds = Int(min(max(secondsSinceEpoch, range.lowerBound), range.upperBound).rounded(.down))
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let inDay = seconds - days * 86_400
        let date = CalendarDate(daysSinceEpoch: days)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let year = String(decoding: FieldWriter.digits(date.year, 4), as: UTF8.self)
        return "\(year)-\(two(date.month))-\(two(date.day)):\(two(inDay / 3600)):\(two(inDay / 60 % 60))"
            + ":\(two(inDay % 60))"
    }
}
