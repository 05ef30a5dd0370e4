import Codecs
import Testing

@testable import Simulation

struct FlowBenchTests {
    private func bench() throws -> FlowBench {
        var bench = FlowBench(id: "FTS", seed: 1, speed: 1)
        try bench.perform(.mount(Injector(serial: "SA1", health: .nominal, seed: 1)), at: .zero)
        return bench
    }

    private func answer(_ request: String, _ bench: inout FlowBench, at seconds: Double) throws -> String? {
        let bytes = try #require(Hex.bytes(request))
        let now = ShopTime.seconds(seconds)
        bench.advance(to: now)
        return ModbusServer.reply(to: bytes[...], from: &bench, at: now).map(Hex.text)
    }

    private func words(_ range: Range<Int>, _ bench: inout FlowBench, at seconds: Double) throws -> [UInt16] {
        bench.advance(to: .seconds(seconds))
        return try bench.words(.holding, range, at: .seconds(seconds))
    }

    /// C0000009, step 2, 160.0 MPa, 1700 µs, 100 strokes, start.
    private static let start = "10 0200 0009 12 4330303030303039 0002 0640 06A4 0064 0001"
        .replacing(" ", with: "")

    @Test func aStepConditionsMeasuresAndHolds() throws {
        var bench = try bench()
        #expect(try words(0x100..<0x112, &bench, at: 0).allSatisfy { $0 == 0 }, "it never ran")
        #expect(try answer(Self.start, &bench, at: 1) == "1002000009")
        #expect(try words(0x208..<0x209, &bench, at: 1) == [0], "the order is taken")
        #expect(try words(1..<3, &bench, at: 2) == [1, 2])
        // Three seconds and two more for 160 MPa, then 100 strokes at 1000 a minute.
        #expect(try words(1..<4, &bench, at: 9) == [2, 2, 50])
        let result = try words(0x100..<0x112, &bench, at: 13)
        #expect(try words(1..<2, &bench, at: 13) == [3])
        #expect(result[0] == 1 && result[17] == 1 && result[1] == 1 && result[2] == 2 && result[3] == 100)
        #expect(Array(result[4..<8]) == [0x4330, 0x3030, 0x3030, 0x3039], "the cycle is echoed")
        let delivery = Float(bitPattern: UInt32(result[8]) << 16 | UInt32(result[9]))
        #expect((122...132).contains(delivery))
        #expect(result[16] == 1000)
        #expect((25...35).contains(bench.leakOff(at: .seconds(13))))
    }

    @Test func aResultIsHeldUntilItIsAcknowledged() throws {
        var bench = try bench()
        _ = try answer(Self.start, &bench, at: 0)
        #expect(try words(1..<2, &bench, at: 60) == [3])
        #expect(try answer("0602090007", &bench, at: 60) == "0602090007")
        #expect(try words(1..<2, &bench, at: 60) == [3], "another number acknowledges nothing")
        _ = try answer("0602090001", &bench, at: 61)
        #expect(try words(1..<2, &bench, at: 61) == [0])
        #expect(bench.leakOff(at: .seconds(61)) == 0)
        #expect(bench.takeEvents() == [.started(remotely: true), .resultShown, .acknowledged])
    }

    @Test func aResultThatNobodyAcknowledgesIsLetGoAfterAMinute() throws {
        var bench = try bench()
        _ = try answer(Self.start, &bench, at: 0)
        #expect(try words(1..<2, &bench, at: 70.9) == [3])
        #expect(try words(1..<2, &bench, at: 71.1) == [0])
        #expect(try words(0x100..<0x101, &bench, at: 72) == [1], "the block stays")
        #expect(bench.takeEvents().last == .resultExpired)
    }

    @Test func aStartWaitsWhileAResultIsHeld() throws {
        var bench = try bench()
        _ = try answer(Self.start, &bench, at: 0)
        _ = try answer(Self.start, &bench, at: 20)
        #expect(try words(0x208..<0x209, &bench, at: 20) == [1])
        _ = try answer("0602090001", &bench, at: 21)
        #expect(try words(0x208..<0x209, &bench, at: 21) == [0])
        #expect(try words(1..<2, &bench, at: 21) == [1])
    }

    @Test func anAbortSaysSoInTheResult() throws {
        var bench = try bench()
        _ = try answer(Self.start, &bench, at: 0)
        _ = try answer("0602080002", &bench, at: 8)
        #expect(try words(0x100..<0x103, &bench, at: 8) == [1, 2, 2])
        #expect(try words(1..<2, &bench, at: 8) == [0])
    }

    @Test func anEmptyFixtureReachesNoPressure() throws {
        var bench = FlowBench(id: "FTS", seed: 1, speed: 1)
        _ = try answer(Self.start, &bench, at: 0)
        #expect(try words(0x101..<0x102, &bench, at: 20) == [3])
    }

    @Test func thePanelStartsWithoutACycle() throws {
        var bench = try bench()
        try bench.perform(.pressStart, at: .zero)
        let result = try words(0x100..<0x112, &bench, at: 30)
        #expect(result[0] == 1 && Array(result[4..<8]) == [0x2020, 0x2020, 0x2020, 0x2020])
        #expect(throws: SimulationError.self) { try bench.perform(.pressStart, at: .seconds(30)) }
    }

    @Test func theSequenceLeavesZeroOutWhenItWraps() throws {
        var bench = try bench()
        bench.setSequence(65_535)
        try bench.perform(.pressStart, at: .zero)
        #expect(try words(0x100..<0x101, &bench, at: 30) == [1])
    }

    @Test func aRestartBringsTheSequenceBack() throws {
        var bench = try bench()
        _ = try answer(Self.start, &bench, at: 0)
        bench.advance(to: .seconds(30))
        bench.restart(at: .seconds(30))
        #expect(try words(0x100..<0x112, &bench, at: 30).allSatisfy { $0 == 0 })
        #expect(try words(0..<2, &bench, at: 32) == [2, 0])
    }

    @Test func theHeartbeatFollowsRealSeconds() throws {
        var bench = FlowBench(id: "FTS", seed: 1, speed: 10)
        #expect(try words(0..<1, &bench, at: 50) == [5])
    }

    @Test(arguments: [
        ("0300080001", "8302"), ("0300000009", "8302"), ("0301120001", "8302"), ("0400000001", "8401"),
        ("0600000001", "8602"), ("0602040000", "8603"), ("06020509c5", "8603"), ("0602080003", "8603"),
    ])
    func whatIsNotInTheMapIsRefused(request: String, reply: String) throws {
        var bench = try bench()
        #expect(try answer(request, &bench, at: 0) == reply)
    }
}
