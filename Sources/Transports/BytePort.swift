internal import Glibc
internal import Linux

/// An open stream of bytes: a tty, or a TCP connection.
struct BytePort: ~Copyable {
    private enum Stream: ~Copyable {
        case tty(SerialLine)
        case socket(Descriptor)
    }

    private let stream: Stream
    /// The number to wait on.
    let number: Int32

    /// How long a connection may take to come about.
    private static let dialMilliseconds: Int64 = 3_000
    /// How long bytes that the other end does not acknowledge are waited for.
    static let unacknowledgedMilliseconds: Int32 = 10_000

    /// The connection of a device that has dialled in.
    init(_ connection: consuming Descriptor) {
        number = connection.number
        stream = .socket(connection)
    }

    /// Opens `address`, a tty or a TCP address; throws `TransportError` with what to do.
    ///
    /// To resolve a name or to connect may take seconds: `isStopping` is asked meanwhile.
    init(_ address: LinkAddress, isStopping: () -> Bool) throws(TransportError) {
        switch address {
        case .serial(let settings):
            let line = try SerialLine(settings)
            number = line.number
            stream = .tty(line)
        case .tcp(let host, let port):
            let socket = try Self.connection(address.lineName, host, port, isStopping)
            number = socket.number
            stream = .socket(socket)
        case .modbusTCP, .modbusRTU, .modbusRTUOverTCP, .modbusASCII, .dialIn, .usb:
            throw TransportError(
                address.lineName, "this link does not carry lines of text",
                remedy: "use serial:///dev/… or tcp://HOST:PORT")
        }
    }

    private static func connection(
        _ name: String, _ host: String, _ port: UInt16, _ isStopping: () -> Bool
    ) throws(TransportError) -> Descriptor {
        let socket: Descriptor
        do throws(SystemCallError) {
            guard let found = try SocketAddress.resolve(host: host, port: port).first else {
                throw SystemCallError("getaddrinfo", code: ENOENT)
            }
            socket = try TCPSocket.connect(
                to: found, unacknowledgedMilliseconds: unacknowledgedMilliseconds)
        } catch {
            throw TransportError(
                name, "cannot be reached: \(error.reason)", remedy: "check host, port and cable")
        }
        var entry = pollfd(fd: socket.number, events: Int16(POLLOUT), revents: 0)
        var waited: Int64 = 0
        // A stop is noticed within a tenth of a second.
        while entry.revents == 0, waited < dialMilliseconds, !isStopping() {
            poll(&entry, 1, 100)
            waited += 100
        }
        let code = entry.revents == 0 ? ETIMEDOUT : TCPSocket.pendingError(socket.number)
        guard code == 0 else {
            throw TransportError(
                name, "cannot be reached: \(SystemCallError.reason(code))",
                remedy: "check host, port and cable")
        }
        return socket
    }

    /// What has come, at most 4 KiB; empty where nothing has. Throws where the stream has ended.
    borrowing func read() throws(SystemCallError) -> [UInt8] {
        switch stream {
        // One read of a tty brings 4,095 bytes at most (N_TTY's buffer).
        case .tty(let line): return try line.read(upTo: 4_096)
        case .socket:
            var failure: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 4_096) { buffer, filled in
                switch TCPSocket.receive(number, into: UnsafeMutableRawBufferPointer(buffer)) {
                case .bytes(let count): filled = count
                case .nothing: filled = 0
                case .end: failure = ECONNRESET
                case .failed(let code): failure = code
                }
            }
            if failure != 0 { throw SystemCallError("recv", code: failure) }
            return bytes
        }
    }

    /// Sends all of `bytes`; throws where that is not possible at once.
    borrowing func send(_ bytes: [UInt8]) throws(SystemCallError) {
        let code =
            switch stream {
            case .tty: SerialLine.write(number, bytes)
            case .socket: TCPSocket.send(number, bytes[...])
            }
        if code != 0 { throw SystemCallError("write", code: code) }
    }
}
