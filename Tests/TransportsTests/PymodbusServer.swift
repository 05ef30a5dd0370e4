import Glibc
import Linux
import Testing

/// pymodbus's server as a judge: units 1 to 3, each with 200 registers of either kind. Register n of unit u
/// holds 1000 u + n.
final class PymodbusServer: Sendable {
    let port: UInt16
    private let process: ChildProcess
    /// The server ends with its input.
    private let input: Descriptor

    /// - Parameter framer: pymodbus's name of the framing: `rtu` or `ascii`.
    init(framer: String) throws {
        let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let python = "\(root)/.build/venv/bin/python3"
        try #require(access(python, X_OK) == 0, "Scripts/bootstrap installs the judges of Tests/judges.txt")
        let (output, input) = (try ChildProcess.pipe(), try ChildProcess.pipe())
        process = try ChildProcess(
            [python, "\(root)/Tests/TransportsTests/Judges/modbus_server.py", framer],
            output: output.writing, input: input.reading)
        self.input = Descriptor(owning: input.writing)
        let reading = Descriptor(owning: output.reading)
        var line: [UInt8] = []
        while line.last != 0x0A {
            let more = try reading.read(upTo: 16)
            try #require(!more.isEmpty, "pymodbus says no port")
            line += more
        }
        port = try #require(UInt16(String(decoding: line.dropLast(), as: UTF8.self)))
    }

    /// Call it when the lines to it are closed; without, the server ends with the last reference to it.
    func stop() {
        kill(process.number, SIGKILL)
        _ = process.wait()
    }
}

/// A tty whose far end is a TCP server, by socat.
final class TTYBridge: Sendable {
    let path: String
    private let process: ChildProcess

    init(port: UInt16) throws {
        path = "/tmp/plumbline-bridge-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        process = try ChildProcess(["socat", "PTY,rawer,link=\(path)", "TCP:127.0.0.1:\(port)"])
    }

    /// Call it when the line on it is closed; without, it ends with the server.
    func stop() {
        kill(process.number, SIGTERM)
        _ = process.wait()
    }
}
