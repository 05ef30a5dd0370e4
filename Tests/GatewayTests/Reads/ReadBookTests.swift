import Codecs
import Foundation
import Inspection
import Judging
import Ledger
import Metrology
import Testing
import Transports

@testable import Gateway

/// What other processes read of a ledger gets into it, and nothing else by that way.
@Suite(.timeLimit(.minutes(10)))
struct ReadBookTests {
    private static let id = "019ac3f2-0000-7000-8000-000000000001"
    private static let reading: JSONValue = [
        "schema": "plumbline.audit/1", "event": "record.read", "station": nil,
        "at": "2026-11-21T09:21:12.000000001Z", "command": "records show", "asked": ["id": "x"], "found": 1,
        "by": ["user": "qe"], "from": ["tty": "/dev/pts/0"],
    ]

    private let folder: ScratchFolder
    private let ledger: LedgerWriter
    private let box: ActBox
    private let book: ReadBook
    private var acts: String { folder.path + "/data/acts" }

    init() throws {
        folder = try ScratchFolder("reads")
        ledger = try LedgerWriter(path: folder.path + "/data", origin: "plumbline/plant-1/bench-pc-07")
        box = ActBox(ledger.directory)
        let time = SystemTime()
        book = ReadBook(ledger, time: time, log: EventLog(time: time))
    }

    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: acts).sorted()
    }

    @Test func whatWasLeftIsEnteredOnceWithTheOwnerOfItsFile() async throws {
        try box.leave(Self.reading, id: Self.id)
        try await book.enterActs()
        let entry = try #require(try ledger.reader.entry(id: "read/" + Self.id))
        #expect(entry.body["command"] == "records show")
        #expect(entry.body["asked"]?["id"] == "x")
        #expect(entry.body["uid"] == .number(Int64(geteuid())))
        #expect(try files() == [])
        // Killed between the entry and the removal, the next start finds it again.
        try box.leave(Self.reading, id: Self.id)
        try await book.enterActs()
        #expect(try files() == [])
        #expect(try ledger.reader.size() == 1)
        try await ledger.close()
    }

    @Test func whatIsNoReadingIsRefusedAndKept() async throws {
        func changed(_ key: String, _ value: JSONValue) -> JSONValue {
            guard case .object(var members) = Self.reading else { return Self.reading }
            members[key] = value
            return .object(members)
        }
        let id = { (number: Int) in "019ac3f2-0000-7000-8000-00000000000\(number)" }
        try box.leave(changed("event", "cycle.closed"), id: id(1))
        try box.leave(changed("cycle", "c"), id: id(2))
        try box.leave(changed("at", "yesterday"), id: id(3))
        try box.leave(changed("schema", "plumbline.audit/2"), id: id(4))
        try box.leave(changed("asked", .string(String(repeating: "x", count: 20_000))), id: id(5))
        try box.leave(changed("asked", ["event": "gateway.started"]), id: id(6))
        try Data("{".utf8).write(to: URL(fileURLWithPath: "\(acts)/\(id(7)).json"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(acts)/\(id(8)).json", withDestinationPath: folder.path + "/data/ledger.key")
        try #require(mkfifo("\(acts)/pipe.json", 0o600) == 0)
        try box.leave(["x"], id: "short")
        try box.leave(Self.reading, id: id(9))
        try await book.enterActs()
        #expect(try ledger.reader.size() == 1)
        #expect(try ledger.reader.entry(id: "read/" + id(9)) != nil)
        let kept = try files()
        #expect(kept == (1...8).map { id($0) + ".refused" } + ["pipe.refused", "short.refused"])
        try await book.enterActs()
        #expect(try files() == kept)
        #expect(ledger.failure == nil)
        try await ledger.close()
    }

    @Test func aPageIsEnteredWithItsAddress() async throws {
        book.opened(from: "10.0.0.5", agent: "Firefox")
        book.opened(from: "10.0.0.5", agent: "Firefox")
        book.showed(curves: "TW-1 7 SA1", of: "nut-1", to: "10.0.0.5")
        let running = Task { try await book.run() }
        while try ledger.reader.size() < 2 { try await Task.sleep(for: .milliseconds(5)) }
        running.cancel()
        _ = await running.result
        let entries = try ledger.reader.entries()
        #expect(entries.map { $0.body["event"] } == ["page.opened", "record.read"])
        #expect(entries.allSatisfy { $0.body["from"]?["address"] == "10.0.0.5" })
        #expect(entries[1].body["station"] == "nut-1")
        try await ledger.close()
    }
}
