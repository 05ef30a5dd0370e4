internal import Glibc

/// Sockets that others dial.
extension TCPSocket {
    /// Connections that may wait to be taken.
    private static let backlog: Int32 = 16

    /// A socket that takes connections at `address`, and turns readable when one waits.
    ///
    /// Throws `SystemCallError`, `EADDRINUSE` where somebody else listens there.
    package static func listen(at address: SocketAddress) throws(SystemCallError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(address.family, kind, 0)
        guard number >= 0 else { throw SystemCallError("socket") }
        let descriptor = Descriptor(owning: number)
        // A gateway that was killed leaves connections behind that are nobody's.
        set(number, SOL_SOCKET, SO_REUSEADDR, 1)
        let code = address.bytes.withUnsafeBytes { bytes in
            bind(number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 else { throw SystemCallError("bind") }
        guard Glibc.listen(number, backlog) == 0 else { throw SystemCallError("listen") }
        return descriptor
    }

    /// The connection that waits longest at the listening socket `number`, and who dialled, in numbers; nil
    /// where none waits. One that was broken off before it could be taken counts as none. The caller takes
    /// the connection over, and closes it.
    ///
    /// Throws `SystemCallError` where one waits and this process or machine has no room for it.
    ///
    /// - Parameter unacknowledgedMilliseconds: as with `connect`.
    package static func accept(
        at number: Int32, unacknowledgedMilliseconds: Int32
    ) throws(SystemCallError) -> (connection: Int32, peer: String)? {
        var name = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let accepted = withUnsafeMutablePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.accept(number, $0, &size) }
        }
        guard accepted >= 0 else {
            guard ![EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(errno) else { throw SystemCallError("accept") }
            return nil
        }
        _ = fcntl(accepted, F_SETFL, fcntl(accepted, F_GETFL) | O_NONBLOCK)
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        keepAlive(accepted, unacknowledgedMilliseconds)
        let bytes = withUnsafeBytes(of: &name) { Array($0.prefix(Int(size))) }
        return (accepted, SocketAddress(bytes: bytes, family: Int32(name.ss_family)).spelling)
    }
}
