import Codecs
import Foundation
import Testing

/// As little of HTTP/1.1 as asking our own loopback ports needs, over a bare socket.
enum HTTP {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    static func get(port: Int, _ path: String) throws -> [UInt8] {
        try exchange(port, "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nConnection: close\r\n\r\n", [])
    }

    static func post(port: Int, _ path: String, _ body: [UInt8]) throws -> [UInt8] {
        let head =
            "POST \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(port)\r\nOrigin: http://127.0.0.1:\(port)\r\n"
            + "Content-Type: application/json\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return try exchange(port, head, body)
    }

    /// The body of an answer with status 200 or 202.
    private static func exchange(_ port: Int, _ head: String, _ body: [UInt8]) throws -> [UInt8] {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        // Whoever answers nothing fails the test instead of holding it up; whoever is only slow does not.
        var patience = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let isConnected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) == 0 }
        }
        guard isConnected else { throw Failure(description: "nothing listens on port \(port)") }
        let request = Array(head.utf8) + body
        _ = request.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            guard count > 0 else { break }
            answer += chunk[..<count]
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), text.hasPrefix("HTTP/1.1 20") else {
            throw Failure(description: "port \(port) answered: \(text.prefix(300))")
        }
        return Array(text[end.upperBound...].utf8)
    }
}

/// A port of 127.0.0.1 that somebody else has.
final class TakenPort {
    let number: Int
    private let descriptor: Int32

    init() throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
        number = try FreePorts.bound(descriptor)
        guard listen(descriptor, 8) == 0 else { throw HTTP.Failure(description: "cannot listen") }
    }

    deinit { close(descriptor) }

    /// Whether anybody has connected since it was last asked.
    var wasCalled: Bool {
        let client = accept(descriptor, nil, nil)
        if client >= 0 { close(client) }
        return client >= 0
    }
}

/// Ports of 127.0.0.1 that nothing listens on.
enum FreePorts {
    /// Below the ports that Linux gives to clients (`ip_local_port_range`, from 32768), so that none of the
    /// many connections of a test run takes one between its choice and its use.
    private static let range = 20_000..<32_000
    private static let given = Given()

    /// `count` ports, each given to one caller of this process only.
    static func take(_ count: Int) throws -> [Int] { try (0..<count).map { _ in try takeOne() } }

    private static func takeOne() throws -> Int {
        for _ in 0..<1_000 {
            let port = Int.random(in: range)
            guard given.insert(port) else { continue }
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            defer { close(descriptor) }
            if let free = try? bound(descriptor, to: port) { return free }
        }
        throw HTTP.Failure(description: "no free port")
    }

    /// Binds `descriptor` to `port`, or to one that the kernel chooses.
    static func bound(_ descriptor: Int32, to port: Int = 0) throws -> Int {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, size) == 0 && getsockname(descriptor, $0, &size) == 0
            }
        }
        guard isBound else { throw HTTP.Failure(description: "port \(port) cannot be bound") }
        return Int(address.sin_port.bigEndian)
    }

    /// Ports that some test of this process has.
    private final class Given: @unchecked Sendable {
        // Safety: `ports` is guarded by `lock`.
        private let lock = NSLock()
        private var ports: Set<Int> = []

        /// Whether `port` was nobody's until now.
        func insert(_ port: Int) -> Bool { lock.withLock { ports.insert(port).inserted } }
    }
}
