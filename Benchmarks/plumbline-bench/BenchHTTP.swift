internal import Glibc
internal import Linux

/// HTTP as far as benchmarks need it: one request, one connection, 127.0.0.1.
enum BenchHTTP {
    static func connect(port: UInt16) throws -> Descriptor {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard number >= 0, result == 0 else { throw SystemCallError("connect", subject: "127.0.0.1:\(port)") }
        return Descriptor(owning: number)
    }

    static func get(_ path: String, port: UInt16) throws -> String { try ask("GET", path, "", port) }

    /// Posts JSON; a browser's page would name its origin as well.
    @discardableResult
    static func post(_ path: String, _ body: String = "", port: UInt16) throws -> String {
        try ask("POST", path, body, port)
    }

    /// The body of the answer; throws `BenchmarkError` for any but a good one.
    private static func ask(_ method: String, _ path: String, _ body: String, _ port: UInt16) throws -> String
    {
        let link = try connect(port: port)
        let place = "127.0.0.1:\(port)"
        try link.write(
            Array(
                """
                \(method) \(path) HTTP/1.1\r\nHost: \(place)\r\nOrigin: http://\(place)\r
                Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r
                Connection: close\r\n\r\n\(body)
                """.utf8))
        var bytes: [UInt8] = []
        while link.isReadable(withinMilliseconds: 10_000) {
            let piece = try link.read(upTo: 65_536)
            if piece.isEmpty { break }
            bytes += piece
        }
        let mark = Array("\r\n\r\n".utf8)
        let end = bytes.indices.first { bytes[$0...].starts(with: mark) }
        guard bytes.starts(with: Array("HTTP/1.1 2".utf8)), let end else {
            let answer = String(decoding: bytes.prefix(300), as: UTF8.self)
            throw BenchmarkError(description: "\(method) \(path): \(answer)")
        }
        return String(decoding: bytes[(end + mark.count)...], as: UTF8.self)
    }
}
