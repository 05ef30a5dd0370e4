internal import Glibc

/// One client's TCP connection to an Open Protocol controller.
final class OpenProtocolPort: LoopSource {
    let device: String
    /// A number that no other connection has had.
    let client: Int
    private let stream: ByteStream
    private unowned let server: ShopServer

    init(_ descriptor: Int32, device: String, client: Int, server: ShopServer) {
        (self.device, self.client, self.server) = (device, client, server)
        stream = ByteStream(descriptor)
    }

    var descriptor: Int32 { stream.descriptor }

    func isReady(toRead: Bool, toWrite: Bool) {
        if toWrite, !stream.flush() { return server.lose(self) }
        if toWrite { server.watch(self, toWrite: !stream.unsent.isEmpty) }
        guard toRead else { return }
        switch stream.read() {
        case .nothing: return
        case .ended: server.lose(self)
        case .bytes(let bytes): server.heard(bytes, on: self)
        }
    }

    /// A client that is gone or reads nothing loses its connection.
    func send(_ bytes: [UInt8]) {
        guard stream.send(bytes) else { return server.lose(self) }
        if !stream.unsent.isEmpty { server.watch(self, toWrite: true) }
    }

    func prepareReset() { SystemCall.resetOnClose(descriptor) }
}
