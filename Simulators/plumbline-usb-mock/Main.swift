internal import Glibc

/// Runs a command among mock USB devices:
/// `umockdev-wrapper plumbline-usb-mock --control SOCKET -- COMMAND …`.
@main
struct Main {
    static func main() {
        do throws(MockError) {
            let options = try MockOptions(Array(CommandLine.arguments.dropFirst()))
            exit(try MockRun(options).run())
        } catch {
            say(error.what)
            exit(error.exitCode)
        }
    }

    /// One line on standard error.
    static func say(_ text: String) {
        let line = Array("plumbline-usb-mock: \(text)\n".utf8)
        _ = write(STDERR_FILENO, line, line.count)
    }
}

/// Why the mock cannot run, and the exit code that says so (64 usage, 70 internal, 74 I/O).
struct MockError: Error {
    let what: String
    let exitCode: Int32

    init(_ what: String, exitCode: Int32) { (self.what, self.exitCode) = (what, exitCode) }
}
