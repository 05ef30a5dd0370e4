internal import CLinux
internal import Glibc

/// An open file, socket or terminal, closed when it goes out of scope.
package struct Descriptor: ~Copyable, Sendable {
    package let number: Int32

    /// Takes over `number`: nothing else may close it.
    package init(owning number: Int32) { self.number = number }

    deinit { close(number) }

    /// Gives the number away: from now on the caller closes it.
    package consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// Writes all of `bytes`, waiting where the file makes it wait.
    ///
    /// Throws `SystemCallError` with what the kernel says.
    package func write(_ bytes: some Collection<UInt8>) throws(SystemCallError) {
        var rest = ArraySlice(bytes)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(number, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw SystemCallError("write")
            }
        }
    }

    /// What is there to read, at most `limit` bytes, waiting for the first; empty at the end of the file.
    ///
    /// Throws `SystemCallError` with what the kernel says.
    package func read(upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            repeat { count = Glibc.read(number, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw SystemCallError("read") }
        return bytes
    }

    /// Whether there is something to read (or the end of it) within `milliseconds`; negative waits for ever.
    package func isReadable(withinMilliseconds milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// Whether bytes wait to be read from the tty or socket `number`.
    package static func hasUnread(_ number: Int32) -> Bool { plumbline_readable_bytes(number) > 0 }
}
