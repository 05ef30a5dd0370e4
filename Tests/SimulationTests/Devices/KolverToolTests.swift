import Codecs
import Testing

@testable import Simulation

struct KolverToolTests {
    private func tool() -> KolverTool {
        // 2026-11-21 12:00:00 UTC
        KolverTool(
            id: "TW", target: .init(torque: 2750, torqueRange: 2500...3000, angleRange: 30...60),
            clockAtStart: 1_795_262_400, speed: 1)
    }

    private func answer(_ request: String, _ tool: inout KolverTool) throws -> String? {
        let bytes = try #require(Hex.bytes(request))
        return ModbusServer.reply(to: bytes[...], from: &tool, at: .zero).map(Hex.text)
    }

    /// SA10197 to 7379…7386.
    private static let barcode = "101cd300081053413130313937000000000000000000"

    @Test func readingTheFlagClearsIt() throws {
        var tool = tool()
        #expect(try answer("0401260001", &tool) == "04020000")
        try tool.perform(.tighten(torque: 27.4, angle: 44), at: .zero)
        _ = try answer("0401270043", &tool)
        #expect(tool.hasUnreadResult, "the block alone clears nothing")
        #expect(try answer("0401260001", &tool) == "04020001")
        #expect(try answer("0401260001", &tool) == "04020000")
        #expect(tool.takeEvents() == [.tightened(isGood: true), .resultFetched])
    }

    @Test func theBlockHasWhatTheMakersLibraryReads() throws {
        var tool = tool()
        #expect(try answer(Self.barcode, &tool) == "101cd30008")
        #expect(tool.isWaiting)
        #expect(tool.takeEvents() == [.barcodeShown("SA10197")])
        try tool.perform(.tighten(torque: 27.41, angle: 44.2), at: .seconds(61))
        #expect(!tool.isWaiting)
        let block = try tool.words(.input, 295..<362, at: .zero)
        #expect(Array(block[0..<4]) == [0x5341, 0x3130, 0x3139, 0x3700])
        #expect(block[8] == 1 && block[9] == 1 && block[15] == 2750 && block[23] == 2741 && block[28] == 44)
        #expect(Array(block[51..<57]) == [26, 11, 21, 12, 1, 1])
        #expect(Array(block[59..<65]) == [0, 1, 2500, 3000, 30, 60])
    }

    @Test(arguments: [(24.9, 45.0), (30.1, 45), (27.5, 29), (27.5, 61)])
    func outsideItsLimitsAScrewIsNotGood(torque: Double, angle: Double) throws {
        var tool = tool()
        try tool.perform(.tighten(torque: torque, angle: angle), at: .zero)
        #expect(try tool.words(.input, 303..<304, at: .zero) == [0])
    }

    @Test func idsBeginAnewAfterARestart() throws {
        var tool = tool()
        for _ in 1...3 { try tool.perform(.tighten(torque: 27, angle: 45), at: .zero) }
        #expect(try tool.words(.input, 354..<356, at: .zero) == [0, 3])
        tool.restart(at: .zero)
        #expect(try tool.words(.input, 354..<356, at: .zero) == [0, 0])
        try tool.perform(.tighten(torque: 27, angle: 45), at: .zero)
        #expect(try tool.words(.input, 354..<356, at: .zero) == [0, 1])
    }

    @Test func aStoppedToolTightensNothing() throws {
        var tool = tool()
        #expect(try answer("050022ff00", &tool) == "050022ff00")
        #expect(throws: SimulationError.self) {
            try tool.perform(.tighten(torque: 27, angle: 45), at: .zero)
        }
        _ = try answer("0500220000", &tool)
        try tool.perform(.tighten(torque: 27, angle: 45), at: .zero)
    }

    @Test func theProgramIsWrittenAtItsWireAddress() throws {
        var tool = tool()
        #expect(try answer("061ccc0004", &tool) == "061ccc0004")
        #expect(try answer("031ccc0001", &tool) == "03020004")
        #expect(try answer("061ccd0004", &tool) == "8602")
    }
}
