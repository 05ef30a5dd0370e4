import Glibc

/// A file that a command writes for a person, never over another.
enum NewFile {
    /// Writes `text` to a file that must not be there yet, or to standard output for `-`.
    ///
    /// Throws `CommandFailure` with exit code 74 and what to do.
    static func write(
        _ text: String, to path: String, mode: mode_t = 0o644, _ console: Console
    ) throws(CommandFailure) {
        try write(Array(text.utf8), to: path, mode: mode, console)
    }

    /// The same for bytes.
    static func write(
        _ bytes: [UInt8], to path: String, mode: mode_t = 0o644, _ console: Console
    ) throws(CommandFailure) {
        guard path != "-" else {
            console.write(bytes)
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            let isThere = errno == EEXIST
            throw CommandFailure(
                .inputOutput,
                isThere
                    ? "\(path) is there already: name another file, or remove it first"
                    : "\(path) cannot be written (\(reason())): name a folder that is there and writable")
        }
        defer { close(descriptor) }
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw CommandFailure(.inputOutput, "\(path) cannot be written (\(reason())): make room")
            }
            sent += count
        }
    }

    private static func reason() -> String {
        strerror(errno).map { String(cString: $0) } ?? "error \(errno)"
    }
}
