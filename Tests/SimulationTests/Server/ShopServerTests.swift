import Codecs
import Glibc
import Testing

@testable import Simulation

/// The shop over real sockets and ptys, in the test's own thread: the server turns between send and receive.
struct ShopServerTests {
    private func serve(_ scenario: Scenario, control: Bool = false) throws -> ShopServer {
        var options = ShopServer.Options()
        if control { options.control = ("127.0.0.1", 0) }
        return try ShopServer(scenario: scenario, options: options) { _ in }
    }

    private func port(_ server: ShopServer, _ device: String) throws -> UInt16 {
        let address = try #require(server.addresses.first { $0.device == device }?.address)
        return try #require(UInt16(address.split(separator: ":").last ?? ""))
    }

    private func dial(_ port: UInt16) -> Int32 {
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

    /// Sends `bytes` and turns the server until so many have come back, or `turns` are over.
    private func exchange(
        _ server: ShopServer, _ descriptor: Int32, _ bytes: [UInt8], wanting count: Int, turns: Int = 50
    ) throws -> [UInt8] {
        #expect(write(descriptor, bytes, bytes.count) == bytes.count)
        var reply: [UInt8] = []
        for _ in 0..<turns where reply.count < count {
            try server.turn(waitingMilliseconds: 20)
            var buffer = [UInt8](repeating: 0, count: 4096)
            let size = read(descriptor, &buffer, buffer.count)
            if size > 0 { reply += buffer.prefix(size) }
            if size == 0 { return reply }
        }
        return reply
    }

    @Test func aBenchAnswersOnTCP() throws {
        let server = try serve(try ScenarioFiles.bench())
        let client = dial(try port(server, "B-1"))
        defer { close(client) }
        let request: [UInt8] = [0x12, 0x34, 0, 0, 0, 6, 1, 3, 0, 1, 0, 1]
        let reply = try exchange(server, client, request, wanting: 11)
        #expect(reply == [0x12, 0x34, 0, 0, 0, 5, 1, 3, 2, 0, 0])
    }

    @Test func twoRequestsInOneSegmentAreBothAnswered() throws {
        let server = try serve(try ScenarioFiles.bench())
        let client = dial(try port(server, "B-1"))
        defer { close(client) }
        let request: [UInt8] = [0, 1, 0, 0, 0, 6, 1, 3, 0, 1, 0, 1, 0, 2, 0, 0, 0, 6, 1, 3, 1, 0, 0, 1]
        let reply = try exchange(server, client, request, wanting: 22)
        #expect(reply == [0, 1, 0, 0, 0, 5, 1, 3, 2, 0, 0, 0, 2, 0, 0, 0, 5, 1, 3, 2, 0, 0])
    }

    @Test func bytesThatAreNoModbusEndTheConnection() throws {
        let server = try serve(try ScenarioFiles.bench())
        let client = dial(try port(server, "B-1"))
        defer { close(client) }
        #expect(try exchange(server, client, Array("GET / HTTP/1.1\r\n\r\n".utf8), wanting: 1).isEmpty)
        var byte: UInt8 = 0
        #expect(read(client, &byte, 1) == 0)
    }

    @Test func aTakenPortIsSaidInWords() throws {
        let server = try serve(try ScenarioFiles.bench())
        let taken = Int(try port(server, "B-1"))
        let error = try #require(throws: SimulationError.self) {
            _ = try LoopbackListener(host: "127.0.0.1", port: taken) { _ in }
        }
        #expect(error.place == "127.0.0.1:\(taken)" && error.what.hasPrefix("the port is taken"))
    }

    /// The manual's telegram and its answer, over a pty.
    @Test func aMeterAnswersOnItsLine() throws {
        let folder = "/tmp/plumbline-sim-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        let link = "\(folder)/kral"
        defer { rmdir(folder) }
        do {
            let text = "scenario: m\ndevices:\n  FM-1: {model: kral-bem500, pty: \(link)}\n"
            let server = try serve(try ScenarioDecoder.decode(Array(text.utf8), file: "m.yaml"))
            let line = open(link, O_RDWR | O_NOCTTY | O_NONBLOCK)
            defer { close(line) }
            #expect(line >= 0)
            let request = try #require(Hex.bytes("01 03 41 00 00 02 D0 37"))
            let reply = try exchange(server, line, request, wanting: 9)
            #expect(Hex.text(reply) == "0103040001609e025b")
            let foreign = try #require(Hex.bytes("02 03 41 00 00 02 D0 04"))
            #expect(try exchange(server, line, foreign, wanting: 1, turns: 3).isEmpty)
        }
        #expect(access(link, F_OK) != 0, "the link goes with the shop")
    }

    private func ask(_ server: ShopServer, _ request: String) throws -> String {
        let client = dial(try port(server, "control"))
        defer { close(client) }
        let reply = try exchange(server, client, Array(request.utf8), wanting: Int.max)
        return String(decoding: reply, as: UTF8.self)
    }

    private func post(_ path: String, _ body: String, _ more: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test func theControlInterfaceStartsAFault() throws {
        let server = try serve(try ScenarioFiles.bench(), control: true)
        let reply = try ask(server, post("/fault", #"{"device":"B-1","kind":"silent","seconds":60}"#))
        #expect(reply.hasPrefix("HTTP/1.1 200 OK\r\n") && reply.hasSuffix(#"{"ok":true}"#))
        let state = try ask(server, "GET /state HTTP/1.1\r\nHost: localhost:1\r\n\r\n")
        #expect(state.contains(#""faults":["silent"]"#))
        let client = dial(try port(server, "B-1"))
        defer { close(client) }
        let request: [UInt8] = [0, 1, 0, 0, 0, 6, 1, 3, 0, 1, 0, 1]
        #expect(try exchange(server, client, request, wanting: 1, turns: 3).isEmpty)
    }

    @Test func thePanelStartsTheBench() throws {
        let server = try serve(try ScenarioFiles.bench(), control: true)
        #expect(try ask(server, post("/bench/start", #"{"device":"B-1"}"#)).contains(" 200 "))
        #expect(try ask(server, post("/mend", #"{"device":"B-1"}"#)).contains(" 200 "))
        #expect(try ask(server, post("/mend", #"{"device":"B-9"}"#)).contains(" 409 "))
        #expect(try ask(server, post("/bench/start", #"{"device":"B-1"}"#)).contains(" 409 "))
    }

    @Test(arguments: [
        ("Host: evil.example\r\n", " 403 "), ("Host: 127.0.0.1\r\nOrigin: http://evil.example\r\n", " 403 "),
        ("Host: 127.0.0.1\r\nContent-Length: 999999\r\n", " 413 "), ("Host: 127.0.0.1\r\n", " 200 "),
        ("", " 403 "),
    ])
    func strangersAreRefused(headers: String, status: String) throws {
        let server = try serve(try ScenarioFiles.bench(), control: true)
        let reply = try ask(server, "GET /state HTTP/1.1\r\n\(headers)\r\n")
        #expect(reply.contains(status), "\(reply.prefix(80))")
    }

    @Test func codesAreWrittenWithEscapes() throws {
        #expect(try CodeEscapes.bytes(of: #"A\x1dB\\"#) == [0x41, 0x1D, 0x42, 0x5C])
        #expect(throws: SimulationError.self) { try CodeEscapes.bytes(of: #"A\x1"#) }
        #expect(throws: SimulationError.self) { try CodeEscapes.bytes(of: "A\\") }
    }
}
