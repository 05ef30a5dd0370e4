import Glibc
import Linux
import Metrology
import Testing

@testable import Transports

/// A device that dials in: one is served, from the addresses that may, and all others are turned away.
@Suite(.serialized, .timeLimit(.minutes(10)))
struct DialInTests {
    private let events: AsyncStream<String>
    private let input: AsyncStream<String>.Continuation

    init() { (events, input) = AsyncStream.makeStream() }

    /// A line that listens at a free port for these addresses.
    private func line(from peers: String) throws -> (ByteLine<Parrot>, UInt16) {
        let port = try Listener().port
        let link = try LinkAddress("openprotocol-listen://127.0.0.1:\(port)?from=\(peers)")
        let input = input
        return (try ByteLine(link, user: Parrot(), time: SystemTime()) { input.yield($0) }, port)
    }

    /// A call from the loopback address `from`; waits until somebody listens.
    private func call(_ port: UInt16, from: String = "127.0.0.1") async throws -> Int32 {
        func address(_ host: String, _ port: UInt16) -> sockaddr_in {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = in_port_t(port).bigEndian
            inet_pton(AF_INET, host, &name.sin_addr)
            return name
        }
        for _ in 0..<200 {
            let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var (own, other) = (address(from, 0), address("127.0.0.1", port))
            let size = socklen_t(MemoryLayout<sockaddr_in>.size)
            let code = withUnsafePointer(to: &own) { own in
                withUnsafePointer(to: &other) { other in
                    own.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(number, $0, size) }
                        + other.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                            connect(number, $0, size)
                        }
                }
            }
            if code == 0 { return number }
            close(number)
            try await Task.sleep(for: .milliseconds(20))
        }
        throw TransportError("test", "nobody listens", remedy: "none")
    }

    /// The next event that is not that nobody has dialled in yet.
    private func next(_ events: inout AsyncStream<String>.Iterator) async -> String? {
        var event = await events.next()
        while event?.hasPrefix("failed: no controller has dialled in") == true { event = await events.next() }
        return event
    }

    @Test func whoDialsInIsServedAndServedAgainAfterItWasLost() async throws {
        let (line, port) = try line(from: "127.0.0.1")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "failed: no controller has dialled in")
        for _ in 1...2 {
            let caller = try await call(port)
            #expect(await next(&events) == "opened")
            #expect(write(caller, "0020", 4) == 4)
            #expect(await next(&events) == "bytes: 0020")
            close(caller)
            #expect(await next(&events)?.hasPrefix("lost: ") == true)
        }
        #expect(line.post("anyone?"))
        #expect(await next(&events) == "order: anyone?")
        running.cancel()
        try await running.value
    }

    @Test func whoMayNotDialInIsTurnedAwayAndTold() async throws {
        let (line, port) = try line(from: "127.0.0.2")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        let stranger = try await call(port)
        let told = await next(&events)
        #expect(told?.hasPrefix("turned away: 127.0.0.1 dialled openprotocol-listen://127.0.0.1:") == true)
        #expect(told?.hasSuffix("not among those that may: add it to `from` where it should be") == true)
        var byte: UInt8 = 0
        #expect(read(stranger, &byte, 1) <= 0, "it was closed")
        close(stranger)
        let device = try await call(port, from: "127.0.0.2")
        #expect(await next(&events) == "opened")
        close(device)
        running.cancel()
        try await running.value
    }

    @Test func aSecondDeviceIsTurnedAwayWhileTheFirstIsServed() async throws {
        let (line, port) = try line(from: "127.0.0.1,127.0.0.2")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        let first = try await call(port)
        #expect(await next(&events) == "opened")
        let second = try await call(port, from: "127.0.0.2")
        let told = await next(&events)
        #expect(told?.contains("127.0.0.2 dialled") == true && told?.contains("127.0.0.1 is served") == true)
        var byte: UInt8 = 0
        #expect(read(second, &byte, 1) <= 0)
        #expect(write(first, "0020", 4) == 4)
        #expect(await next(&events) == "bytes: 0020", "the first goes on")
        for caller in [first, second] { close(caller) }
        running.cancel()
        try await running.value
    }

    /// The device has lost its connection, and this end does not know it yet.
    @Test func aSecondCallOfTheSameDeviceTakesThePlaceOfTheFirst() async throws {
        let (line, port) = try line(from: "127.0.0.1")
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        let first = try await call(port)
        #expect(await next(&events) == "opened")
        let second = try await call(port)
        #expect(await next(&events) == "lost: the device dialled in anew")
        #expect(await next(&events) == "opened")
        #expect(write(second, "0020", 4) == 4)
        #expect(await next(&events) == "bytes: 0020")
        for caller in [first, second] { close(caller) }
        running.cancel()
        try await running.value
    }

    @Test func aPortThatIsTakenIsToldWithWhatToDo() async throws {
        let other = try Listener()
        let link = try LinkAddress("openprotocol-listen://127.0.0.1:\(other.port)?from=127.0.0.1")
        let input = input
        let line = try ByteLine(link, user: Parrot(), time: SystemTime()) { input.yield($0) }
        let running = Task { try await line.run() }
        var events = events.makeAsyncIterator()
        #expect(await events.next() == "failed: cannot listen: Address already in use")
        running.cancel()
        try await running.value
        #expect(other.port > 0, "it listened until now")
    }
}
