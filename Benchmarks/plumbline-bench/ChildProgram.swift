internal import Glibc
internal import Linux

/// A program as a child process with what it writes in a file.
///
/// It ends with this process, however that ends: nothing stays behind a benchmark that was interrupted or
/// killed.
final class ChildProgram {
    let name: String
    let output: String
    private(set) var process: pid_t = 0
    /// How it ended, as waitpid(2) tells it; nil while it runs.
    private var ending: Int32?

    /// The folder that this program was built into, and the others with it.
    static func folder() throws -> String {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &buffer, buffer.count)
        guard count > 0 else { throw SystemCallError("readlink", subject: "/proc/self/exe") }
        let path = String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
        return String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)])
    }

    /// Starts the program at the path `name`, or found on PATH; stdout and stderr go to the file `output`.
    init(_ name: String, _ arguments: [String], output: String) throws {
        (self.name, self.output) = (name, output)
        let words = ["setpriv", "--pdeathsig", "TERM", name] + arguments
        let started = Guarded<Result<pid_t, SystemCallError>?>(nil)
        // A child ends with the thread that started it: so that thread stays as long as this process.
        try SystemThread.detach(name: "parent") {
            let result = Self.spawn(words, output: output)
            started.withLock { $0 = result }
            while true { sleep(3_600) }
        }
        _ = Patience.wait(10) { started.withLock { $0 != nil } }
        guard let result = started.withLock({ $0 }) else {
            throw BenchmarkError(description: "\(name) does not start")
        }
        process = try result.get()
    }

    private static func spawn(_ words: [String], output: String) -> Result<pid_t, SystemCallError> {
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var files = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &files, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND, 0o644)
        posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO)
        var process: pid_t = 0
        let code = posix_spawnp(&process, words[0], &files, nil, &pointers, environ)
        return code == 0
            ? .success(process)
            : .failure(SystemCallError("posix_spawn", code: code, subject: words.joined(separator: " ")))
    }

    deinit { stop(within: 5) }

    var isRunning: Bool {
        guard ending == nil else { return false }
        var status: Int32 = 0
        if waitpid(process, &status, WNOHANG) == process { ending = status }
        return ending == nil
    }

    /// The exit code; nil while it runs, and where a signal ended it.
    var exitCode: Int32? {
        guard !isRunning, let ending, ending & 0x7F == 0 else { return nil }
        return ending >> 8 & 0xFF
    }

    /// Waits until it has ended, at most so many seconds; its exit code.
    @discardableResult
    func wait(within seconds: Double) -> Int32? {
        _ = Patience.wait(seconds) { !isRunning }
        return exitCode
    }

    /// Ends it in order, or by force where it takes longer than `seconds`; its exit code.
    @discardableResult
    func stop(within seconds: Double) -> Int32? {
        guard isRunning else { return exitCode }
        kill(process, SIGTERM)
        if wait(within: seconds) == nil, isRunning {
            kill(process, SIGKILL)
            wait(within: 5)
        }
        return exitCode
    }

    /// What it has written so far.
    func text() throws -> String { try TextFile.read(output) }

    /// Its last words, for an error.
    var tail: String { ((try? text()) ?? "").split(separator: "\n").suffix(5).joined(separator: "\n") }

    func explained(_ what: String) -> BenchmarkError {
        BenchmarkError(description: "\(name): \(what)\n\(tail)")
    }
}

/// Waiting for what another process does.
enum Patience {
    /// Looks every 20 ms, at most so many seconds; whether `condition` came true.
    static func wait(_ seconds: Double, _ condition: () throws -> Bool) rethrows -> Bool {
        let end = Condition.monotonicNanoseconds() + Int64(seconds * 1e9)
        while try !condition() {
            guard Condition.monotonicNanoseconds() < end else { return false }
            usleep(20_000)
        }
        return true
    }
}

/// Whole files of text.
enum TextFile {
    static func read(_ path: String) throws -> String {
        let number = open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else { throw SystemCallError("open", subject: path) }
        let file = Descriptor(owning: number)
        var bytes: [UInt8] = []
        while true {
            let piece = try file.read(upTo: 65_536)
            if piece.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += piece
        }
    }

    static func write(_ text: String, to path: String) throws {
        let number = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw SystemCallError("open", subject: path) }
        try Descriptor(owning: number).write(Array(text.utf8))
    }
}
