/// An Open Protocol controller's serial line: one client for as long as the line is there.
final class OpenProtocolLine: LoopSource, ControllerConnection {
    let device: String
    let client: Int
    private let terminal: PseudoTerminal
    private let stream: ByteStream
    private unowned let server: ShopServer
    private var framer = SerialTelegramFramer()
    private var procedure: ControllerHandshake?

    init(
        _ terminal: PseudoTerminal, framing: SerialFraming, device: String, client: Int, server: ShopServer
    ) {
        (self.terminal, self.device, self.client, self.server) = (terminal, device, client, server)
        stream = ByteStream(terminal.descriptor)
        procedure = framing == .procedure3964R ? ControllerHandshake(speed: server.speed) : nil
    }

    var descriptor: Int32 { stream.descriptor }

    /// When the procedure does something without a byte.
    var nextChange: ShopTime? { procedure?.nextChange }

    func advance(to now: ShopTime) {
        procedure?.advance(to: now)
        act()
    }

    func isReady(toRead: Bool, toWrite: Bool) {
        guard toRead, case .bytes(let bytes) = stream.read() else { return }
        if procedure == nil { hear(bytes) }
        procedure?.take(bytes, at: server.now)
        act()
    }

    func send(_ wire: [UInt8]) {
        let framed = SerialTelegramFramer.framed(wire)
        guard procedure != nil else { return write(framed) }
        procedure?.send(framed, at: server.now)
        act()
    }

    /// The line stays, with a session of its own again.
    func end(abruptly: Bool) { server.reopen(self) }

    private func act() {
        for output in procedure?.takeOutputs() ?? [] {
            switch output {
            case .write(let bytes): write(bytes)
            case .received(let block): hear(block)
            }
        }
    }

    private func hear(_ bytes: [UInt8]) {
        framer.take(bytes)
        while let telegram = framer.next() { server.heard(telegram + [0], on: self) }
    }

    private func write(_ bytes: [UInt8]) {
        // A line that nobody reads any more has nobody to tell.
        _ = stream.send(bytes)
    }
}
