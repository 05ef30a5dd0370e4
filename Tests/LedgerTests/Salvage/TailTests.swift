import Codecs
import Ledger
import Testing

/// What no signature covers yet is verified before a ledger opens.
@Suite(.timeLimit(.minutes(2))) struct TailTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// A ledger of seven entries, of which the first `signed` are under a checkpoint.
    private func leave(signed: Int) async throws {
        for count in [signed, 7 - signed] where count > 0 {
            let writer = try scratch.open()
            let first = try writer.reader.size()
            for number in 1...Int64(count) { try await writer.append([Scratch.draft("r\(first + number)")]) }
            try await writer.close()
        }
        scratch.meddle("DELETE FROM checkpoint WHERE size > \(signed)")
        let rest = scratch.sqlite("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1")
        if rest.isEmpty {
            Scratch.run("/bin/rm", [scratch.ledger + "/checkpoint"])
        } else {
            try scratch.write("data/checkpoint", rest)
        }
    }

    private func refusal() -> LedgerError? {
        #expect(throws: LedgerError.self) { try scratch.open() }
    }

    @Test(arguments: [0, 3, 4]) func aSoundTailOpensAndIsSigned(signed: Int) async throws {
        try await leave(signed: signed)
        let writer = try scratch.open()
        #expect(try await writer.append([Scratch.draft("r8")]).map(\.seq) == [8])
        try await writer.close()
        let mismatches = try LedgerReader(path: scratch.ledger).verify().mismatches
        #expect(mismatches == [])
    }

    @Test(arguments: [0, 3, 4]) func aBodyThatChangedIsFound(signed: Int) async throws {
        try await leave(signed: signed)
        scratch.meddle("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE seq = 5")
        let error = refusal()
        #expect(error?.kind == .corrupt)
        #expect(error?.what == "entry 5: the body is not the one that its hash was made of")
    }

    /// Neither is one of the hashes that the root is made of: those of 4, 6 and 7 are.
    @Test(arguments: [
        "UPDATE node SET hash = zeroblob(32) WHERE level = 1 AND position = 1",
        "DELETE FROM node WHERE level = 1 AND position = 1",
    ])
    func aNodeThatChangedIsFound(sql: String) async throws {
        try await leave(signed: 0)
        scratch.meddle(sql)
        let error = refusal()
        #expect(error?.kind == .corrupt)
        #expect(error?.what.hasPrefix("node 1/1: ") == true)
    }

    @Test func anEntryThatIsGoneIsFound() async throws {
        try await leave(signed: 3)
        scratch.meddle("DELETE FROM entry WHERE seq = 5")
        #expect(refusal()?.what == "entries 5 to 5 are missing")
    }

    /// The signed part is not hashed anew at open: it would take as long as the ledger is.
    @Test func whatWasSignedIsLeftToWhoeverVerifies() async throws {
        try await leave(signed: 4)
        scratch.meddle("UPDATE entry SET body = replace(body, 'PASS', 'FAIL') WHERE seq = 2")
        try await scratch.open().close()
        #expect(try !LedgerReader(path: scratch.ledger).verify().isSound)
    }
}
