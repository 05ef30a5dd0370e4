internal import Glibc
internal import Linux
package import Metrology

/// One line an event on standard error, as the journal wants it.
///
/// Under systemd each line begins with its priority (`<6>`, sd-daemon(3)); at a terminal with the time.
/// Nothing that came from outside can begin a new line or move the cursor.
package struct EventLog: Sendable {
    /// syslog(3) priorities that the gateway uses.
    package enum Priority: Int, Sendable {
        case critical = 2
        case error = 3
        case warning = 4
        case notice = 5
        case info = 6

        var word: String {
            switch self {
            case .critical: "critical"
            case .error: "error"
            case .warning: "warning"
            case .notice: "notice"
            case .info: "info"
            }
        }
    }

    private let time: any TimeSource
    private let isJournal: Bool
    private let lock = Lock()

    package init(time: any TimeSource) {
        self.time = time
        // systemd sets it for services whose standard error goes to the journal, systemd.exec(5).
        isJournal = getenv("JOURNAL_STREAM") != nil
    }

    /// Writes `message` as one line.
    package func say(_ priority: Priority, _ message: String) {
        let clean = Self.clean(message)
        let line =
            isJournal
            ? "<\(priority.rawValue)>\(clean)\n" : "\(time.now().utc) \(priority.word): \(clean)\n"
        lock.withLock {
            // A log that cannot be written is no reason to stop inspecting.
            _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
        }
    }

    /// Control characters and line separators as visible escapes; at most 2,000 characters.
    static func clean(_ message: String) -> String {
        var out = ""
        for scalar in message.unicodeScalars.prefix(2_000) {
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
