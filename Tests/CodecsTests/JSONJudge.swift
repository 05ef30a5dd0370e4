import Glibc
import Testing

/// The `rfc8785` package of PyPI as a second opinion on canonical JSON.
enum JSONJudge {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")

    /// What the judge writes otherwise, a line each, and at the end how many lines it judged.
    static func disagreements(_ documents: [String]) throws -> String {
        let python = "\(root)/.build/venv/bin/python3"
        try #require(access(python, X_OK) == 0, "Scripts/bootstrap installs the judges of Tests/judges.txt")
        var template = Array("/tmp/plumbline-json-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { unlink(path) }
        let file = try #require(fdopen(descriptor, "w"))
        let bytes = Array((documents.joined(separator: "\n") + "\n").utf8)
        #expect(fwrite(bytes, 1, bytes.count, file) == bytes.count)
        fclose(file)
        let pipe = try #require(popen("'\(python)' -c '\(script)' \(path) 2>&1", "r"))
        defer { pclose(pipe) }
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        return String(decoding: output, as: UTF8.self)
    }

    private static let script = """
        import json, sys, rfc8785
        lines = open(sys.argv[1], "rb").read().split(b"\\n")[:-1]
        for line in lines:
            if rfc8785.dumps(json.loads(line)) != line:
                print("otherwise", line, rfc8785.dumps(json.loads(line)))
        print("judged", len(lines))
        """
}
