internal import CLinux
internal import Glibc

/// Where a TCP connection goes: an IPv4 or IPv6 address with its port.
package struct SocketAddress: Sendable, Equatable {
    /// A `sockaddr_in` or `sockaddr_in6`, as the kernel takes it.
    let bytes: [UInt8]
    let family: Int32

    /// The address that `host` spells out in numbers; nil where it is a name.
    package init?(numericHost host: String, port: UInt16) {
        guard let found = try? Self.lookUp(host, port: port, flags: AI_NUMERICHOST).first else { return nil }
        self = found
    }

    /// How inet_ntop(3) spells the address that `host` spells out in numbers; nil where it is a name.
    package static func spelling(numericHost host: String) -> String? {
        SocketAddress(numericHost: host, port: 0)?.spelling
    }

    /// How inet_ntop(3) spells the address, without its port; empty where the kernel cannot say.
    var spelling: String {
        var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = bytes.withUnsafeBytes { bytes in
            getnameinfo(
                bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count), &text,
                socklen_t(text.count), nil, 0, NI_NUMERICHOST)
        }
        guard code == 0 else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The addresses of a host. Asking for a name may take as long as the name servers like.
    ///
    /// Throws `SystemCallError` whose code is one of getaddrinfo(3), with the resolver's words as its
    /// subject.
    package static func resolve(host: String, port: UInt16) throws(SystemCallError) -> [SocketAddress] {
        try lookUp(host, port: port, flags: AI_ADDRCONFIG)
    }

    init(bytes: [UInt8], family: Int32) { (self.bytes, self.family) = (bytes, family) }

    private static func lookUp(_ host: String, port: UInt16, flags: Int32) throws(SystemCallError)
        -> [SocketAddress]
    {
        var hints = addrinfo()
        hints.ai_flags = flags | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else {
            throw SystemCallError(
                "getaddrinfo", code: code, subject: "\(host): \(String(cString: gai_strerror(code)))")
        }
        defer { freeaddrinfo(list) }
        var found: [SocketAddress] = []
        var entry = list
        while let info = entry?.pointee {
            if let address = info.ai_addr {
                let bytes = UnsafeRawBufferPointer(start: address, count: Int(info.ai_addrlen))
                found.append(SocketAddress(bytes: Array(bytes), family: info.ai_family))
            }
            entry = info.ai_next
        }
        return found
    }
}
