import Glibc

/// Where commands write: data to standard output, messages to standard error.
struct Console: Sendable {
    let isQuiet: Bool
    let usesJSON: Bool
    let usesColor: Bool

    /// Writes a line of data. Ends the process quietly where the reader has gone (`| head`).
    func print(_ line: String) { Self.write(line + "\n", to: STDOUT_FILENO) }

    /// Writes a message for people, unless they asked for quiet.
    func say(_ message: String) {
        guard !isQuiet else { return }
        Self.write("plumbline: \(message)\n", to: STDERR_FILENO)
    }

    /// Writes data as it is, without adding a line end.
    func write(_ bytes: [UInt8]) { Self.write(bytes, to: STDOUT_FILENO) }

    /// The same for text.
    func write(_ text: String) { write(Array(text.utf8)) }

    /// Writes over the last line of the terminal; for `ProgressLine`, which knows whether there is one.
    static func progress(_ text: String) { write(text, to: STDERR_FILENO) }

    /// Writes what went wrong, quiet or not.
    func complain(_ message: String) { Self.write("plumbline: \(message)\n", to: STDERR_FILENO) }

    private static func write(_ text: String, to descriptor: Int32) {
        write(Array(text.utf8), to: descriptor)
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return }
            sent += count
        }
    }

    /// `text` in bold where colour is wanted.
    func bold(_ text: String) -> String { usesColor ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

    /// A verdict in the colour that people expect, always with its word.
    func verdict(_ word: String) -> String {
        guard usesColor else { return word }
        let color = ["PASS": "32", "FAIL": "31", "INDETERMINATE": "33"][word] ?? "0"
        return "\u{1B}[\(color)m\(word)\u{1B}[0m"
    }
}
