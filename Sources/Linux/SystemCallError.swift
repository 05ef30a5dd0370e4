internal import Glibc

/// A system call that failed: which, why, and on what.
package struct SystemCallError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The C function's name: `connect`.
    package let call: String
    /// The value of `errno`.
    package let code: Int32
    /// The path, address or descriptor that it was about; empty where there is none.
    package let subject: String

    package init(_ call: String, code: Int32 = errno, subject: String = "") {
        (self.call, self.code, self.subject) = (call, code, subject)
    }

    /// The kernel's words for `code`: `Connection refused`.
    package var reason: String { Self.reason(code) }

    package var description: String { "\(subject.isEmpty ? "" : "\(subject): ")\(call): \(reason)" }

    /// The kernel's words for the error number `code`.
    package static func reason(_ code: Int32) -> String {
        // Thread safe since glibc 2.32: the text is the thread's own.
        strerror(code).map { String(cString: $0) } ?? "error \(code)"
    }
}
