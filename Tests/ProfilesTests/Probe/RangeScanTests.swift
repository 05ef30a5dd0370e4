import Judging
import Testing

@testable import Profiles

/// A device of which only the scan's side is simulated: what it answers to a read of a range.
struct ScannedDevice {
    var readable: RangeSet<Int>
    var most = 125
    /// Ranges that are given only whole, such as the two registers of a float.
    var whole: [Range<Int>] = []
    var elsewhere = RangeScan.Outcome.refused(code: 2)
    private(set) var reads: [Range<Int>] = []

    init(_ ranges: [Range<Int>]) { readable = RangeSet(ranges) }

    mutating func answer(_ range: Range<Int>) -> RangeScan.Outcome {
        reads.append(range)
        if range.count > most { return .refused(code: 3) }
        let isInside = readable.ranges.contains {
            $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound
        }
        let splits = whole.contains { $0.overlaps(range) && $0.clamped(to: range) != $0 }
        return isInside && !splits ? .readable : elsewhere
    }

    mutating func scan(_ limits: RangeScan.Limits, pages: [Int] = []) -> RangeScan {
        var scan = RangeScan(limits)
        scan.alsoSample(pages: pages)
        while let range = scan.next() { scan.took(answer(range)) }
        return scan
    }
}

extension RangeSet {
    init(_ ranges: [Range<Bound>]) {
        self.init()
        for range in ranges { insert(contentsOf: range) }
    }
}

@Suite("Which addresses a device answers")
struct RangeScanTests {
    private static func limits(_ addresses: Range<Int> = 0..<10_000) -> RangeScan.Limits {
        RangeScan.Limits(addresses: addresses, mostPerRead: 125)
    }

    @Test("Ranges of a sparse map are found with few requests, and the rest is not asked one by one")
    func sparse() {
        var device = ScannedDevice([0..<18, 256..<274, 1000..<1130])
        let scan = device.scan(Self.limits())
        #expect(Array(scan.readable.ranges) == [0..<18, 256..<274, 1000..<1130])
        #expect(scan.ending == nil)
        #expect(scan.requests < 1_700, "\(scan.requests)")
        #expect(scan.largestAnswered == 125)
    }

    @Test("A meter that gives 64 registers at most is measured, and its pages above 10,000 are found")
    func cap() {
        var device = ScannedDevice([0x4000..<0x4010, 0x4015..<0x4018, 0x4100..<0x4108, 0..<300])
        device.most = 64
        let scan = device.scan(Self.limits(), pages: [0x4000, 0x4100, 0x5000])
        #expect(scan.largestAnswered == 64)
        #expect(scan.smallestRefused == 65)
        #expect(Array(scan.readable.ranges) == [0..<300, 0x4000..<0x4010, 0x4015..<0x4018, 0x4100..<0x4108])
    }

    @Test("Values that are given only whole are found")
    func pairs() {
        var device = ScannedDevice([32..<40])
        device.whole = stride(from: 32, to: 40, by: 2).map { $0..<$0 + 2 }
        let scan = device.scan(Self.limits(0..<200))
        #expect(Array(scan.readable.ranges) == [32..<40])
    }

    @Test("A device that refuses everything ends the scan soon, and one without the table at once")
    func refusals() {
        var device = ScannedDevice([])
        let scan = device.scan(Self.limits())
        #expect(scan.readable.isEmpty && scan.ending == nil && scan.requests < 2_000)
        device.elsewhere = .refused(code: 1)
        let without = device.scan(Self.limits())
        #expect(without.ending == .noSuchTable && without.requests == 3)
    }

    @Test(
        "Holes that are silent are told from a device that is gone",
        arguments: [
            RangeScan.Outcome.silent, .lost,
        ])
    func silence(_ outcome: RangeScan.Outcome) {
        var device = ScannedDevice([100..<110])
        device.elsewhere = outcome
        let scan = device.scan(Self.limits(90..<140))
        #expect(Array(scan.readable.ranges) == [100..<110])
        #expect(scan.ending == nil)

        var dead = RangeScan(Self.limits())
        var reads = 0
        while dead.next() != nil {
            reads += 1
            dead.took(reads == 1 ? .readable : outcome)
        }
        #expect(dead.ending == (outcome == .lost ? .lost : .silent))
        #expect(reads == 6, "one answer, four doubts, one proof")

        var mute = RangeScan(Self.limits())
        while mute.next() != nil { mute.took(outcome) }
        #expect(mute.ending == (outcome == .lost ? .lost : .silent) && mute.requests == 6)
    }

    @Test("What is excluded is never read, and the number of requests is bounded")
    func bounds() {
        var device = ScannedDevice([280..<400])
        var limits = Self.limits(200..<500)
        limits.excluded = RangeSet(294..<296)
        let scan = device.scan(limits)
        #expect(device.reads.allSatisfy { !$0.overlaps(294..<296) })
        #expect(Array(scan.readable.ranges) == [280..<294, 296..<400])
        limits.mostRequests = 5
        let short = device.scan(limits)
        #expect(short.ending == .tooManyRequests && short.requests == 5)
    }

    @Test("A thorough scan finds every map exactly")
    func thorough() {
        let seed = SeededRandom.seed()
        print("SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        for _ in 0..<100 {
            let ranges = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                let start = Int.random(in: 0..<600, using: &random)
                return start..<min(600, start + Int.random(in: 1...150, using: &random))
            }
            var device = ScannedDevice(ranges)
            device.most = Int.random(in: 1...125, using: &random)
            var limits = Self.limits(0..<600)
            limits.isThorough = true
            let scan = device.scan(limits)
            #expect(scan.readable == device.readable, "SEED=\(seed)")
            #expect(scan.ending == nil, "SEED=\(seed)")
            let most = min(125, device.readable.ranges.map(\.count).max() ?? 0)
            #expect(scan.largestAnswered == min(most, device.most), "SEED=\(seed)")
            #expect(device.most >= most || scan.smallestRefused == device.most + 1, "SEED=\(seed)")
        }
    }
}
