import Codecs
import Inspection
import Ledger
import Profiles
import Testing

@testable import Gateway

/// Action codes from their printed text to the ledger.
@Suite(.timeLimit(.minutes(10)))
struct StationCodeTests {
    private static let text = """
        code_set: plant-1
        revision: 2
        codes:
          - PLC1-ABORT-7F3K9Q2M8XWC
          - PLC1-ACK-0V5B6N1C3ZQT
          - PLC1-RETEST-1V5B6N1C3ZQT
          - PLC1-BADGE.1042-2V5B6N1C3ZQT
          - PLC1-BADGE.1099-3V5B6N1C3ZQT
        """

    private func codes() throws -> CodeSet {
        let faults = FaultCollector()
        let file = SourceFile(path: "codes.yaml", bytes: Array(Self.text.utf8))
        return try #require(CodeSet.read(file, faults: faults), "\(faults.sorted)")
    }

    @Test func aShiftByCodesAloneIsInTheLedger() async throws {
        let rig = try StationRig(codes: try codes())
        let running = Task { try await rig.runner.run() }
        var outcomes: [Bool?] = []
        for scan in [
            "PLC1-BADGE.1099-3V5B6N1C3ZQT", "PLC1-BADGE.1042-2V5B6N1C3ZQT", "SA10197",
            "PLC1-ABORT-7F3K9Q2M8XWC",
            "SA10197", "PLC1-RETEST-1V5B6N1C3ZQT", "PLC1-ABORT-7F3K9Q2M8XWC", "PLC1-RETEST-1V5B6N1C3ZQT",
            "PLC1-ACK-0V5B6N1C3ZQT", "PLC1-ACK-0V5B6N1C3ZQT", "PLC1-ABORT-000000000000",
        ] {
            rig.clock.advance(100)
            outcomes.append(await rig.outcome(rig.scan(scan)))
        }
        running.cancel()
        try? await running.value
        #expect(
            outcomes == [false, true, true, true, false, true, true, false, true, false, false])
        let codes = try rig.audit(.scanRefused).map { $0["code"]?.text }
        #expect(
            codes == ["unknown_badge", "double_scan", "retest_limit", "meaningless_code", "unknown_code"])
        let taken = try rig.audit(.codeTaken)
        #expect(taken.map { $0["action"]?.text } == ["ABORT", "RETEST", "ABORT", "ACK"])
        #expect(Set(taken.map { $0["code_set_sha256"]?.text }) == [try self.codes().sha256])
        #expect(try rig.audit(.cycleOpened).map { $0["attempt"] } == [1, 2])
        #expect(try rig.ledger.reader.records().count == 2)
        #expect(
            try rig.audit(.scanRefused).last?["text"]?.text
                == "This code is not of the sheet in use (plant-1, revision 2). Take the current sheet.")
    }
}
