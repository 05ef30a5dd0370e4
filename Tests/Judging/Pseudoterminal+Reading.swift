internal import Glibc
package import Linux

extension Pseudoterminal {
    /// Nothing was sent within ten seconds.
    package struct Silence: Error {
        package init() {}
    }

    /// The next byte that the program under test sends the device.
    package borrowing func nextByte() throws(Silence) -> UInt8 {
        var entry = pollfd(fd: device.number, events: Int16(POLLIN), revents: 0)
        var byte: UInt8 = 0
        guard poll(&entry, 1, 10_000) == 1, read(device.number, &byte, 1) == 1 else { throw Silence() }
        return byte
    }
}
