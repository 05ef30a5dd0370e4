import Glibc
import Linux

/// A TCP listener on loopback whose connections a test's script serves, one after the other.
final class ScriptedDevice: Sendable {
    /// A request as it came: written out here from the specification, apart from the code under test.
    struct Request {
        let transaction: [UInt8]
        let unit: UInt8
        let pdu: [UInt8]

        /// Header and PDU of a reply to this request.
        func reply(_ pdu: [UInt8], unit: UInt8? = nil, transaction: [UInt8]? = nil) -> [UInt8] {
            let length = pdu.count + 1
            return (transaction ?? self.transaction)
                + [0, 0, UInt8(length >> 8), UInt8(length & 0xFF), unit ?? self.unit] + pdu
        }

        /// The reply of a register that holds its own address.
        var echo: [UInt8] { reply([pdu[0], 2, pdu[1], pdu[2]]) }
    }

    /// One accepted connection.
    struct Connection: ~Copyable {
        let descriptor: Descriptor
        /// How many were accepted before it.
        let number: Int

        /// The next request; nil when the other end has closed.
        func next() throws -> Request? {
            guard let header = try exactly(7),
                let pdu = try exactly((Int(header[4]) << 8 | Int(header[5])) - 1)
            else { return nil }
            return Request(transaction: Array(header[0..<2]), unit: header[6], pdu: pdu)
        }

        func write(_ bytes: [UInt8]) throws { try descriptor.write(bytes) }

        private func exactly(_ count: Int) throws -> [UInt8]? {
            var bytes: [UInt8] = []
            while bytes.count < count {
                let more = try descriptor.read(upTo: count - bytes.count)
                if more.isEmpty { return nil }
                bytes += more
            }
            return bytes
        }
    }

    let port: UInt16
    private let stopping: WakeSignal
    private let thread: SystemThread

    init(_ serve: @escaping @Sendable (borrowing Connection) throws -> Void) throws {
        let (listener, port) = try Self.listen()
        let stopping = try WakeSignal()
        (self.port, self.stopping) = (port, stopping)
        thread = try SystemThread(name: "scripted-device") {
            let listener = Descriptor(owning: listener)
            var count = 0
            while Self.wait(listener.number, stopping.number) {
                let number = accept(listener.number, nil, nil)
                guard number >= 0 else { continue }
                // A script ends when its connection breaks; the next connection begins it anew.
                try? serve(Connection(descriptor: Descriptor(owning: number), number: count))
                count += 1
            }
        }
    }

    /// Answers every request with `reply`, until the other end closes.
    convenience init(answering reply: @escaping @Sendable (Request) -> [UInt8]) throws {
        try self.init { connection in
            while let request = try connection.next() { try connection.write(reply(request)) }
        }
    }

    /// Ends the listener; connections must have been closed from the other end.
    func stop() {
        stopping.raise()
        thread.join()
    }

    /// A port on which nobody listens.
    static func freePort() throws -> UInt16 {
        let (listener, port) = try listen()
        close(listener)
        return port
    }

    static func listen() throws -> (Int32, UInt16) {
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let code = withUnsafeMutableBytes(of: &address) { bytes in
            let pointer = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self)
            if let pointer, bind(number, pointer, length) == 0, Glibc.listen(number, 16) == 0 {
                return getsockname(number, pointer, &length)
            }
            return -1
        }
        guard code == 0 else { throw SystemCallError("listen") }
        return (number, UInt16(bigEndian: address.sin_port))
    }

    /// Waits for a connection; false when the test has ended.
    private static func wait(_ listener: Int32, _ stopping: Int32) -> Bool {
        var entries = [
            pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
            pollfd(fd: stopping, events: Int16(POLLIN), revents: 0),
        ]
        while poll(&entries, 2, -1) < 0 {}
        return entries[1].revents == 0
    }
}
