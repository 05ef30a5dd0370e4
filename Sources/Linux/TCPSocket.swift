internal import CLinux
internal import Glibc

/// TCP sockets that never make their thread wait.
package enum TCPSocket {
    /// How an attempt to read ended.
    package enum Received: Sendable, Equatable {
        case bytes(Int)
        /// Nothing is there now.
        case nothing
        /// The other end has closed.
        case end
        /// The connection is broken; the value of `errno`.
        case failed(Int32)
    }

    /// Begins to connect. The socket turns writable when it is connected or has failed: ask `pendingError`.
    ///
    /// Throws `SystemCallError` where it fails at once.
    ///
    /// - Parameter unacknowledgedMilliseconds: bytes that the other end does not acknowledge for so long
    ///   break the connection, as do probes of an idle one: that tells a dead machine from a silent one
    ///   (tcp(7)).
    package static func connect(
        to address: SocketAddress, unacknowledgedMilliseconds: Int32
    ) throws(SystemCallError) -> Descriptor {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let number = socket(address.family, kind, 0)
        guard number >= 0 else { throw SystemCallError("socket") }
        let descriptor = Descriptor(owning: number)
        keepAlive(number, unacknowledgedMilliseconds)
        let code = address.bytes.withUnsafeBytes { bytes in
            Glibc.connect(
                number, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count))
        }
        guard code == 0 || errno == EINPROGRESS else { throw SystemCallError("connect") }
        return descriptor
    }

    /// What went wrong with the socket since it was last asked; 0 where nothing did.
    package static func pendingError(_ number: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        return getsockopt(number, SOL_SOCKET, SO_ERROR, &code, &length) == 0 ? code : errno
    }

    /// Sends all of `bytes` or says why not; a full send buffer is `EAGAIN`, and nothing waits.
    ///
    /// - Returns: 0, or the value of `errno`.
    package static func send(_ number: Int32, _ bytes: ArraySlice<UInt8>) -> Int32 {
        let count = bytes.withUnsafeBytes {
            Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL | MSG_DONTWAIT))
        }
        if count == bytes.count { return 0 }
        return count < 0 ? errno : EAGAIN
    }

    /// Reads what is there into `buffer`.
    package static func receive(_ number: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Received {
        let count = recv(number, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        if count > 0 { return .bytes(count) }
        if count == 0 { return .end }
        return errno == EAGAIN || errno == EINTR ? .nothing : .failed(errno)
    }

    static func keepAlive(_ number: Int32, _ unacknowledgedMilliseconds: Int32) {
        set(number, Int32(IPPROTO_TCP), TCP_NODELAY, 1)
        set(number, Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, unacknowledgedMilliseconds)
        set(number, SOL_SOCKET, SO_KEEPALIVE, 1)
        let seconds = max(1, unacknowledgedMilliseconds / 1_000)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPIDLE, seconds)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPINTVL, seconds)
        set(number, Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }

    static func set(_ number: Int32, _ level: Int32, _ option: Int32, _ value: Int32) {
        var value = value
        // An option that this kernel lacks leaves its default; the connection works without.
        _ = setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size))
    }
}
