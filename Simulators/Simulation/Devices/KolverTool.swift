internal import Metrology

/// A Kolver K-DUCER torque controller on Modbus TCP: shows a barcode, waits for its screw, and keeps the last
/// result beside a flag that reading clears.
package struct KolverTool: SimulatedDevice {
    /// What the programmed screw wants, in the controller's units.
    package struct Target: Sendable, Equatable {
        /// cN.m
        package let torque: UInt16
        package let torqueRange: ClosedRange<UInt16>
        /// Degrees.
        package let angleRange: ClosedRange<UInt16>

        package init(torque: UInt16, torqueRange: ClosedRange<UInt16>, angleRange: ClosedRange<UInt16>) {
            (self.torque, self.torqueRange, self.angleRange) = (torque, torqueRange, angleRange)
        }
    }

    private enum Register {
        static let flag = 294
        static let block = 295..<362
        static let program = 7372
        static let barcode = 7379..<7387
        static let stop = 34
    }

    /// Serial number of the driver where the scenario gives none; any.
    private static let driverSerial: UInt32 = 2_301_845
    /// What the screen calls program 1.
    private static let programName = "INJECTOR NUT"

    let id: String
    let target: Target
    /// Seconds since 1970 at the simulation's beginning, by the controller's own clock.
    private let clockAtStart: Int64
    private let speed: Double
    private var block = [UInt16](repeating: 0, count: Register.block.count)
    private var hasNewResult = false
    private var barcode = [UInt16](repeating: 0, count: Register.barcode.count)
    private var program: UInt16 = 1
    private var isStopped = false
    private var tightenings: UInt32 = 0
    private var events: [DeviceEvent] = []
    package var nameplate: Nameplate?
    /// True from a barcode's writing until its screw is tight.
    package private(set) var isWaiting = false

    package init(id: String, target: Target, clockAtStart: Int64, speed: Double) {
        (self.id, self.target) = (id, target)
        (self.clockAtStart, self.speed) = (clockAtStart, speed)
    }

    /// Whether the last result is still unread.
    package var hasUnreadResult: Bool { hasNewResult }

    package var nextChange: ShopTime? { nil }

    package mutating func takeEvents() -> [DeviceEvent] {
        defer { events = [] }
        return events
    }

    package mutating func advance(to now: ShopTime) {}

    /// Counting starts anew, at 1; the screen is empty.
    package mutating func restart(at now: ShopTime) {
        block = [UInt16](repeating: 0, count: block.count)
        barcode = [UInt16](repeating: 0, count: barcode.count)
        (hasNewResult, isWaiting, isStopped, tightenings, program) = (false, false, false, 0, 1)
        events.append(.restarted)
    }

    package mutating func perform(_ act: HandAct, at now: ShopTime) throws(SimulationError) {
        guard case .tighten(let torque, let angle) = act else {
            throw SimulationError(.refused, id, "a torque tool can only tighten")
        }
        guard !isStopped else {
            throw SimulationError(.refused, id, "the tool is stopped (coil 34); release it first")
        }
        tightenings = tightenings == .max ? 1 : tightenings + 1
        (hasNewResult, isWaiting) = (true, false)
        record(torque: torque, angle: angle, at: now)
        events.append(.tightened(isGood: block[8] == 1))
    }

    // MARK: Registers

    package mutating func words(
        _ table: WordTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [UInt16] {
        let (contents, first) = try contents(table, range)
        let words = Array(contents[range.lowerBound - first..<range.upperBound - first])
        if table == .input, range.contains(Register.flag) {
            if hasNewResult { events.append(.resultFetched) }
            hasNewResult = false
        }
        return words
    }

    package mutating func write(
        words: [UInt16], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        if address == Register.program, words.count == 1 {
            guard words[0] >= 1 else { throw .illegalValue }
            program = words[0]
            return
        }
        let range = address..<address + words.count
        guard Register.barcode.lowerBound <= address, range.upperBound <= Register.barcode.upperBound else {
            throw .illegalAddress
        }
        let offset = address - Register.barcode.lowerBound
        barcode.replaceSubrange(offset..<offset + words.count, with: words)
        isWaiting = barcode.contains { $0 != 0 && $0 != 0x2020 }
        if isWaiting { events.append(.barcodeShown(Self.text(barcode))) }
    }

    package mutating func bits(
        _ table: BitTable, _ range: Range<Int>, at now: ShopTime
    ) throws(ServerRefusal) -> [Bool] {
        guard table == .coils else { throw .illegalFunction }
        guard range == Register.stop..<Register.stop + 1 else { throw .illegalAddress }
        return [isStopped]
    }

    package mutating func write(
        bits: [Bool], from address: Int, at now: ShopTime
    ) throws(ServerRefusal) {
        guard address == Register.stop, bits.count == 1 else { throw .illegalAddress }
        isStopped = bits[0]
    }

    private func contents(
        _ table: WordTable, _ range: Range<Int>
    ) throws(ServerRefusal) -> (words: [UInt16], first: Int) {
        let known: [(words: [UInt16], first: Int)] =
            table == .input
            ? [([hasNewResult ? 1 : 0] + block, Register.flag)]
            : [([program], Register.program), (barcode, Register.barcode.lowerBound)]
        for part in known
        where part.first <= range.lowerBound && range.upperBound <= part.first + part.words.count {
            return part
        }
        throw .illegalAddress
    }

    /// Writes the result block, by the offsets that the maker's library reads.
    private mutating func record(torque: Double, angle: Double, at now: ShopTime) {
        let torqueValue = Self.register(torque * 100)
        let angleValue = Self.register(angle)
        let isGood = target.torqueRange.contains(torqueValue) && target.angleRange.contains(angleValue)
        var next = [UInt16](repeating: 0, count: block.count)
        func put(_ words: [UInt16], _ offset: Int) {
            next.replaceSubrange(offset..<offset + words.count, with: words)
        }
        put(barcode, 0)
        put([isGood ? 1 : 0, program], 8)
        put(Self.double(nameplate?.serial.flatMap { UInt32($0) } ?? Self.driverSerial), 11)
        put([target.torque, 450, 1850, isGood ? 1 : 0, 1], 15)
        put([torqueValue, torqueValue &+ 6], 23)
        put([angleValue], 28)
        put([isGood ? 0 : 1], 35)
        put(Self.words(of: Self.programName, count: 15), 36)
        put(clockWords(at: now), 51)
        put(Self.double(tightenings), 59)
        put([target.torqueRange.lowerBound, target.torqueRange.upperBound], 61)
        put([target.angleRange.lowerBound, target.angleRange.upperBound], 63)
        block = next
    }

    /// Year in two digits, month, day, hour, minute, second, by the controller's own clock.
    private func clockWords(at now: ShopTime) -> [UInt16] {
        let seconds = clockAtStart + Int64(now.seconds / speed)
        let days = Int(seconds / 86_400)
        let inDay = Int(seconds % 86_400)
        let date = CalendarDate(daysSinceEpoch: days)
        return [date.year % 100, date.month, date.day, inDay / 3600, inDay / 60 % 60, inDay % 60]
            .map { UInt16(clamping: $0) }
    }

    private static func register(_ value: Double) -> UInt16 { UInt16(min(max(value.rounded(), 0), 65_535)) }

    private static func double(_ value: UInt32) -> [UInt16] {
        [UInt16(value >> 16), UInt16(truncatingIfNeeded: value)]
    }

    private static func words(of text: String, count: Int) -> [UInt16] {
        let bytes = Array(text.utf8.prefix(count * 2)) + [UInt8](repeating: 0x20, count: count * 2)
        return (0..<count).map { UInt16(bytes[$0 * 2]) << 8 | UInt16(bytes[$0 * 2 + 1]) }
    }

    private static func text(_ words: [UInt16]) -> String {
        let bytes = words.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
        return String(decoding: bytes.filter { (0x21...0x7E).contains($0) }, as: UTF8.self)
    }
}
