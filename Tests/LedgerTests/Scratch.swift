import Codecs
import Glibc
import Judging
import Ledger
import Testing

/// A directory of this test alone, removed at its end.
final class Scratch: Sendable {
    private let folder: ScratchFolder
    var path: String { folder.path }

    init() throws { folder = try ScratchFolder("ledger") }

    var ledger: String { path + "/data" }

    /// What `tool` prints, its errors too, and how it ended.
    @discardableResult
    static func run(_ tool: String, _ arguments: [String], input: String? = nil) -> (
        status: Int32, text: String
    ) {
        var command =
            ([tool] + arguments).map {
                "'"
                    + $0.split(separator: "'", omittingEmptySubsequences: false)
                    .joined(separator: "'\\''") + "'"
            }.joined(separator: " ") + " 2>&1"
        if let input { command = "printf '%s' '\(input)' | " + command }
        guard let pipe = popen(command, "r") else { return (-1, "") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = fread(&chunk, 1, chunk.count, pipe)
            if count == 0 { break }
            bytes += chunk.prefix(count)
        }
        return (pclose(pipe) >> 8 & 0xFF, String(decoding: bytes, as: UTF8.self))
    }

    /// The same question to the `sqlite3` program.
    func sqlite(_ sql: String, file: String = "data/ledger.db") -> String {
        let text = Self.run("/usr/bin/sqlite3", ["\(path)/\(file)", sql]).text
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    func write(_ name: String, _ text: String) throws { try write(name, Array(text.utf8)) }

    func write(_ name: String, _ bytes: [UInt8]) throws {
        let file = try #require(fopen("\(path)/\(name)", "w"))
        defer { fclose(file) }
        try #require(fwrite(bytes, 1, bytes.count, file) == bytes.count)
    }

    /// What the judge of proofs, compiled from Go at first use, says to these arguments of a shell.
    static func proofJudge(_ arguments: String) -> String {
        let tests = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/")
        let source = "\(tests)/EndToEndTests/Judges/proof_judge.go"
        let command = """
            cd /tmp && GO111MODULE=off GOPATH=/usr/share/gocode go run '\(source)' \(arguments)
            """
        return run("/bin/sh", ["-c", command]).text
    }

    /// Copies the ledger as a crash would leave it: database and log as they are now, no index.
    func crashCopy(to name: String) -> String {
        Self.run("/bin/mkdir", ["\(path)/\(name)"])
        for file in ["ledger.db", "ledger.db-wal", "ledger.key", "ledger.pub", "checkpoint"] {
            Self.run("/bin/cp", ["\(ledger)/\(file)", "\(path)/\(name)/\(file)"])
        }
        return "\(path)/\(name)"
    }

    func open(
        grouping: CommitGrouping = CommitGrouping(), mostBytes: Int64? = nil
    ) throws -> LedgerWriter {
        try LedgerWriter(
            path: ledger, origin: "plumbline/plant-1/bench-pc-07", grouping: grouping, mostBytes: mostBytes)
    }

    /// Whether the checkpoint's file covers `size` entries, once it had its time.
    func isSigned(_ size: Int64) throws -> Bool {
        let directory = DataDirectory(ledger)
        return try directory.awaitingCheckpoint(seconds: 60) { () throws(LedgerError) -> Bool? in
            let note = try DataDirectory.read(directory.checkpoint) ?? []
            let lines = String(decoding: note, as: UTF8.self).split(separator: "\n")
            return lines.count > 1 && Int64(lines[1]) == size ? true : nil
        } ?? false
    }

    static func record(
        _ id: String, serial: String = "SA10197", result: String = "PASS", station: String = "flow-test-1",
        endedAt: String = "2026-11-21T09:21:12.000000001Z"
    ) -> JSONValue {
        [
            "schema": "plumbline.inspection/1", "id": .string(id), "provenance": "live",
            "part": ["serial": .string(serial), "number": "4L0014-163B"], "operation": "060 Flow test",
            "station": .string(station), "result": .string(result), "ended_at": .string(endedAt),
        ]
    }

    static func draft(_ id: String, serial: String = "SA10197", outbox: [String] = []) -> EntryDraft {
        EntryDraft(kind: .record, id: id, body: record(id, serial: serial), outbox: outbox)
    }

    /// The receipt of `qms` for a record, as couriers write it.
    static func receipt(_ id: String, for record: Entry) -> EntryDraft {
        EntryDraft(
            kind: .receipt, id: id,
            body: [
                "schema": "plumbline.receipt/1", "record": .string(record.id), "sink": "qms",
                "sha256": .string(SHA256Digest.hex(of: record.bytes)), "outcome": "delivered",
            ])
    }

    static func audit(_ id: String, event: String, cycle: String) -> EntryDraft {
        EntryDraft(
            kind: .audit, id: id,
            body: [
                "schema": "plumbline.audit/1", "event": .string(event), "cycle": .string(cycle),
                "station": "flow-test-1", "serial": "SA10197", "at": "2026-11-21T09:20:00.000000000Z",
            ])
    }
}

extension LedgerRestoration {
    /// Restores, and enters no more than that it was done.
    static func restore(
        _ path: String, into directory: DataDirectory, key: [UInt8]? = nil, accepting: Acceptance = []
    ) throws(LedgerError) -> LedgerRestoration {
        try restore(path, into: directory, key: key, accepting: accepting) { restored in
            EntryDraft(
                kind: .audit, id: "restored",
                body: [
                    "schema": "plumbline.audit/1", "event": "ledger.restored",
                    "lost": .optional(restored.lost?.note), "unsigned": .number(restored.unsigned),
                ])
        }
    }
}
