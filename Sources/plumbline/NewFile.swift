import Glibc
import Linux

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
        // Whole under another name first: whatever ends this leaves no half of a file under its own.
        let partial = "\(path).\(getpid()).partial"
        do throws(SystemCallError) {
            guard access(path, F_OK) != 0 else { throw SystemCallError("open", code: EEXIST) }
            try fill(partial, with: bytes, mode: mode)
            try FinalName.give(path, to: partial)
        } catch {
            unlink(partial)
            throw CommandFailure(
                .inputOutput,
                error.code == EEXIST
                    ? "\(path) is there already: name another file, or remove it first"
                    : "\(path) cannot be written (\(error.reason)): name a folder that is there and writable "
                        + "and has room")
        }
    }

    private static func fill(
        _ path: String, with bytes: [UInt8], mode: mode_t
    ) throws(SystemCallError) {
        let number = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
        guard number >= 0 else { throw SystemCallError("open") }
        let file = Descriptor(owning: number)
        try file.write(bytes)
        guard fsync(file.number) == 0 else { throw SystemCallError("fsync") }
    }
}
