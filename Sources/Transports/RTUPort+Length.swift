internal import Codecs
internal import Glibc
internal import Linux
internal import Metrology

extension RTUPort {
    /// Waits for one frame that tells its own length, at most `nanoseconds` in all.
    ///
    /// No byte behind the frame is taken: it belongs to the next one. Units that were not asked are passed
    /// over by the caller, as those that libmodbus names.
    static func receiveByLength(_ descriptor: Int32, withinNanoseconds nanoseconds: Int64) -> Reception {
        let end = SystemTime().now().monotonicNanoseconds + nanoseconds
        var bytes: [UInt8] = []
        while true {
            guard let needed = ModbusRTUFrame.bytesNeeded(forReply: bytes) else {
                return .broken(ModbusError(.framing, "no reply begins so", raw: bytes))
            }
            if needed == bytes.count { break }
            switch read(descriptor, upTo: needed - bytes.count, end: end) {
            case .bytes(let more): bytes += more
            case .nothing: return .silence
            case .failed(let why): return .lost(why)
            }
        }
        do throws(ModbusError) {
            _ = try ModbusRTUFrame(bytes)
            return .frame(bytes)
        } catch {
            return .broken(error)
        }
    }

    private enum Arrival {
        case bytes(ArraySlice<UInt8>)
        case nothing
        case failed(String)
    }

    /// What has come until `end`, on the monotonic clock; at least one byte or nothing.
    private static func read(_ descriptor: Int32, upTo limit: Int, end: Int64) -> Arrival {
        var buffer = [UInt8](repeating: 0, count: ModbusLimits.rtuFrameBytes)
        while true {
            let left = end - SystemTime().now().monotonicNanoseconds
            guard left > 0 else { return .nothing }
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            // Rounded up: a wait that ends early would only be waited anew.
            let ready = poll(&entry, 1, Int32(clamping: (left + 999_999) / 1_000_000))
            if ready < 0, errno != EINTR { return .failed(SystemCallError.reason(errno)) }
            guard ready > 0 else { continue }
            let count = Glibc.read(descriptor, &buffer, min(limit, buffer.count))
            if count > 0 { return .bytes(buffer.prefix(count)) }
            if count == 0 || (errno != EINTR && errno != EAGAIN) {
                return .failed(count == 0 ? "the tty has gone" : SystemCallError.reason(errno))
            }
        }
    }
}
