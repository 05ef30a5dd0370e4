import Codecs
import Inspection
import Ledger
import Testing

@testable import Gateway

/// Stations without devices over a real ledger file: what becomes of a suspect part, from its scan to the
/// entries.
struct SuspectStationTests {
    private static func table() throws -> PartTable {
        var row = PartTable.Row(number: "4L0014-163B")
        row.serials = [try #require(CodePattern("SA#####"))]
        row.suspects = [
            PartTable.SuspectList(
                serials: SerialList([SerialList.Entry(try #require(SerialRange("SA10666")))]),
                reason: "lot 7 was stolen", source: "NCR-2211")
        ]
        return PartTable(rows: [row], sha256: "ab12")
    }

    /// Runs the station while someone signs in and scans `serial`; why it was refused, nil where it was not.
    private func scan(_ serial: String, at rig: StationRig) async throws -> String? {
        let running = Task { try await rig.runner.run() }
        defer { running.cancel() }
        #expect(await rig.outcome(rig.scan("OP:5F1C9A")) == true)
        let isTaken = await rig.outcome(rig.scan(serial))
        let refusal = await rig.runner.machine.refusal
        #expect(isTaken == (refusal == nil))
        #expect(refusal == nil || refusal?.code == .suspectPart)
        return refusal?.text
    }

    private func findings(_ rig: StationRig) throws -> [String?] {
        try rig.audit(.partAlert).map { $0["finding"]?.text }
    }

    @Test func aSuspectSerialArmsNothingAndIsInTheLedgerAsAnAlert() async throws {
        let rig = try StationRig(parts: try Self.table())
        #expect(
            try await scan("SA10666", at: rig)
                == "SA10666 is on a suspect list: lot 7 was stolen (NCR-2211). Set it aside and call quality."
        )
        #expect(try findings(rig) == ["on_suspect_list"])
        #expect(try rig.audit(.scanRefused).map { $0["code"]?.text } == ["suspect_part"])
        #expect(try rig.audit(.cycleOpened) == [])
    }

    @Test func oneSerialAtTwoStationsIsTakenAtTheFirstAlone() async throws {
        let first = try StationRig()
        let second = try StationRig("flow-test-2", beside: first)
        #expect(try await scan("SA10197", at: first) == nil)
        #expect(
            try await scan("SA10197", at: second)
                == "SA10197 is being inspected at flow-test-1 right now. Two parts may carry this serial: "
                + "call quality.")
        #expect(try findings(first) == ["open_elsewhere"])
        #expect(try first.audit(.partAlert).map { $0["station"]?.text } == ["flow-test-2"])
        #expect(try first.audit(.cycleOpened).map { $0["station"]?.text } == ["flow-test-1"])
    }

    @Test func aPartThatACrashLeftOpenStaysWithItsStation() async throws {
        let first = try StationRig()
        #expect(try await scan("SA10197", at: first) == nil)
        // After the restart the other station hears its scan before the one that has the part.
        let parts = try PartsInWork(
            leftOpenIn: first.ledger.reader, at: ["flow-test-1", "flow-test-2"])
        let second = try StationRig("flow-test-2", beside: first, parts)
        #expect(try await scan("SA10197", at: second) != nil)
        // A station that is no more has no part.
        let without = try PartsInWork(leftOpenIn: first.ledger.reader, at: ["flow-test-2"])
        let third = try StationRig("flow-test-3", beside: first, without)
        #expect(try await scan("SA10197", at: third) == nil)
    }

    @Test func aRejectedPartIsRefused() async throws {
        let rig = try StationRig()
        try await inspected("r1", "SA10197", "4L0014-163B", in: rig.ledger)
        try await rig.ledger.append([
            EntryDraft(kind: .disposition, id: "d1", body: ["record": "r1", "disposition": "reject"])
        ])
        #expect(
            try await scan("SA10197", at: rig)
                == "SA10197 was taken out of use (reject). Set it aside and call quality.")
        #expect(try findings(rig) == ["rejected_before"])
    }

    @Test func aRejectedPartIsRefusedHoweverOftenItWasInspectedSince() async throws {
        let rig = try StationRig()
        try await inspected("r1", "SA10197", "4L0014-163B", in: rig.ledger)
        try await rig.ledger.append([
            EntryDraft(kind: .disposition, id: "d1", body: ["record": "r1", "disposition": "scrapped"])
        ])
        for number in 2...250 { try await inspected("r\(number)", "SA10197", "4L0014-163B", in: rig.ledger) }
        #expect(
            try await scan("SA10197", at: rig)
                == "SA10197 was taken out of use (scrapped). Set it aside and call quality.")
        #expect(try findings(rig) == ["rejected_before"])
    }

    @Test func aSerialOfAnotherPartNumberIsRefused() async throws {
        let rig = try StationRig()
        try await inspected("r1", "SA10197", "4L0015-163B", in: rig.ledger)
        #expect(
            try await scan("SA10197", at: rig)
                == "SA10197 was inspected before as part number 4L0015-163B, not 4L0014-163B. Call quality.")
        #expect(try findings(rig) == ["other_part_number"])
    }

    @Test func attemptsOfAnotherPartNumberAreNotThisOnes() async throws {
        let rig = try StationRig()
        // The plan allows two; these are of other items, each with a UII of its own, or none.
        for id in ["r1", "r2", "r3"] {
            try await inspected(id, "SA10198", "4L0014-163B", in: rig.ledger, operation: "060 Flow test")
        }
        for id in ["r4", "r5", "r6"] {
            try await inspected(
                id, "SA10197", "4L0015-163B", in: rig.ledger, uii: "D988974L0015-163BSA10197",
                operation: "060 Flow test")
        }
        let mark = "[)>\u{1e}06\u{1d}17V98897\u{1d}1P4L0014-163B\u{1d}SSA10197\u{1e}\u{04}"
        #expect(try await scan(mark, at: rig) == nil)
        #expect(try rig.audit(.cycleOpened).map { $0["attempt"] } == [1])
    }

    private func inspected(
        _ id: String, _ serial: String, _ number: String, in ledger: LedgerWriter, uii: String? = nil,
        operation: String = "010 Other"
    ) async throws {
        let part = PartIdentity(
            serial: serial, number: number, uii: uii, lot: nil, rawMark: Array(serial.utf8), symbology: nil)
        try await ledger.append([
            EntryDraft(
                kind: .record, id: id,
                body: [
                    "schema": "plumbline.inspection/1", "id": .string(id), "part": part.json,
                    "operation": .string(operation), "result": "PASS",
                ])
        ])
    }
}
