internal import Glibc

/// One client's bytes to one device: a TCP connection, or the far end of a serial line.
final class ModbusPort: LoopSource {
    let device: Int
    let framing: ServerFraming
    private let stream: ByteStream
    private unowned let server: ShopServer
    private var received: [UInt8] = []
    private var lastByte = ShopTime.zero

    init(_ descriptor: Int32, device: Int, framing: ServerFraming, server: ShopServer) {
        (self.device, self.framing, self.server) = (device, framing, server)
        stream = ByteStream(descriptor)
    }

    var descriptor: Int32 { stream.descriptor }

    func isReady(toRead: Bool, toWrite: Bool) {
        if toWrite, !stream.flush() { return server.drop(self, abruptly: false) }
        if toWrite { server.watch(self, toWrite: !stream.unsent.isEmpty) }
        guard toRead else { return }
        switch stream.read() {
        case .nothing: return
        case .ended: return server.drop(self, abruptly: false)
        case .bytes(let bytes): take(bytes)
        }
    }

    /// Sends a framed reply; a client that is gone or reads nothing loses its connection.
    func send(_ bytes: [UInt8]) {
        guard stream.send(bytes) else { return server.drop(self, abruptly: false) }
        if !stream.unsent.isEmpty { server.watch(self, toWrite: true) }
    }

    /// Lets the connection end with a reset instead of an orderly close.
    func prepareReset() { SystemCall.resetOnClose(descriptor) }

    /// Silence on a serial line that ends a frame, real seconds: far above 3.5 characters, as a pty has
    /// neither a baud rate nor gaps of its own.
    private static let lineSilence = 0.05

    private func take(_ bytes: [UInt8]) {
        let now = server.now
        if framing == .rtu, (now - lastByte).seconds > Self.lineSilence * server.speed { received = [] }
        lastByte = now
        received += bytes
        while !received.isEmpty {
            switch framing.next(in: received[...]) {
            case .incomplete: return
            case .garbage:
                received = []
                if framing == .tcp { server.drop(self, abruptly: false) }
                return
            case .request(let frame, let used):
                received.removeFirst(used)
                guard server.answer(frame, on: self) else { return }
            }
        }
    }
}
