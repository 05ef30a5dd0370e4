import Drivers
import Testing

@Suite struct HeartbeatMachineTests {
    private func seconds(_ count: Int64) -> Int64 { count * 1_000_000_000 }

    @Test func aHeartbeatThatStandsStillIsToldOnceAndAgainWhenItMoves() {
        var heart = HeartbeatMachine(everyMilliseconds: 1_000, highest: nil)
        #expect(heart.judge(7, atNanoseconds: seconds(0)) == .beating)
        #expect(heart.judge(7, atNanoseconds: seconds(5)) == .beating)
        #expect(heart.judge(7, atNanoseconds: seconds(6)) == .still(seconds: 6))
        #expect(heart.judge(7, atNanoseconds: seconds(60)) == .beating)
        #expect(heart.judge(8, atNanoseconds: seconds(61)) == .movesAgain)
        #expect(heart.judge(9, atNanoseconds: seconds(62)) == .beating)
    }

    @Test func goingBackIsARestart() {
        var heart = HeartbeatMachine(everyMilliseconds: 1_000, highest: 65_535)
        #expect(heart.judge(500, atNanoseconds: seconds(0)) == .beating)
        #expect(heart.judge(0, atNanoseconds: seconds(1)) == .restarted)
        #expect(heart.judge(1, atNanoseconds: seconds(2)) == .beating)
    }

    @Test func beginningAgainAfterTheHighestNumberIsNone() {
        var heart = HeartbeatMachine(everyMilliseconds: 1_000, highest: 65_535)
        #expect(heart.judge(65_535, atNanoseconds: seconds(0)) == .beating)
        #expect(heart.judge(0, atNanoseconds: seconds(1)) == .beating)
        #expect(heart.judge(65_500, atNanoseconds: seconds(65_501)) == .beating)
        // 40 s out of reach, in which it has come to its end.
        #expect(heart.judge(4, atNanoseconds: seconds(65_541)) == .beating)
    }

    @Test func withoutAHighestNumberGoingBackTellsNothing() {
        var heart = HeartbeatMachine(everyMilliseconds: 1_000, highest: nil)
        _ = heart.judge(59, atNanoseconds: seconds(0))
        #expect(heart.judge(1, atNanoseconds: seconds(1)) == .beating)
    }
}
