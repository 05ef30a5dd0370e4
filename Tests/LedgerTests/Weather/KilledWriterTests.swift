import Codecs
import Glibc
import Judging
import Ledger
import Linux
import Testing

/// A program that is killed while it appends has lost nothing that it said was there.
///
/// `PLUMBLINE_KILLS=n` for more or fewer kills.
@Suite(.timeLimit(.minutes(240))) struct KilledWriterTests {
    private struct Failure: Error, CustomStringConvertible { let description: String }

    /// What a child had acknowledged when it was killed.
    private struct Acknowledged: Sendable {
        let id: String
        let seq: Int64
        let leafHash: String
    }

    /// Half of what it finds to be there stood in the write-ahead log alone, which its death left behind.
    @Test func whateverMomentItIsKilledAt() async throws {
        let kills = getenv("PLUMBLINE_KILLS").flatMap { Int(String(cString: $0)) } ?? 500
        let seed = SeededRandom.seed()
        var numbers = SeededRandom(seed: seed)
        let scratch = try Scratch()
        let tool = try Self.tool()
        var unchecked: [Acknowledged] = []
        var total = 0
        for turn in 1...kills {
            let lines = Int.random(in: 0...40, using: &numbers)
            let microseconds = UInt32.random(in: 0...(lines == 0 ? 30_000 : 3_000), using: &numbers)
            let outcome = Guarded<Result<[Acknowledged], any Error>>(.success([]))
            // On a thread of its own: reading from a child would keep other tests waiting.
            try await SystemThread.run(name: "killer", stop: {}) {
                let result = Result {
                    try Self.run(
                        tool, scratch.ledger, "k\(turn)", killedAfter: lines, microseconds: microseconds)
                }
                outcome.withLock { $0 = result }
            }
            let found = try outcome.withLock { $0 }.get()
            unchecked += found
            total += found.count
            // Half of the time the next child finds what the last one left, the others this process does.
            guard Bool.random(using: &numbers) || turn == kills else { continue }
            let writer = try scratch.open()
            for promise in unchecked {
                let entry = try writer.reader.entry(id: promise.id)
                let stored = entry.map { Hex.text($0.leafHash) }
                guard entry?.seq != promise.seq || stored != promise.leafHash else { continue }
                Issue.record("seed \(seed), kill \(turn): \(promise.id) was acknowledged and is gone")
                return
            }
            if turn % 50 == 0 || turn == kills { #expect(try scratch.verified(writer) == [], "seed \(seed)") }
            try await writer.close()
            unchecked = []
        }
        #expect(total > kills)
    }

    private static func run(
        _ tool: String, _ ledger: String, _ prefix: String, killedAfter lines: Int, microseconds: UInt32
    ) throws -> [Acknowledged] {
        guard let pipe = popen("exec '\(tool)' '\(ledger)' \(prefix)", "r") else {
            throw Failure(description: "no process can be started")
        }
        defer { pclose(pipe) }
        guard let first = line(of: pipe), let process = pid_t(first) else {
            throw Failure(description: "\(tool) does not run")
        }
        var out: [Acknowledged] = []
        func take(_ line: String) throws {
            let words = line.split(separator: " ")
            guard words.count == 3, let seq = Int64(words[1]) else {
                throw Failure(description: "it ended by itself: \(line)")
            }
            out.append(Acknowledged(id: String(words[0]), seq: seq, leafHash: String(words[2])))
        }
        while out.count < lines, let line = line(of: pipe) { try take(line) }
        // Chance, not synchronisation: the moment of the kill is any.
        usleep(microseconds)
        kill(process, SIGKILL)
        while let line = line(of: pipe) { try take(line) }
        return out
    }

    private static func line(of pipe: UnsafeMutablePointer<FILE>) -> String? {
        var bytes: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF {
            if byte == 0x0A { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(UInt8(byte))
        }
        return nil
    }

    static func tool() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = max(0, readlink("/proc/self/exe", &path, path.count - 1))
        let text = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let folder = text.split(separator: "/").dropLast().map { "/\($0)" }.joined()
        guard access("\(folder)/ledger-appender", X_OK) == 0 else {
            throw Failure(description: "ledger-appender is not beside the tests in \(folder)")
        }
        return "\(folder)/ledger-appender"
    }
}
