internal import Glibc

/// A server in Python that others have written, as a child process; it is ended when this goes.
package final class PythonServer {
    /// Why it does not run.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// Where it listens on loopback.
    package let port: UInt16
    /// What else it said of itself.
    package let words: [String]
    private let pipe: UnsafeMutablePointer<FILE>
    private let process: pid_t

    /// Runs `script`, which has no single quote in it and prints one line when it serves: its process number,
    /// its port, and what else there is to say. Throws `Failure` where it does not come to that.
    package init(_ script: String) throws(Failure) {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let python = "\(root)/.build/venv/bin/python3"
        guard access(python, X_OK) == 0 else {
            throw Failure(description: "Scripts/bootstrap installs the judges of Tests/judges.txt")
        }
        guard let pipe = popen("exec '\(python)' -c '\(script)'", "r") else {
            throw Failure(description: "no process can be started")
        }
        var line: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF, byte != 0x0A { line.append(UInt8(byte)) }
        let words = String(decoding: line, as: UTF8.self).split(separator: " ").map(String.init)
        guard words.count >= 2, let process = pid_t(words[0]), let port = UInt16(words[1]) else {
            pclose(pipe)
            throw Failure(description: "the server ended before it served")
        }
        (self.pipe, self.process, self.port) = (pipe, process, port)
        self.words = Array(words.dropFirst(2))
    }

    deinit {
        // SIGTERM is blocked in what a test run starts.
        kill(process, SIGKILL)
        pclose(pipe)
    }
}
