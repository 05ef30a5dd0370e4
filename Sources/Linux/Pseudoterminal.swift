internal import CLinux
internal import Glibc

/// A pair of terminal ends without hardware: what is written to one end is read from the other.
package struct Pseudoterminal: ~Copyable {
    /// The end that plays the device.
    package let device: Descriptor
    /// Keeps the line open while the program under test closes and opens it again.
    private let line: Descriptor
    /// The tty that a program opens as its serial line: `/dev/pts/3`.
    package let path: String

    /// Opens a raw pair: no echo, no line editing, every byte passes as it is.
    ///
    /// Throws `SystemCallError` where the machine has no pseudoterminal left.
    package init() throws(SystemCallError) {
        var (master, slave): (Int32, Int32) = (-1, -1)
        var settings = termios()
        cfmakeraw(&settings)
        cfsetspeed(&settings, speed_t(B115200))
        guard openpty(&master, &slave, nil, &settings, nil) == 0 else { throw SystemCallError("openpty") }
        var name = [CChar](repeating: 0, count: 128)
        let code = ttyname_r(slave, &name, name.count)
        let device = Descriptor(owning: master)
        let line = Descriptor(owning: slave)
        guard code == 0 else { throw SystemCallError("ttyname_r", code: code) }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.device = device
        self.line = line
    }
}
