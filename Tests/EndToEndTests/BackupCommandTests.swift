import Codecs
import Foundation
import Judging
import Testing

/// `plumbline backup` and `restore`, as an operator types them.
@Suite(.timeLimit(.minutes(10))) struct BackupCommandTests {
    private let scratch: ScratchFolder
    private var folder: URL { URL(fileURLWithPath: scratch.path) }

    init() throws { scratch = try ScratchFolder("backup") }

    private func plumbline(_ arguments: String...) async throws -> (
        code: Int32?, output: String, errors: String
    ) {
        try await Program.run("plumbline", arguments, in: folder)
    }

    /// A ledger that a child wrote until it was killed: backups of a crash are backups.
    private func fill() async throws {
        let child = """
            : > lines
            \(Program.folder.path)/ledger-appender data x >> lines &
            while [ $(wc -l < lines) -lt 60 ] && kill -0 $!; do sleep 0.05; done
            kill -9 $!
            """
        let killed = try await Program.run("sh", ["-c", child], in: folder)
        try #require(killed.code == 0, "\(killed.errors)")
    }

    @Test func whatIsBackedUpCanBeRestoredAndIsTheSame() async throws {
        try await fill()
        let made = try await plumbline("backup", "copy.backup", "--data", "data", "--json")
        try #require(made.code == 0, "\(made.errors)")
        let said = try JSONParser.parse(Array(made.output.utf8.dropLast()))
        let again = try await plumbline("backup", "copy.backup", "--data", "data")
        #expect(again.code == 74)
        #expect(again.errors.contains("there is a file already"))
        // What a crash has left without a signature is anybody's until somebody says otherwise.
        let unsigned = said["unsigned"]?.integer ?? 0
        let refused = try await plumbline("restore", "copy.backup", "--data", "other")
        #expect(refused.code == (unsigned > 0 ? 5 : 0), "\(unsigned): \(refused.errors)")
        #expect(unsigned == 0 || refused.errors.contains("--accept-unsigned"))
        let restored = try await plumbline(
            "restore", "copy.backup", "--data", "new", "--key", "data/ledger.key", "--accept-unsigned",
            "--json")
        try #require(restored.code == 0, "\(restored.errors)")
        let found = try JSONParser.parse(Array(restored.output.utf8.dropLast()))
        #expect(found["entries"] == said["entries"])
        #expect(found["can_continue"] == .bool(true))
        let verified = try await plumbline("ledger", "verify", "--data", "new", "--json")
        #expect(verified.code == 0, "\(verified.output)")
        // One more than the backup: the ledger says that it was restored.
        let report = try JSONParser.parse(Array(verified.output.utf8.dropLast()))
        #expect(report["entries"]?.integer == (said["entries"]?.integer ?? 0) + 1)
        #expect(report["unsigned"] == 0)
    }

    /// What was kept elsewhere, and whose key it is: the two things that the folder itself cannot tell.
    @Test func aLedgerIsHeldAgainstWhatWasKeptOfIt() async throws {
        try await fill()
        let whole = [
            "restore", "copy.backup", "--data", "new", "--key", "data/ledger.key", "--accept-unsigned",
        ]
        #expect(try await plumbline("backup", "copy.backup", "--data", "data").code == 0)
        #expect(try await Program.run("plumbline", whole, in: folder).code == 0)
        let later = try await plumbline(
            "ledger", "verify", "--data", "new", "--against", "copy.backup", "--against", "data", "--key",
            "data/ledger.pub")
        #expect(later.code == 0, "\(later.output)\(later.errors)")
        #expect(later.output.contains("it extends copy.backup: its first"))
        #expect(later.output.contains("\nunsigned 0\n") && later.output.contains("\nkey SHA-256 "))
        let earlier = try await plumbline(
            "ledger", "verify", "--data", "data", "--against", "new/checkpoint", "--json")
        #expect(earlier.code == 5)
        #expect(earlier.output.contains("entries were removed, or an older copy"), "\(earlier.output)")
        _ = try await plumbline("sign", "--new-key", "other")
        let foreign = try await plumbline("ledger", "verify", "--data", "new", "--key", "other.pub")
        #expect(foreign.code == 5)
        #expect(foreign.output.contains("another key than the one given"))
        let absent = try await plumbline("ledger", "verify", "--data", "new", "--against", "absent")
        #expect(absent.code == 74)
    }

    /// A disk without room leaves no half of a file that could be taken for a whole one.
    @Test func aFileThatCannotBeWrittenWholeIsNotThere() async throws {
        let shell = """
            mkdir new; cd new
            tool=\(Program.folder.path)/plumbline
            (ulimit -f 0; trap '' XFSZ; $tool sign --new-key half; echo $?) 2>&1 | cat
            """
        let made = try await Program.run("sh", ["-c", shell], in: folder)
        #expect(made.output.contains("half cannot be written (File too large)"), "\(made.output)")
        #expect(made.output.hasSuffix("\n74\n"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/new") == [])
    }

    @Test func whatDoesNotVerifyOrWouldOverwriteIsRefused() async throws {
        try await fill()
        #expect(try await plumbline("backup", "copy.backup", "--data", "data").code == 0)
        let onto = try await plumbline("restore", "copy.backup", "--data", "data")
        #expect(onto.code == 74)
        #expect(onto.errors.contains("move the old files aside"))
        var bytes = Array(try Data(contentsOf: folder.appending(path: "copy.backup")))
        let text = Array(#""result":"PASS""#.utf8)
        let place = try #require(
            (0..<bytes.count - text.count).first { Array(bytes[$0..<$0 + text.count]) == text })
        bytes.replaceSubrange(place..<place + text.count, with: Array(#""result":"FAIL""#.utf8))
        try Data(bytes).write(to: folder.appending(path: "forged.backup"))
        let forged = try await plumbline("restore", "forged.backup", "--data", "new")
        #expect(forged.code == 5)
        #expect(forged.errors.contains("does not verify"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/new/ledger.db"))
        #expect(try await plumbline("restore", "--data", "new").code == 64)
    }
}
