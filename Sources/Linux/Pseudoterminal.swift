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
        // Every end is closed on exec from the start: a child that inherits one would keep a line alive that
        // was pulled.
        let flags = O_RDWR | O_NOCTTY | O_CLOEXEC
        let master = posix_openpt(flags)
        guard master >= 0 else { throw SystemCallError("posix_openpt") }
        let device = Descriptor(owning: master)
        guard grantpt(master) == 0, unlockpt(master) == 0 else { throw SystemCallError("unlockpt") }
        var name = [CChar](repeating: 0, count: 128)
        let code = ptsname_r(master, &name, name.count)
        guard code == 0 else { throw SystemCallError("ptsname_r", code: code) }
        let slave = open(name, flags)
        guard slave >= 0 else { throw SystemCallError("open") }
        let line = Descriptor(owning: slave)
        var settings = termios()
        cfmakeraw(&settings)
        cfsetspeed(&settings, speed_t(B115200))
        guard tcsetattr(slave, TCSANOW, &settings) == 0 else { throw SystemCallError("tcsetattr") }
        path = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        self.device = device
        self.line = line
    }
}
