internal import Codecs

/// One request to the control interface: HTTP/1.1, one request a connection.
final class ControlPort: LoopSource {
    private let stream: ByteStream
    private unowned let server: ShopServer
    private var received: [UInt8] = []
    private var hasAnswered = false

    init(_ descriptor: Int32, server: ShopServer) {
        (stream, self.server) = (ByteStream(descriptor), server)
    }

    var descriptor: Int32 { stream.descriptor }

    func isReady(toRead: Bool, toWrite: Bool) {
        if toWrite { return finish() }
        switch stream.read() {
        case .nothing: return
        case .ended: server.forget(self)
        case .bytes(let bytes): take(bytes)
        }
    }

    private func take(_ bytes: [UInt8]) {
        guard !hasAnswered else { return }
        received += bytes
        switch ControlRequest.parse(received) {
        case .incomplete: return
        case .refused(let status, let why): answer(status, ["error": .string(why)])
        case .request(let request):
            do throws(SimulationError) {
                answer(200, try ControlDesk.handle(request, server))
            } catch {
                answer(409, ["error": .string(error.description)])
            }
        }
    }

    private func answer(_ status: Int, _ body: JSONValue) {
        hasAnswered = true
        let text = CanonicalJSON.text(body)
        let head =
            "HTTP/1.1 \(status) \(status == 200 ? "OK" : "Refused")\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n"
        guard stream.send(Array((head + text).utf8)) else { return server.forget(self) }
        finish()
    }

    /// Ends the connection once everything is sent.
    private func finish() {
        guard stream.flush() else { return server.forget(self) }
        guard stream.unsent.isEmpty else { return server.watch(self, toWrite: true) }
        if hasAnswered { server.forget(self) }
    }
}
