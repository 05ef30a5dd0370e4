internal import Glibc

/// A non-blocking descriptor with bounded buffers both ways.
final class ByteStream {
    /// What may wait to be sent; a peer that reads nothing is given up beyond it.
    static let mostUnsent = 65_536

    let descriptor: Int32
    private(set) var unsent: [UInt8] = []

    /// Takes `descriptor` over, and makes it non-blocking.
    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// What reading found.
    enum Reading {
        case bytes([UInt8])
        case nothing
        case ended
    }

    /// What has arrived, at most 4 KiB of it.
    func read() -> Reading {
        let bytes = [UInt8](unsafeUninitializedCapacity: 4096) { buffer, count in
            count = max(0, Glibc.read(descriptor, buffer.baseAddress, buffer.count))
        }
        if !bytes.isEmpty { return .bytes(bytes) }
        // Nothing was read: at the end errno is what an earlier call left, so the kernel is asked again.
        var probe: UInt8 = 0
        let count = Glibc.read(descriptor, &probe, 1)
        if count == 1 { return .bytes([probe]) }
        return count == 0 || (errno != EAGAIN && errno != EINTR) ? .ended : .nothing
    }

    /// Sends `bytes` after whatever still waits; false where the peer is gone or reads nothing.
    func send(_ bytes: [UInt8]) -> Bool {
        unsent += bytes
        return flush()
    }

    /// Sends what waits; false where the peer is gone or too much waits.
    func flush() -> Bool {
        while !unsent.isEmpty {
            let count = unsent.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                unsent.removeFirst(count)
            } else if errno == EAGAIN {
                return unsent.count <= Self.mostUnsent
            } else if errno != EINTR {
                return false
            }
        }
        return true
    }
}
