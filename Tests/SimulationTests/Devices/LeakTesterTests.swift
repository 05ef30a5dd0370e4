import Codecs
import Testing

@testable import Simulation

struct LeakTesterTests {
    private static let test = LeakTest(
        duration: .seconds(3), pulse: .seconds(1), outcomes: [.pass, .fail, .salvage])

    private func answer<Device: SimulatedDevice>(
        _ request: String, _ device: inout Device, at now: ShopTime
    ) throws -> String? {
        device.advance(to: now)
        let bytes = try #require(Hex.bytes(request))
        return ModbusServer.reply(to: bytes[...], from: &device, at: now).map(Hex.text)
    }

    @Test func aStartBitThatRisesRunsOneTestWhichMovesItsCounters() throws {
        var tester = UsonTester(id: "LT", test: Self.test, speed: 1)
        // Status 30002, heartbeat 30003, program 30004.
        #expect(try answer("0400010003", &tester, at: .zero) == "0406000100010001")
        #expect(try answer("0600010007", &tester, at: .zero) == "0600010007")
        #expect(try answer("0600000001", &tester, at: .zero) == "0600000001")
        #expect(try answer("0400010001", &tester, at: .seconds(1)) == "04020002", "busy")
        #expect(try answer("0600000000", &tester, at: .seconds(1)) == "0600000000")
        #expect(
            try answer("0400010001", &tester, at: .seconds(3.5)) == "04020069", "ready, end, pass, pressure")
        #expect(try answer("0400010001", &tester, at: .seconds(4.5)) == "04020001", "the pulse is over")
        #expect(
            try answer("0400170008", &tester, at: .seconds(5)) == "041000000001000000010000000000000000")
        #expect(try answer("0400170008", &tester, at: .seconds(60)) != nil)
        #expect(tester.takeEvents() == [.started(remotely: true), .resultShown])
    }

    @Test func bothBitsTogetherAreSalvageAndARestartSetsTheCountersToZero() throws {
        var tester = UsonTester(id: "LT", test: Self.test, speed: 1)
        for number in 0..<3 {
            try tester.perform(.pressStart, at: .seconds(Double(number) * 10))
            tester.advance(to: .seconds(Double(number) * 10 + 3))
        }
        #expect(try answer("0400010001", &tester, at: .seconds(23.5)) == "04020079")
        #expect(
            try answer("0400170008", &tester, at: .seconds(24)) == "041000000003000000010000000100000001")
        tester.restart(at: .seconds(30))
        #expect(
            try answer("0400170008", &tester, at: .seconds(31)) == "041000000000000000000000000000000000")
    }

    /// The manual's frame without unit and checksum; an F6 gets program 3 as 2, low byte first.
    @Test func theProgramIsTakenLowByteFirst() throws {
        var tester = AteqTester(id: "LT", test: Self.test, seed: 1)
        #expect(try answer("1002000001020200", &tester, at: .zero) == "1002000001")
        #expect(try answer("0302020001", &tester, at: .zero) == "03020200")
    }

    @Test func eightResultsWaitAndANinthPushesTheOldestOut() throws {
        var tester = AteqTester(id: "LT", test: Self.test, seed: 1)
        for number in 0..<9 {
            try tester.perform(.pressStart, at: .seconds(Double(number) * 10))
            tester.advance(to: .seconds(Double(number) * 10 + 3))
        }
        #expect(try answer("0300310001", &tester, at: .seconds(90)) == "03020800")
        #expect(tester.takeEvents().count { $0 == .resultExpired } == 1)
        // The oldest is the second now, which failed: relays 2, low byte first.
        #expect(try answer("0303020001", &tester, at: .seconds(90)) == "03020200")
        #expect(try answer("050002ff00", &tester, at: .seconds(90)) == "050002ff00")
        #expect(try answer("0300310001", &tester, at: .seconds(90)) == "03020700")
        #expect(try answer("050002ff00", &tester, at: .seconds(90)) == "050002ff00")
        #expect(
            try answer("0300310001", &tester, at: .seconds(90)) == "03020700",
            "a coil that stands removes nothing more")
    }

    /// Pressure 512/1000 bar at words 5 to 8: 512 is 0x00000200, 11000 is 0x00002AF8.
    @Test func longsTravelLowWordFirstAndEachWordLowByteFirst() throws {
        var tester = AteqTester(id: "LT", test: Self.test, seed: 1)
        try tester.perform(.pressStart, at: .zero)
        #expect(try answer("0303040004", &tester, at: .seconds(4)) == "030800020000f82a0000")
    }
}
