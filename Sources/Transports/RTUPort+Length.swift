internal import Codecs
internal import Metrology

extension RTUPort {
    /// Waits for one frame that tells its own length, at most `nanoseconds` in all.
    ///
    /// No byte behind the frame is taken: it belongs to the next one.
    func receiveByLength(withinNanoseconds nanoseconds: Int64) -> Reception {
        let clock = SystemTime()
        let end = clock.now().monotonicNanoseconds + nanoseconds
        var bytes: [UInt8] = []
        do throws(ModbusError) {
            while true {
                let length = try ModbusRTUFramer.replyBytes(bytes)
                if let length, bytes.count >= length || length > ModbusLimits.rtuFrameBytes { break }
                let left = end - clock.now().monotonicNanoseconds
                guard left > 0 else { return .silence }
                let more = read(upTo: length.map { $0 - bytes.count } ?? 1, withinNanoseconds: left)
                bytes += more
                // Nothing though the time is not over: there is no line any more.
                if more.isEmpty, clock.now().monotonicNanoseconds < end { return .lost("the tty has gone") }
            }
            _ = try ModbusRTUFrame(bytes)
            return .frame(bytes)
        } catch {
            return .broken(error)
        }
    }
}
