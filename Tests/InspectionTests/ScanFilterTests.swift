import Inspection
import Testing

@Suite struct ScanFilterTests {
    private static let debounce: Int64 = 250_000_000

    /// For each reading, a text and its instant in milliseconds, whether it is a scan of its own.
    private func scans(_ readings: [(String, Int64)], debounce: Int64 = Self.debounce) -> [Bool] {
        var filter = ScanFilter(debounceNanoseconds: debounce)
        let scans = readings.map { !filter.isRepeat(Array($0.0.utf8), atNanoseconds: $0.1 * 1_000_000) }
        #expect(filter.repeats == UInt64(scans.count { !$0 }))
        return scans
    }

    @Test func theSameBytesWithinTheDebounceTimeAreOneReading() {
        #expect(scans([("SA10197", 0), ("SA10197", 249)]) == [true, false])
        #expect(scans([("SA10197", 0), ("SA10197", 250)]) == [true, true])
    }

    @Test func aPartThatStaysBeforeTheScannerIsOneScanHoweverLong() {
        let seen = scans((0..<100).map { ("SA10197", $0 * 100) } + [("SA10197", 9_900 + 250)])
        #expect(seen == [true] + Array(repeating: false, count: 99) + [true])
    }

    @Test func otherBytesAreAScanAtOnceAndSoAreTheFirstOnesAfterThem() {
        #expect(scans([("SA10197", 0), ("SA10198", 1), ("SA10197", 2)]) == [true, true, true])
    }

    @Test func withoutDebounceEveryReadingIsAScan() {
        #expect(scans([("SA10197", 5), ("SA10197", 5)], debounce: 0) == [true, true])
    }

    @Test func aScanIsTooOldOnceItHasWaitedLongerThanItsPatience() {
        let timing = ScanTiming(readAtNanoseconds: 1_000, doubleScanNanoseconds: 0)
        #expect(!timing.isTooOld(atNanoseconds: 1_500, patience: 500))
        #expect(timing.isTooOld(atNanoseconds: 1_501, patience: 500))
        #expect(!ScanTiming.immediate.isTooOld(atNanoseconds: .max, patience: 0))
    }
}
