import Codecs
import Glibc
import Judging
import Ledger
import Testing

/// One bit of a ledger's file changes: verification says so, or nothing that is read is another.
///
/// `PLUMBLINE_FLIPS=n` for more or fewer bits of each file, `SEED=n` to repeat.
@Suite(.timeLimit(.minutes(240))) struct BitFlipTests {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    /// Everything that people, stations and sinks read of a ledger.
    private struct Content: Equatable {
        var entries: [Entry] = []
        var records: [String] = []
        var history: [String] = []
        var evidence: [UInt8]?
        var outbox: [String: [Int64]] = [:]

        init(_ reader: LedgerReader, evidence hash: String) throws(LedgerError) {
            entries = try reader.entries()
            records = try reader.records(RecordQuery()).map(\.id)
            history = try reader.partHistory(serial: "SA10197").map(\.id)
            evidence = try reader.evidence(sha256: hash)
            for sink in ["qms", "erp"] {
                for state in OutboxState.allCases {
                    outbox["\(sink) \(state.rawValue)"] = try reader.outbox(sink: sink, state: state)
                        .map(\.seq)
                }
            }
        }
    }

    private static let curve = Array("curve".utf8)

    private func fill(_ writer: LedgerWriter) async throws {
        let hash = JSONValue.string(SHA256Digest.hex(of: Self.curve))
        let entries = try await writer.append(
            (1...5).map { Scratch.draft("r\($0)", outbox: ["qms", "erp"]) } + [
                Scratch.audit("a1", event: "cycle.opened", cycle: "r1"),
                EntryDraft(kind: .audit, id: "a2", body: ["evidence": [hash]], evidence: [Self.curve]),
                EntryDraft(
                    kind: .disposition, id: "d1",
                    body: [
                        "record": "r1", "disposition": "rework",
                        "note": .string(String(repeating: "burr at the second port; ", count: 400)),
                    ]),
            ])
        let receipt = Scratch.receipt("p1", for: entries[0])
        try await writer.commit(
            LedgerTransaction(
                drafts: [receipt],
                outbox: [
                    OutboxChange(sink: "qms", seq: 1, .delivered(receipt: "p1")),
                    OutboxChange(sink: "qms", seq: 2, .quarantined(reason: "no such part")),
                    OutboxChange(sink: "erp", seq: 1, .withheld(reason: "simulated")),
                ]))
    }

    /// Seen failing with leaves taken as they are stored, instead of made from the bodies.
    @Test func aBitOfTheDatabase() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await fill(writer)
        try await writer.close()
        try flip("ledger.db", in: scratch.ledger)
    }

    /// As a crash leaves it: everything stands in the log, of which SQLite drops what it does not trust.
    @Test func aBitOfTheLog() async throws {
        let scratch = try Scratch()
        let writer = try scratch.open()
        try await fill(writer)
        // What no checkpoint covers yet, the last second, could be cut off unseen.
        try #require(try scratch.isSigned(9))
        let copy = scratch.crashCopy(to: "crash")
        try await writer.close()
        try flip("ledger.db-wal", in: copy)
    }

    private func flip(_ name: String, in data: String) throws {
        let flips = getenv("PLUMBLINE_FLIPS").flatMap { Int(String(cString: $0)) } ?? 600
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        let hash = SHA256Digest.hex(of: Self.curve)
        let sound = try Files(data)
        try sound.restore()
        let expected = try Content(try LedgerReader(path: data), evidence: hash)
        try #require(expected.entries.count == 9)
        // What is found below must be the change's doing.
        try #require(try LedgerReader(path: data).verify().mismatches == [])
        let file = sound.contents[name] ?? []
        let filled = file.indices.filter { file[$0] != 0 }
        try #require(!filled.isEmpty)
        var (found, harmless) = (0, 0)
        for _ in 1...flips {
            let bit = Self.bit(of: file, filled, &numbers)
            try sound.restore(flipping: bit, of: name)
            do throws(LedgerError) {
                let reader = try LedgerReader(path: data)
                guard try reader.verify().isSound else {
                    found += 1
                    continue
                }
                harmless += 1
                let content = try Content(reader, evidence: hash)
                #expect(content == expected, "SEED=\(seed), bit \(bit) of \(name)")
            } catch {
                found += 1
                let isSaid = [.corrupt, .io, .newer, .invalid].contains(error.kind)
                #expect(isSaid, "SEED=\(seed), bit \(bit): \(error)")
            }
        }
        // A change is mostly one of something that counts, and not always.
        #expect(
            found > flips / 4 && harmless > 0,
            "SEED=\(seed): \(found) found, \(harmless) harmless")
    }

    /// Half of the changes are in bytes that hold something; much of a database is room.
    private static func bit(of file: [UInt8], _ filled: [Int], _ numbers: inout SeededRandom) -> Int {
        let place =
            Bool.random(using: &numbers)
            ? filled[Int.random(in: filled.indices, using: &numbers)]
            : Int.random(in: file.indices, using: &numbers)
        return place * 8 + Int.random(in: 0..<8, using: &numbers)
    }

    /// The files of a ledger, to be put back as they were.
    private struct Files {
        private let folder: String
        private(set) var contents: [String: [UInt8]] = [:]

        init(_ folder: String) throws {
            self.folder = folder
            for name in ["ledger.db", "ledger.db-wal"] {
                contents[name] = try DataDirectory.read("\(folder)/\(name)", most: 1 << 24)
            }
        }

        func restore(flipping bit: Int = 0, of flipped: String? = nil) throws {
            unlink("\(folder)/ledger.db-wal")
            unlink("\(folder)/ledger.db-shm")
            for (name, content) in contents where !content.isEmpty {
                var bytes = content
                if name == flipped { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
                guard let file = fopen("\(folder)/\(name)", "w") else {
                    throw Failure(description: "\(name) cannot be written")
                }
                defer { fclose(file) }
                guard fwrite(bytes, 1, bytes.count, file) == bytes.count else {
                    throw Failure(description: "\(name) cannot be written")
                }
            }
        }
    }
}
