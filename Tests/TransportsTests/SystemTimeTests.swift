import Metrology
import Testing
import Transports

@Suite struct SystemTimeTests {
    @Test func theMonotonicClockDoesNotGoBack() {
        let time = SystemTime()
        var last = time.now()
        for _ in 0..<1_000 {
            let next = time.now()
            #expect(next.monotonicNanoseconds >= last.monotonicNanoseconds)
            last = next
        }
        // 2020-01-01: a machine whose clock was never set would fail here, and should.
        #expect(last.utc > Timestamp(nanoseconds: 1_577_836_800_000_000_000))
    }

    @Test func theKernelNamesThisBoot() {
        let state = ClockState.ofThisMachine()
        #expect(state.bootID.count == 36)
        #expect(state == ClockState.ofThisMachine() || state.isSynchronized)
        #expect((state.errorMilliseconds == nil) == !state.isSynchronized)
    }
}
