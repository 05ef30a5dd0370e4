import Glibc
import Testing

@testable import Simulation

/// Open Protocol controllers over real sockets and ptys, in the test's own thread.
struct OpenProtocolServerTests {
    private func serve(_ device: String) throws -> ShopServer {
        let text = "scenario: t\ndevices:\n  TW-1: {model: open-protocol, \(device)}\n"
        let scenario = try ScenarioDecoder.decode(Array(text.utf8), file: "t.yaml")
        return try ShopServer(scenario: scenario, options: ShopServer.Options()) { _ in }
    }

    private func dial(_ server: ShopServer) throws -> Int32 {
        let address = try #require(server.addresses.first?.address)
        let port = try #require(UInt16(address.split(separator: ":").last ?? ""))
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        withUnsafePointer(to: &name) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    /// Sends `bytes` and turns the server until so many have come back, or 50 turns are over.
    private func exchange(
        _ server: ShopServer, _ descriptor: Int32, _ bytes: [UInt8], wanting count: Int
    ) throws -> [UInt8] {
        #expect(bytes.isEmpty || write(descriptor, bytes, bytes.count) == bytes.count)
        var reply: [UInt8] = []
        for _ in 0..<50 where reply.count < count {
            try server.turn(waitingMilliseconds: 20)
            var buffer = [UInt8](repeating: 0, count: 16_384)
            let size = read(descriptor, &buffer, buffer.count)
            if size > 0 { reply += buffer.prefix(size) }
            if size == 0 { return reply }
        }
        return reply
    }

    @Test func aControllerAnswersOnTCP() throws {
        let server = try serve("link: \"openprotocol://127.0.0.1:0\"")
        let client = try dial(server)
        defer { close(client) }
        let reply = try exchange(server, client, Telegram(1).wire + Telegram(9_999).wire, wanting: 79)
        #expect(reply.starts(with: Array("00570002001         010001".utf8)))
        #expect(reply.suffix(21) == Telegram(9_999).wire[...])
    }

    @Test func aClientThatGoesMakesRoomForAnother() throws {
        let server = try serve("link: \"openprotocol://127.0.0.1:0\"")
        let first = try dial(server)
        #expect(try exchange(server, first, Telegram(1).wire, wanting: 58).count == 58)
        let second = try dial(server)
        let refusal = try exchange(server, second, Telegram(1).wire, wanting: 27)
        #expect(refusal == Array("00260004            000196\0".utf8))
        close(first)
        close(second)
        try server.turn(waitingMilliseconds: 20)
        let third = try dial(server)
        defer { close(third) }
        #expect(try exchange(server, third, Telegram(1).wire, wanting: 58).count == 58)
    }

    @Test func aControllerAnswersOnASerialLine() throws {
        let folder = "/tmp/plumbline-sim-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { rmdir(folder) }
        let server = try serve("pty: \(folder)/tool, framing: ascii")
        let line = open("\(folder)/tool", O_RDWR | O_NOCTTY | O_NONBLOCK)
        defer { close(line) }
        let request: [UInt8] = [7, 9, 7, 9, 2] + Telegram(1).bytes + [0, 3]
        let reply = try exchange(server, line, request, wanting: 60)
        #expect(reply.count == 60 && reply.first == 2 && reply.suffix(2) == [0, 3])
        #expect(reply.dropFirst().starts(with: Array("00570002001".utf8)))
    }

    @Test func aControllerAnswersUnder3964R() throws {
        let folder = "/tmp/plumbline-sim-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        defer { rmdir(folder) }
        let server = try serve("pty: \(folder)/tool, framing: 3964r")
        let line = open("\(folder)/tool", O_RDWR | O_NOCTTY | O_NONBLOCK)
        defer { close(line) }
        #expect(try exchange(server, line, [2], wanting: 1) == [0x10])
        let block = ControllerHandshake.closed([7, 9, 7, 9, 2] + Telegram(1).bytes + [3])
        #expect(try exchange(server, line, block, wanting: 2) == [0x10, 2])
        let answer = try exchange(server, line, [0x10], wanting: 63)
        guard case .block(let text) = ControllerHandshake.opened(answer) else {
            Issue.record("no block: \(answer)")
            return
        }
        #expect(text.first == 2 && text.last == 3 && text.count == 60)
        #expect(try exchange(server, line, [0x10], wanting: 1).isEmpty, "all is said")
    }
}
