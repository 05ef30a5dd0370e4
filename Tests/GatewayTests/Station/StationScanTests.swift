import Codecs
import Inspection
import Metrology
import Testing

@testable import Gateway

/// Scans on their way through a station and its ledger: each is taken, or refused with one entry.
@Suite(.timeLimit(.minutes(10)))
struct StationScanTests {
    @Test func aScanThatWaitedWhileTheStationWasDownArmsNothing() async throws {
        let rig = try StationRig()
        let badge = rig.scan("OP:5F1C9A")
        let part = rig.scan("SA10197")
        rig.clock.advance(5_001)
        let fresh = rig.scan("OP:5F1C9A")
        let running = Task { try await rig.runner.run() }
        #expect(await rig.outcome(badge) == false)
        #expect(await rig.outcome(part) == false)
        #expect(await rig.outcome(fresh) == true)
        running.cancel()
        try? await running.value
        let refused = try rig.audit(.scanRefused)
        #expect(refused.map { $0["code"]?.text } == ["too_old", "too_old"])
        #expect(refused.map { $0["raw"]?.text } == ["OP:5F1C9A", "SA10197"].map { Hex.text(Array($0.utf8)) })
        #expect(
            refused.last?["text"]?.text
                == "This was scanned 5 s ago, before the station could take it. Scan again.")
        #expect(try rig.audit(.cycleOpened).isEmpty)
        #expect(try rig.audit(.operatorSignedIn).count == 1)
    }

    @Test func anAnswerIsGivenWhenTheEntryIsInTheLedgerAndNotBefore() async throws {
        let rig = try StationRig()
        let running = Task { try await rig.runner.run() }
        #expect(await rig.outcome(rig.scan("SA10197")) == false)
        #expect(try rig.audit(.scanRefused).map { $0["code"]?.text } == ["no_badge"])
        #expect(await rig.outcome(rig.scan("OP:5F1C9A")) == true)
        #expect(try rig.audit(.operatorSignedIn).count == 1)
        #expect(await rig.outcome(rig.scan("SA10197")) == true)
        #expect(try rig.audit(.cycleOpened).count == 1)
        running.cancel()
        try? await running.value
    }

    /// Whatever is scanned, the ledger has one entry for it.
    @Test func everyScanIsTakenOrRefusedOnce() async throws {
        let rig = try StationRig()
        let running = Task { try await rig.runner.run() }
        let scans = [
            "SA10197", "OP:000000", "OP:5F1C9A", "ZZ1", "\u{7}", "$P,Ar", "PLC1-START-000000000000",
            "SA10197",
            "SA10197", "OP:5F1C9A",
        ]
        var outcomes: [Bool?] = []
        for scan in scans { outcomes.append(await rig.outcome(rig.scan(scan))) }
        running.cancel()
        try? await running.value
        #expect(outcomes == [false, false, true, false, false, false, false, true, false, false])
        let codes = try rig.audit(.scanRefused).map { $0["code"]?.text }
        #expect(
            codes == [
                "no_badge", "unknown_badge", "unknown_part", "bad_mark", "configuration_code", "unknown_code",
                "cycle_running", "cycle_running",
            ])
        #expect(try rig.audit(.operatorSignedIn).count == 1)
        #expect(try rig.audit(.cycleOpened).count == 1)
    }
}
