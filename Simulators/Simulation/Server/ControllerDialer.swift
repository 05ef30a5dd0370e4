internal import Glibc

/// A controller that dials its client itself, over and over until somebody answers.
struct ControllerDialer {
    /// Real seconds between two calls.
    static let pause = 1.0

    let device: String
    let host: String
    let port: Int
    /// When it dials next, or looks whether it has to.
    var due = ShopTime.zero

    init(device: String, host: String, port: Int) {
        (self.device, self.host, self.port) = (device, host, port)
    }

    /// A connection; nil where nobody listens. A loopback address answers at once, either way.
    func dialled() -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_INET, kind, 0)
        guard descriptor >= 0 else { return nil }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(UInt16(clamping: port)).bigEndian
        let isConnected =
            inet_pton(AF_INET, host, &name.sin_addr) == 1
            && withUnsafePointer(to: &name) { place in
                place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
        guard isConnected else {
            close(descriptor)
            return nil
        }
        return descriptor
    }
}
