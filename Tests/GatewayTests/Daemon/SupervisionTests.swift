import Codecs
import Inspection
import Ledger
import Testing

@testable import Gateway

/// The end of the daemon's parts: what reached it is in the ledger when they have ended.
@Suite(.timeLimit(.minutes(10)))
struct SupervisionTests {
    private struct Broken: Error {}

    /// A scanner that hands on `count` scans while it ends, as its last reports come in.
    private func endingScanner(_ rig: StationRig, _ count: Int) -> SupervisedPart {
        SupervisedPart("a scanner") {
            _ = try? await Task.sleep(for: .seconds(600))
            for number in 0..<count {
                rig.put(Array("SA\(10_000 + number)".utf8), from: "SCAN-1")
                // Long enough for a station that is being ended at the same time to be gone.
                _ = try? await Task.detached { try await Task.sleep(for: .milliseconds(20)) }.value
            }
        }
    }

    @Test func aScanThatComesWhileEverythingStopsIsInTheLedger() async throws {
        let rig = try StationRig()
        let supervision = Supervision(
            stations: [rig.runner], others: [endingScanner(rig, 5)], settle: {})
        try await supervision.run {}.get()
        let kept = try rig.audit(.scanRefused).map { $0["raw"]?.text }
        #expect(kept == (0..<5).map { Hex.text(Array("SA1000\($0)".utf8)) })
        #expect(rig.runner.inbox.droppedCount == 0)
    }

    @Test func aScanThatWaitsAtTheStopIsRefusedWithTheReasonAndArmsNothing() async throws {
        let rig = try StationRig()
        let supervision = Supervision(
            stations: [rig.runner], others: [],
            settle: { for scan in ["OP:5F1C9A", "SA10197"] { rig.put(Array(scan.utf8), from: "SCAN-1") } })
        rig.runner.inbox.put(.tick)
        try await supervision.run {}.get()
        let refused = try rig.audit(.scanRefused)
        let taken = try rig.audit(.operatorSignedIn).count + rig.audit(.cycleOpened).count
        #expect(refused.count + taken == 2)
        for entry in refused where entry["code"] == "stopping" {
            #expect(entry["text"] == "The gateway was being stopped. Scan again once it runs.")
        }
        // Nothing is taken any more, and nobody is told that it was.
        #expect(!rig.runner.inbox.put(.tick))
    }

    @Test func afterTheEndOfItsInboxAStationRefusesWhatIsLeftInIt() async throws {
        let rig = try StationRig()
        let outcomes = [rig.scan("OP:5F1C9A"), rig.scan("SA10197"), rig.scan("\u{1B}[2J")]
        rig.runner.inbox.finish()
        try await rig.runner.run()
        for outcome in outcomes { #expect(await rig.outcome(outcome) == false) }
        let refused = try rig.audit(.scanRefused)
        #expect(refused.map { $0["code"]?.text } == ["stopping", "stopping", "stopping"])
        #expect(
            refused.map { $0["raw"]?.text }
                == ["OP:5F1C9A", "SA10197", "\u{1B}[2J"].map { Hex.text(Array($0.utf8)) })
    }

    @Test func theFirstFailureEndsEverythingAndIsTold() async throws {
        let rig = try StationRig()
        let supervision = Supervision(
            stations: [rig.runner],
            others: [endingScanner(rig, 1), SupervisedPart("a courier") { throw Broken() }], settle: {})
        let outcome = await supervision.run { _ = try? await Task.sleep(for: .seconds(600)) }
        #expect(throws: Broken.self) { try outcome.get() }
        #expect(try rig.audit(.scanRefused).count == 1)
    }

    @Test func aStationThatFailsEndsEverything() async throws {
        let rig = try StationRig()
        try await rig.ledger.close()
        rig.scan("SA10197")
        let supervision = Supervision(
            stations: [rig.runner], others: [endingScanner(rig, 0)], settle: {})
        let outcome = await supervision.run { _ = try? await Task.sleep(for: .seconds(600)) }
        #expect(throws: (any Error).self) { try outcome.get() }
    }
}
