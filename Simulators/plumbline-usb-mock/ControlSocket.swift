internal import CUMockdev
internal import Glibc

/// The unix socket on which a test says what a hand would do: one command a line, one answer a line.
final class ControlSocket {
    /// Longest command; a report of 64 bytes is 135 characters.
    private static let longestLine = 1_024
    /// Connections at one time.
    private static let mostClients = 8

    private let path: String
    private let listener: Int32
    private let obey: (String) -> String
    private var clients: [Int32: [UInt8]] = [:]

    /// Listens at `path`; `obey` answers each command. Throws where the socket cannot be made.
    init(path: String, obey: @escaping (String) -> String) throws(MockError) {
        (self.path, self.obey) = (path, obey)
        listener = try Self.listen(path)
        watch(listener)
    }

    deinit {
        for client in clients.keys { close(client) }
        close(listener)
        unlink(path)
    }

    private static func listen(_ path: String) throws(MockError) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else {
            throw MockError("the path of the control socket is longer than \(room - 1) bytes", exitCode: 64)
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw MockError("no socket: error \(errno)", exitCode: 74) }
        unlink(path)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, Glibc.listen(number, 4) == 0 else {
            close(number)
            throw MockError("\(path) cannot be listened on: error \(errno)", exitCode: 74)
        }
        return number
    }

    private func watch(_ number: Int32) {
        let callback: GUnixFDSourceFunc = { number, _, context in
            guard let context else { return 0 }
            return Unmanaged<ControlSocket>.fromOpaque(context).takeUnretainedValue().ready(number) ? 1 : 0
        }
        let conditions = GIOCondition(rawValue: G_IO_IN.rawValue | G_IO_HUP.rawValue | G_IO_ERR.rawValue)
        g_unix_fd_add(number, conditions, callback, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Whether `number` stays watched.
    private func ready(_ number: Int32) -> Bool {
        if number == listener {
            let client = accept(listener, nil, nil)
            if client >= 0, clients.count < Self.mostClients {
                clients[client] = []
                watch(client)
            } else if client >= 0 {
                close(client)
            }
            return true
        }
        var bytes = [UInt8](repeating: 0, count: Self.longestLine)
        let count = read(number, &bytes, bytes.count)
        guard count > 0, take(bytes.prefix(count), from: number) else {
            clients[number] = nil
            close(number)
            return false
        }
        return true
    }

    private func take(_ bytes: ArraySlice<UInt8>, from number: Int32) -> Bool {
        var held = clients[number, default: []] + bytes
        while let end = held.firstIndex(of: UInt8(ascii: "\n")) {
            let answer = Array("\(obey(String(decoding: held[..<end], as: UTF8.self)))\n".utf8)
            held.removeFirst(end + 1)
            guard send(number, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else {
                return false
            }
        }
        clients[number] = held
        return held.count <= Self.longestLine
    }
}
