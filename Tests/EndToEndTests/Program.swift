import Codecs
import Foundation
import Testing

/// One of this package's programs, or a judge, as a child process with its output in files.
final class Program {
    let process = Process()
    let output: URL
    let errors: URL

    /// Where this package's programs were built: beside the test bundle that runs now.
    static let folder = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent()

    /// The root of the checkout.
    static let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// Starts `name` (of this package, else found on PATH) in `folder`.
    init(_ name: String, _ arguments: [String], in folder: URL, log: String? = nil) throws {
        let own = Self.folder.appendingPathComponent(name)
        let isOwn = FileManager.default.isExecutableFile(atPath: own.path)
        process.executableURL = isOwn ? own : URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = isOwn ? arguments : [name] + arguments
        process.currentDirectoryURL = folder
        let label = log ?? "\(URL(fileURLWithPath: name).lastPathComponent)-\(UUID().uuidString.prefix(8))"
        output = folder.appendingPathComponent("\(label).out")
        errors = folder.appendingPathComponent("\(label).err")
        for file in [output, errors] where !FileManager.default.fileExists(atPath: file.path) {
            _ = FileManager.default.createFile(atPath: file.path, contents: nil)
        }
        let writing = try [output, errors].map { try FileHandle(forWritingTo: $0) }
        for handle in writing { try handle.seekToEnd() }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = writing[0]
        process.standardError = writing[1]
        try process.run()
        // The child has its own by now. Kept open until Foundation lets go of the process, they would add up:
        // with more than a thousand descriptors, Foundation crashes where it starts the next.
        for handle in writing { try handle.close() }
    }

    deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

    var outputText: String { Self.text(output) }
    var errorText: String { Self.text(errors) }

    private static func text(_ file: URL) -> String {
        String(decoding: (try? Data(contentsOf: file)) ?? Data(), as: UTF8.self)
    }

    /// Sends `signal`; nothing where the process has ended.
    func send(_ signal: Int32) {
        if process.isRunning { kill(process.processIdentifier, signal) }
    }

    /// The exit code, once the process has ended; nil where it has not within `seconds`.
    func end(within seconds: Double) async -> Int32? {
        await Deadline.wait(seconds) { !self.process.isRunning }
            ? process.terminationStatus : nil
    }

    /// Runs `name` to its end and gives its exit code and what it wrote.
    static func run(
        _ name: String, _ arguments: [String], in folder: URL, within seconds: Double = 90
    ) async throws -> (code: Int32?, output: String, errors: String) {
        let program = try Program(name, arguments, in: folder)
        let code = await program.end(within: seconds)
        return (code, program.outputText, program.errorText)
    }

    /// Runs a judge in Python, `script` of `Judges`, with the packages of `judges.txt`.
    static func askJudge(
        _ script: String, _ arguments: [String], in folder: URL, within seconds: Double = 90
    ) async throws -> (code: Int32?, output: String, errors: String) {
        try await run(
            checkout.path + "/.build/venv/bin/python",
            [checkout.path + "/Tests/EndToEndTests/Judges/\(script)"] + arguments, in: folder, within: seconds
        )
    }

    /// The same for a judge that must find nothing wrong; what it found, where it says that as JSON.
    @discardableResult
    static func judge(
        _ script: String, _ arguments: [String], in folder: URL, within seconds: Double = 90
    ) async throws -> JSONValue {
        let said = try await askJudge(script, arguments, in: folder, within: seconds)
        try #require(said.code == 0, "\(script): \(said.output)\(said.errors)")
        return (try? JSONParser.parse(Array(said.output.utf8))) ?? .null
    }

    /// Expects that `files` fulfil the shipped schema of this name.
    static func expectSchema(_ schema: String, _ files: [String], in folder: URL) async throws {
        let judged = try await run(
            checkout.path + "/.build/venv/bin/check-jsonschema",
            ["--schemafile", checkout.path + "/Sources/Profiles/Schema/\(schema).json"] + files, in: folder)
        #expect(judged.code == 0, "\(schema): \(judged.output)\(judged.errors)")
    }
}

/// Waiting for something that other processes do.
enum Deadline {
    /// Seconds in which whatever happens at once on an idle machine has happened on a very busy one.
    static let usual = 30.0

    /// Whether `condition` came true within `seconds`; looked at 20 times a second.
    static func wait(_ seconds: Double, until condition: () async throws -> Bool) async rethrows -> Bool {
        let end = Date(timeIntervalSinceNow: seconds)
        while Date() < end {
            if try await condition() { return true }
            try? await Task.sleep(for: .milliseconds(50))
        }
        return try await condition()
    }
}
