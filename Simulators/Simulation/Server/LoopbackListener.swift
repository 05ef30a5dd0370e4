internal import Glibc

/// A listening TCP socket on a loopback address that hands each connection on.
final class LoopbackListener: LoopSource {
    /// Connections taken in one go, so that one busy port starves no other.
    private static let mostAtOnce = 64

    let descriptor: Int32
    /// `127.0.0.1:15020`, with the port that the system chose where it was asked to.
    let address: String
    private let accepted: (Int32) -> Void

    /// Throws `SimulationError` where the address cannot be had.
    init(host: String, port: Int, accepted: @escaping (Int32) -> Void) throws(SimulationError) {
        let place = "\(host):\(port)"
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw SystemCall.failed("socket", place) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        guard inet_pton(AF_INET, host, &name.sin_addr) == 1,
            Self.withAddress(&name, { bind(descriptor, $0, $1) }) == 0, listen(descriptor, 1024) == 0
        else {
            let error = errno
            close(descriptor)
            throw SimulationError(
                .resource, place,
                error == EADDRINUSE
                    ? "the port is taken; end what listens there (`ss -ltnp 'sport = :\(port)'` names it), "
                        + "or give the device another"
                    : "cannot listen: \(String(cString: strerror(error)))")
        }
        (self.descriptor, self.accepted) = (descriptor, accepted)
        address = "\(host):\(Self.port(of: descriptor))"
    }

    deinit { close(descriptor) }

    func isReady(toRead: Bool, toWrite: Bool) {
        for _ in 0..<Self.mostAtOnce {
            let connection = accept(descriptor, nil, nil)
            guard connection >= 0 else { return }
            var yes: Int32 = 1
            setsockopt(
                connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
            accepted(connection)
        }
    }

    private static func port(of descriptor: Int32) -> UInt16 {
        var name = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return UInt16(bigEndian: name.sin_port)
    }

    private static func withAddress(
        _ name: inout sockaddr_in, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
