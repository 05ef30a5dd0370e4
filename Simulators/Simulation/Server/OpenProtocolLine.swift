/// An Open Protocol controller's serial line: one client for as long as the line is there.
final class OpenProtocolLine: LoopSource, ControllerConnection {
    let device: String
    let client: Int
    let framing: SerialFraming
    private let terminal: PseudoTerminal
    private let stream: ByteStream
    private unowned let server: ShopServer
    private var framer = SerialTelegramFramer()
    private var procedure: ControllerHandshake?
    private var noise = LineNoise()
    /// Bytes that go out one by one.
    private var dripping: [(due: ShopTime, byte: UInt8)] = []

    /// Bytes that may wait to drip; beyond them nobody reads any more.
    private static let mostDripping = 65_536

    init(
        _ terminal: PseudoTerminal, framing: SerialFraming, device: String, client: Int, server: ShopServer
    ) {
        (self.terminal, self.device, self.client, self.server) = (terminal, device, client, server)
        self.framing = framing
        stream = ByteStream(terminal.descriptor)
        procedure = framing == .procedure3964R ? ControllerHandshake(speed: server.speed) : nil
    }

    var descriptor: Int32 { stream.descriptor }
    var path: String { terminal.link }

    /// When something happens without a byte that comes.
    var nextChange: ShopTime? { [procedure?.nextChange, dripping.first?.due].compactMap { $0 }.min() }

    func advance(to now: ShopTime) {
        let due = dripping.prefix { $0.due <= now }.map(\.byte)
        dripping.removeFirst(due.count)
        put(due)
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

    /// The line stays, with a session of its own again; it goes away and comes back where it breaks.
    func end(abruptly: Bool) { abruptly ? server.replug(self) : server.reopen(self) }

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
        let now = server.now
        let faults = server.floor.faults.active(on: device, at: now)
        let isNoisy = faults.contains { $0.kind == .noise }
        let bytes = isNoisy ? noise.spoiled(bytes, inBlocks: procedure != nil) : bytes
        guard let drip = faults.first(where: { $0.kind == .drip }) else {
            return dripping.isEmpty ? put(bytes) : enqueue(bytes, at: now, each: .zero)
        }
        enqueue(bytes, at: now, each: drip.lateness)
    }

    private func enqueue(_ bytes: [UInt8], at now: ShopTime, each gap: ShopTime) {
        guard dripping.count + bytes.count <= Self.mostDripping else { return }
        var due = max(now, dripping.last?.due ?? now)
        for byte in bytes {
            due = due + gap
            dripping.append((due, byte))
        }
    }

    private func put(_ bytes: [UInt8]) {
        // A line that nobody reads any more has nobody to tell.
        _ = stream.send(bytes)
    }
}

/// What a bad cable makes of what is sent: stray bytes before it, one of them lost now and then.
struct LineNoise: Sendable {
    /// Each so manyth writing loses its first byte: seldom enough for six tries of 3964R to succeed.
    static let lossEvery = 5
    /// Neither of them begins or ends anything.
    static let stray: [UInt8] = [0x55, 0xFF]

    private var writings = 0

    /// In blocks of 3964R a stray byte costs one of six tries, so that there bytes are lost alone.
    mutating func spoiled(_ bytes: [UInt8], inBlocks: Bool) -> [UInt8] {
        writings += 1
        let stray = inBlocks ? [] : Self.stray
        return stray + (writings.isMultiple(of: Self.lossEvery) ? Array(bytes.dropFirst()) : bytes)
    }
}
