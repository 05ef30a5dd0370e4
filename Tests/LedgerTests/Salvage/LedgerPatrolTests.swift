import Codecs
import Ledger
import Testing

/// The whole of a ledger, verified little by little while it grows.
@Suite(.timeLimit(.minutes(5))) struct LedgerPatrolTests {
    private static func round(_ path: String) throws -> LedgerPatrol.Report {
        var patrol = try LedgerPatrol(path: path)
        for _ in 0..<10_000 where !patrol.isOver { patrol.step() }
        #expect(patrol.isOver)
        return patrol.report
    }

    @Test func aSoundLedgerHasNoFindingsAndTheWriterGoesOn() async throws {
        let fixture = try await SalvageFixture()
        let writer = try fixture.open()
        var patrol = try LedgerPatrol(path: fixture.scratch.ledger)
        while !patrol.isOver {
            patrol.step()
            try await writer.append([
                Scratch.draft("later \(patrol.report.entries) \(patrol.report.evidence)")
            ])
        }
        #expect(patrol.report.findings == [])
        #expect(patrol.report.entries == 103 && patrol.report.total == 103)
        #expect(patrol.report.evidence == Int64(SalvageFixture.records + 1))
        try await writer.close()
    }

    @Test(arguments: [
        ("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE id = 'r6'", "entry 10: "),
        ("UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND position = 5", "node 1/5: "),
        ("UPDATE checkpoint SET note = replace(note, 'plant-1', 'plant-2')", "checkpoint "),
        (
            "DELETE FROM entry WHERE id = 'r6'",
            "after entry 9: entry 10 is missing"
        ),
        ("UPDATE evidence SET size = size + 1", "evidence "),
    ])
    func whatDoesNotAgreeIsFound(sql: String, finding: String) async throws {
        let fixture = try await SalvageFixture()
        fixture.meddle(sql)
        let report = try Self.round(fixture.scratch.ledger)
        #expect(report.findings.first?.hasPrefix(finding) == true, "\(report.findings)")
    }
}
