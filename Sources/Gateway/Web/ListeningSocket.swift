internal import Glibc

/// Opens the socket that the web server listens on.
///
/// We open it rather than libmicrohttpd, so that a port that is taken has its errno and its message.
enum ListeningSocket {
    /// Connections that the kernel keeps waiting while all of ours are in use.
    private static let backlog: Int32 = 128

    /// A listening, non-blocking socket at `host` (an IPv4 or IPv6 address, or `localhost`) and `port`
    /// (0: one that is free), which the caller owns. Throws where the address is none of this machine's or
    /// the port is taken.
    static func open(host: String, port: UInt16) throws(WebError) -> Int32 {
        let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        guard var address = Address(host: host == "localhost" ? "127.0.0.1" : host, port: port) else {
            throw WebError(
                place: place, what: "\"\(host)\" is no IP address",
                remedy: "write 127.0.0.1, ::1 or another address of this machine")
        }
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw .listening(at: place, port: port, errno: errno) }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        let bound = address.withSocketAddress { bind(descriptor, $0, $1) }
        guard bound == 0, listen(descriptor, backlog) == 0 else {
            let number = errno
            close(descriptor)
            throw .listening(at: place, port: port, errno: number)
        }
        return descriptor
    }

    /// The port that `descriptor` is bound to; nil where it is bound to none.
    static func port(of descriptor: Int32) -> UInt16? {
        var address = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        // The port stands at the same place in IPv4 and IPv6 addresses.
        return status == 0 ? UInt16(bigEndian: address.sin6_port) : nil
    }

    private enum Address {
        case v4(sockaddr_in)
        case v6(sockaddr_in6)

        init?(host: String, port: UInt16) {
            var four = sockaddr_in()
            var six = sockaddr_in6()
            if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
                four.sin_family = sa_family_t(AF_INET)
                four.sin_port = port.bigEndian
                self = .v4(four)
            } else if inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
                six.sin6_family = sa_family_t(AF_INET6)
                six.sin6_port = port.bigEndian
                self = .v6(six)
            } else {
                return nil
            }
        }

        var family: Int32 {
            switch self {
            case .v4: AF_INET
            case .v6: AF_INET6
            }
        }

        mutating func withSocketAddress(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
            switch self {
            case .v4(var address): Self.rebound(&address, body)
            case .v6(var address): Self.rebound(&address, body)
            }
        }

        private static func rebound<Address>(
            _ address: inout Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
        ) -> Int32 {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<Address>.size))
                }
            }
        }
    }
}
