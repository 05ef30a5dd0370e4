import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// Says what happens to it, asks one question when its line opens, and answers orders with their own text.
struct Parrot: ByteLineUser {
    var shown = 0
    var wakeAt: Int64?
    /// Whether it has done with its line once it has said its last words.
    var endsAtOnce = true

    mutating func take(_ input: ByteLineInput<String>, at stamp: Stamp) -> ByteLineOutput<String> {
        shown += 1
        var output = ByteLineOutput<String>()
        switch input {
        case .opened:
            output.events = ["opened"]
            output.send = Array("?\r".utf8)
        case .failed(let error): output.events = ["failed: \(error.what)"]
        case .lost(let reason): output.events = ["lost: \(reason)"]
        case .bytes(let bytes): output.events = ["bytes: \(String(decoding: bytes, as: UTF8.self))"]
        case .order(let text): output.events = ["order: \(text)"]
        case .turnedAway(let text): output.events = ["turned away: \(text)"]
        case .wake: break
        case .closing:
            output.events = ["closing"]
            output.send = Array("bye".utf8)
            if endsAtOnce { output.hangUp = "closing" }
        }
        return output
    }
}

// One after the other: some wait for a connection on a thread of the pool, of which there may be two.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct ByteLineTests {
    private let events: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation

    init() { (events, input) = AsyncStream.makeStream() }

    private func line(_ link: String) throws -> ByteLine<Parrot> {
        let input = input
        return try ByteLine(try LinkAddress(link), user: Parrot(), time: SystemTime()) { input.yield($0) }
    }

    @Test func bytesAndOrdersOfATerminalComeInOrderAndQuestionsGoOut() async throws {
        let terminal = try Pseudoterminal()
        let line = try line("serial://\(terminal.path)?baud=9600")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "opened")
        var question = [UInt8](repeating: 0, count: 8)
        var count = 0
        while count < 2 { count += max(0, read(terminal.device.number, &question, question.count)) }
        #expect(question.prefix(2) == [UInt8(ascii: "?"), 13])
        try terminal.device.write(Array("4.285 Nm\r\n".utf8))
        #expect(await events.next() == "bytes: 4.285 Nm\r\n")
        // What lies on the line is older than an order that comes behind it.
        try terminal.device.write(Array("earlier".utf8))
        #expect(line.post("now"))
        #expect(await events.next() == "bytes: earlier")
        #expect(await events.next() == "order: now")
        #expect(line.status.state == .up && line.shown >= 4)
        running.cancel()
        try await running.value
        #expect(!line.post("late"), "a stopped line takes no orders")
    }

    @Test func aLineThatIsNotThereIsToldAndOrdersAreAnsweredAllTheSame() async throws {
        let line = try line("serial:///nowhere/tty?baud=9600")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "failed: cannot be opened: No such file or directory")
        #expect(line.post("anyone?"))
        var event = await events.next()
        while event?.hasPrefix("failed") == true { event = await events.next() }
        #expect(event == "order: anyone?")
        running.cancel()
        try await running.value
    }

    @Test func aDeviceServerThatClosesIsLostAndDialedAgain() async throws {
        let server = try Listener()
        let line = try line("tcp://127.0.0.1:\(server.port)")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        var client = try server.accept()
        #expect(await events.next() == "opened")
        #expect(write(client, "1.0 Nm\r\n", 8) == 8)
        #expect(await events.next() == "bytes: 1.0 Nm\r\n")
        close(client)
        #expect(await events.next()?.hasPrefix("lost: ") == true)
        client = try server.accept()
        #expect(await events.next() == "opened")
        close(client)
        running.cancel()
        try await running.value
    }

    /// More has come than one read brings. Seen failing with one read before the orders.
    @Test func allThatHasComeIsReadBeforeAnOrder() async throws {
        let server = try Listener()
        let (input, gate) = (input, Guarded(false))
        let line = try ByteLine(
            try LinkAddress("tcp://127.0.0.1:\(server.port)"), user: Parrot(), time: SystemTime()
        ) { event in
            // The line's thread waits here until there is something to read, and an order.
            gate.withLock { $0 = true }
            input.yield(event)
        }
        var (running, client): (Task<Void, any Error>?, Int32) = (nil, -1)
        try gate.withLock { _ in
            running = Task { try await line.run() }
            client = try server.accept()
            // Less than a segment of loopback, so it comes whole.
            let kept = [UInt8](repeating: UInt8(ascii: "a"), count: 6_000)
            #expect(write(client, kept, kept.count) == kept.count)
            #expect(line.post("now"))
        }
        var (events, came) = (events.makeAsyncIterator(), 0)
        #expect(await events.next() == "opened")
        while let event = await events.next(), event.hasPrefix("bytes: ") { came += event.count - 7 }
        #expect(came == 6_000)
        close(client)
        running?.cancel()
        try await running?.value
    }

    /// Each read is answered with more to read. Seen failing with all that comes read before an order: it
    /// had its turn when the flood was over.
    @Test func aFloodLetsOrdersHaveTheirTurn() async throws {
        let server = try Listener()
        let (input, peer, floods) = (input, Guarded(Int32(-1)), Guarded(0))
        let line = try ByteLine(
            try LinkAddress("tcp://127.0.0.1:\(server.port)"), user: Parrot(), time: SystemTime()
        ) { event in
            if event.hasPrefix("bytes"),
                floods.withLock({
                    $0 += 1; return $0
                }) < 2_000
            {
                _ = peer.withLock { write($0, "and more", 8) }
            } else if !event.hasPrefix("bytes") {
                input.yield(event)
            }
        }
        let running = Task { try await line.run() }
        let client = try server.accept()
        peer.withLock { $0 = client }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "opened")
        #expect(write(client, "begin", 5) == 5)
        #expect(line.post("now"))
        #expect(await events.next() == "order: now")
        #expect(floods.withLock { $0 } < 2_000)
        running.cancel()
        try await running.value
        close(client)
    }

    @Test(arguments: [true, false]) func whoIsStoppedSaysItsLastWords(within: Bool) async throws {
        let server = try Listener()
        let input = input
        var user = Parrot()
        user.endsAtOnce = within
        let line = try ByteLine(
            try LinkAddress("tcp://127.0.0.1:\(server.port)"), user: user, time: SystemTime()
        ) { input.yield($0) }
        let running = Task { try await line.run() }
        let client = try server.accept()
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "opened")
        let began = ContinuousClock.now
        running.cancel()
        try await running.value
        let took = ContinuousClock.now - began
        #expect(await events.next() == "closing")
        var heard = [UInt8](repeating: 0, count: 16)
        #expect(read(client, &heard, 16) == 5, "the question, and the last words behind it")
        #expect(heard.prefix(5).elementsEqual("?\rbye".utf8))
        // Whoever does not end is left after a second and a half.
        #expect(within || took >= .milliseconds(1_400), "\(took)")
        #expect(took < .seconds(5), "\(took)")
        close(client)
    }

    @Test func anotherKindOfLinkIsRefused() {
        #expect(throws: TransportError.self) {
            _ = try BytePort(try LinkAddress("modbus+tcp://127.0.0.1:1"), isStopping: { false })
        }
    }
}

/// A TCP server on loopback.
struct Listener: ~Copyable {
    private let descriptor: Descriptor
    let port: UInt16

    init() throws {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        descriptor = Descriptor(owning: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, length) == 0 && listen(number, 4) == 0
                    && getsockname(number, $0, &length) == 0
            }
        }
        try #require(isBound)
        port = UInt16(bigEndian: address.sin_port)
    }

    func accept() throws -> Int32 {
        let number = Glibc.accept(descriptor.number, nil, nil)
        try #require(number >= 0)
        return number
    }
}
