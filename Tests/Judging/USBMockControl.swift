internal import Glibc

/// The control socket of `plumbline-usb-mock`: what a hand would do to the mock scanner, and what that has
/// seen.
package enum USBMockControl {
    /// Why the mock could not be asked.
    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// How long the mock may take for one answer: it acts at once, unless it is stuck.
    private static let patienceSeconds = 30

    /// Tells the mock that listens at `path` to do `command`; returns its answer.
    package static func tell(_ command: String, at path: String) throws(Failure) -> String {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let line = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(line) }
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(line, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(line, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
        guard isConnected else { throw Failure(description: "no mock listens at \(path): error \(errno)") }
        let request = Array("\(command)\n".utf8)
        guard send(line, request, request.count, Int32(MSG_NOSIGNAL)) == request.count else {
            throw Failure(description: "the mock does not take \(command): error \(errno)")
        }
        var answer = [UInt8](repeating: 0, count: 256)
        let count = read(line, &answer, answer.count)
        guard count > 0 else {
            throw Failure(
                description: "the mock does not answer \(command) in \(patienceSeconds) s: error \(errno)")
        }
        return String(decoding: answer[..<(count - 1)], as: UTF8.self)
    }
}
