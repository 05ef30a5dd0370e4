import Glibc
import Linux

/// Another program that runs beside a test, until its owner ends it.
final class ChildProcess: Sendable {
    let number: pid_t

    /// Starts `command`, found on PATH. Its output goes to `output` and its input comes from `input`, where
    /// they are given; both are closed here. With `isLeader` whatever it starts is of its process group, so
    /// that all of it can be ended at once.
    init(_ command: [String], output: Int32? = nil, input: Int32? = nil, isLeader: Bool = false) throws {
        defer { for end in [output, input].compactMap({ $0 }) { close(end) } }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        if let output { posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO) }
        if let input { posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO) }
        // The threads of the tests hold signals back, which a child would inherit.
        var (attributes, signals) = (posix_spawnattr_t(), sigset_t())
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setsigmask(&attributes, &signals)
        let group = isLeader ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | group))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var process: pid_t = 0
        let code = posix_spawnp(&process, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw SystemCallError("posix_spawnp", code: code, subject: command[0]) }
        number = process
    }

    /// Both ends of a pipe, reading end first; no child inherits them but by `init`.
    static func pipe() throws -> (reading: Int32, writing: Int32) {
        var ends: [Int32] = [-1, -1]
        guard Glibc.pipe(&ends) == 0 else { throw SystemCallError("pipe") }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }

    /// Waits for the end and gives the exit code, or 128 and the signal.
    func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(number, &status, 0) < 0, errno == EINTR {}
        return status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F
    }
}
