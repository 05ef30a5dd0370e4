import Gateway
import Testing

/// When little room on a disk is news.
@Suite struct SpaceGaugeTests {
    private static let total: Int64 = 100 << 30

    private static func look(_ percent: Int64) -> SpaceGauge.Look {
        SpaceGauge.Look(total: total, free: total - total / 100 * percent)
    }

    @Test func eachLevelIsNewsOnceAndItsEdgeIsNoFlood() {
        var gauge = SpaceGauge()
        let news = [50, 74, 75, 76, 74, 75, 89, 90, 89, 88, 87, 74, 72].map { gauge.take(Self.look($0)) }
        #expect(news == [nil, nil, .low, nil, nil, nil, nil, .short, nil, nil, .low, nil, .fine])
    }

    @Test func itIsFullBeforeALogWouldNotFitAndGoesOnOnceTheReserveFitsAgain() {
        var gauge = SpaceGauge()
        func take(_ free: Int64) -> SpaceGauge.Level? {
            gauge.take(SpaceGauge.Look(total: Self.total, free: free))
        }
        #expect(take(SpaceGauge.leastLeft) == .short)
        #expect(take(SpaceGauge.leastLeft - 1) == .full)
        // What the reserve gives free is not yet room to go on in.
        #expect(take(SpaceGauge.leastLeft - 1 + SpaceGauge.reserve) == nil)
        #expect(take(SpaceGauge.leastLeft * 2 + SpaceGauge.reserve) == .short)
        #expect(gauge.take(Self.look(10)) == .fine)
    }

    /// Whichever ends first counts.
    @Test func aBoundOfTheLedgersOwnCountsToo() {
        var gauge = SpaceGauge()
        func take(_ ledger: Int64) -> SpaceGauge.Level? {
            gauge.take(
                SpaceGauge.Look(
                    total: Self.total, free: Self.total / 2, ledger: ledger << 20, mostLedger: 1_000 << 20))
        }
        #expect(take(700) == nil)
        #expect(take(750) == .low)
        #expect(take(900) == .short)
        #expect(take(992) == nil)
        #expect(take(993) == .full)
    }

    @Test func aDiskThatCannotHoldAnythingIsFull() {
        var gauge = SpaceGauge()
        #expect(gauge.take(SpaceGauge.Look(total: 0, free: 0)) == .full)
        #expect(SpaceGauge.Look(total: 0, free: 0).percent == 100)
        #expect(SpaceGauge.Look(total: 10, free: 20).percent == 0)
    }
}
