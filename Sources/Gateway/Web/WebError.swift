internal import Glibc

/// Why the web server could not start, and what to do about it.
package struct WebError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The configured `web.listen`, as `host:port`.
    package let place: String
    /// What is wrong, in words.
    package let what: String
    /// What a person can do.
    package let remedy: String

    package var description: String { "web.listen \(place): \(what): \(remedy)" }

    /// The error that `number` (an errno of socket, bind or listen) means for `place`.
    static func listening(at place: String, port: UInt16, errno number: Int32) -> WebError {
        switch number {
        case EADDRINUSE:
            WebError(
                place: place, what: "port \(port) is taken by another program",
                remedy:
                    "stop it (find it with `ss -ltnp 'sport = :\(port)'`) or set another port in web.listen")
        case EACCES:
            WebError(
                place: place, what: "port \(port) needs privileges that this user lacks",
                remedy: "set a port of 1024 or above in web.listen")
        case EADDRNOTAVAIL:
            WebError(
                place: place, what: "no network interface has this address",
                remedy: "set web.listen to 127.0.0.1 or to an address that `ip address` shows")
        default:
            WebError(
                place: place, what: String(cString: strerror(number)),
                remedy: "set another address or port in web.listen")
        }
    }
}
