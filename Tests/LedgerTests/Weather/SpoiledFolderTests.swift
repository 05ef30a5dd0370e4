import Codecs
import Glibc
import Ledger
import Testing

/// What a ledger says and does where its folder is full, read-only, or was meddled with.
@Suite(.timeLimit(.minutes(10))) struct SpoiledFolderTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Runs the appender on a file system of its own, made by `mount`, and copies what it leaves to `after`.
    private func append(mounting mount: String) throws -> (lines: [String], status: Int32) {
        let tool = try KilledWriterTests.tool()
        let script = """
            mkdir -p \(scratch.path)/mnt && \(mount) || exit 99
            \(tool) \(scratch.path)/mnt/data x; status=$?
            cp -r \(scratch.path)/mnt/data \(scratch.path)/after; exit $status
            """
        let (status, text) = Scratch.run("/usr/bin/unshare", ["-rm", "/bin/sh", "-c", script])
        return (text.split(separator: "\n").map(String.init), status)
    }

    /// Containers may not mount; what a mount shows here, other tests show with bounds of SQLite's own.
    static let mayMount = Scratch.run("/usr/bin/unshare", ["-rm", "/bin/true"]).status == 0

    /// Whatever it is that finds no room: a commit, the log's index, or the file of the checkpoint.
    @Test(.enabled(if: mayMount), arguments: [600, 900, 1_600])
    func aFullFileSystemEndsItInWordsAndWhatWasAcknowledgedIsThere(kibibytes: Int) async throws {
        let (lines, status) = try append(
            mounting: "mount -t tmpfs -o size=\(kibibytes)k none \(scratch.path)/mnt")
        #expect(status == 74)
        #expect(lines.last?.contains("full") == true, "\(lines.last ?? "nothing")")
        #expect(lines.last?.contains("free space") == true)
        // With room again it goes on where it was.
        let writer = try LedgerWriter(
            path: scratch.path + "/after", origin: "plumbline/plant-1/bench-pc-07")
        // Both of its workers may say why they end.
        let acknowledged = lines.dropFirst().filter { !$0.hasPrefix("failed: ") }
            .map { $0.split(separator: " ") }
        for words in acknowledged {
            let entry = try #require(try writer.reader.entry(id: String(words[0])), "\(words)")
            #expect(Hex.text(entry.leafHash) == words[2])
        }
        #expect(try LedgerReader(path: scratch.path + "/after").verify().mismatches == [])
        try await writer.append([Scratch.draft("r1")])
        try await writer.close()
    }

    @Test(.enabled(if: mayMount))
    func aReadOnlyFolderIsRefusedInWordsAndCanBeRead() async throws {
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1")])
        try await writer.close()
        Scratch.run("/bin/mkdir", [scratch.path + "/mnt"])
        Scratch.run("/bin/cp", ["-r", scratch.ledger, scratch.path + "/mnt/data"])
        let folder = scratch.path + "/mnt"
        let (lines, status) = try append(
            mounting: "mount --bind \(folder) \(folder) && mount -o remount,bind,ro \(folder)")
        #expect(status == 74)
        #expect(lines.last?.contains("Read-only file system") == true, "\(lines)")
        #expect(lines.last?.contains("check the path, its permissions and the disk") == true)
    }

    /// Whatever stands in the file's place: it is not overwritten, and the ledger does not go on.
    @Test(arguments: [
        "", "plumbline/plant-1/bench-pc-07\n", "\0\0\0\0\0\0\0\0", "\u{FF}\u{FE} no note\n\n— x y\n",
    ])
    func aDamagedCheckpointIsRefusedAndKept(text: String) async throws {
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1")])
        try await writer.close()
        try scratch.write("data/checkpoint", text)
        let error = #expect(throws: LedgerError.self) { try scratch.open() }
        #expect(error?.kind == .key)
        #expect(error?.description.contains("damaged") == true)
        #expect(try DataDirectory.read(scratch.ledger + "/checkpoint") == Array(text.utf8))
        #expect(try !LedgerReader(path: scratch.ledger).verify().isSound)
    }

    /// A damaged page of bodies is found by verification and never read as something else.
    @Test func aDamagedPageIsFound() async throws {
        let writer = try scratch.open()
        for number in 1...60 { try await writer.append([Scratch.draft("r\(number)")]) }
        try await writer.close()
        let file = scratch.ledger + "/ledger.db"
        let sound = try #require(try DataDirectory.read(file))
        let bodies = try LedgerReader(path: scratch.ledger).entries().map(\.bytes)
        for page in 1..<sound.count / 4_096 {
            var bytes = sound
            for index in 0..<4_096 { bytes[page * 4_096 + index] = UInt8(truncatingIfNeeded: index &* 37) }
            try DataDirectory(scratch.ledger).replace(file, with: bytes)
            do throws(LedgerError) {
                let reader = try LedgerReader(path: scratch.ledger)
                #expect(try !reader.verify().isSound, "page \(page)")
                let read = (try? reader.entries().map(\.bytes)) ?? []
                #expect(read.isEmpty || Set(read).isSubset(of: bodies), "page \(page)")
            } catch {
                #expect(error.kind == .corrupt, "page \(page): \(error)")
            }
        }
    }

    /// With database and checkpoint both put back, nothing in the directory can tell: a copy elsewhere does.
    @Test func whatOnlyACopyElsewhereCanTell() async throws {
        let writer = try scratch.open()
        try await writer.append([Scratch.draft("r1")])
        try await writer.close()
        Scratch.run("/bin/cp", ["-r", scratch.ledger, scratch.path + "/old"])
        let later = try scratch.open()
        try await later.append([Scratch.draft("r2")])
        try await later.close()
        Scratch.run("/bin/cp", [scratch.ledger + "/checkpoint", scratch.path + "/elsewhere"])
        Scratch.run("/bin/rm", ["-r", scratch.ledger])
        Scratch.run("/bin/cp", ["-r", scratch.path + "/old", scratch.ledger])
        #expect(try LedgerReader(path: scratch.ledger).verify().isSound)
        Scratch.run("/bin/cp", [scratch.path + "/elsewhere", scratch.ledger + "/checkpoint"])
        #expect(
            try LedgerReader(path: scratch.ledger).verify().mismatches.contains {
                $0.contains("2 entries were signed and the database has 1")
            })
        #expect(#expect(throws: LedgerError.self) { try scratch.open() }?.kind == .rolledBack)
    }
}
