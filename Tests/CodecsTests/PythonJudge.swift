import Glibc
import Testing

/// A Python program of the judges' environment, given a file of lines.
enum PythonJudge {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// All that `script` prints about `lines`; it finds their file's name in its first argument.
    ///
    /// The script is quoted for a shell, so it holds no single quote.
    static func output(of script: String, about lines: [String]) throws -> String {
        let python = "\(root)/.build/venv/bin/python3"
        try #require(access(python, X_OK) == 0, "Scripts/bootstrap installs the judges of Tests/judges.txt")
        var template = Array("/tmp/plumbline-judge-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let file = try #require(fdopen(descriptor, "w"))
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        let pipe = try #require(popen("'\(python)' -c '\(script)' \(path) 2>&1", "r"))
        defer { pclose(pipe) }
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        return String(decoding: output, as: UTF8.self)
    }
}
