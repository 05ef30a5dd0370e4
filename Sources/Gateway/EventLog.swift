internal import Glibc
internal import Linux
package import Metrology

/// One line an event, on standard error as the journal wants it.
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
    private let descriptor: Int32
    private let lock = Lock()

    /// A log on `descriptor`, which stays its owner's.
    package init(time: any TimeSource, on descriptor: Int32 = STDERR_FILENO) {
        (self.time, self.descriptor) = (time, descriptor)
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
            _ = line.withCString { write(descriptor, $0, strlen($0)) }
        }
    }

    /// What shows nothing by itself, or moves what is shown (control and format characters, separators of
    /// lines, what no version of Unicode has given a meaning), as visible escapes; at most 2,000 characters.
    static func clean(_ message: String) -> String {
        var out = ""
        for scalar in message.unicodeScalars.prefix(2_000) {
            guard !(0x20...0x7E).contains(scalar.value) else {
                out.unicodeScalars.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate, .unassigned:
                out += "\\u{\(String(scalar.value, radix: 16))}"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }
}
