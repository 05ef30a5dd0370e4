import Glibc
import Testing

@testable import Transports

/// A pty has neither parity nor stop bits, so what would be set on a real tty is looked at before it is.
struct SerialLineModesTests {
    private func flags(_ link: String) throws -> tcflag_t {
        guard case .serial(let settings) = try LinkAddress(link) else { return 0 }
        var modes = termios()
        // Everything that another program may have left behind.
        modes.c_cflag = tcflag_t(CSTOPB | PARENB | PARODD | CS6) | tcflag_t(CRTSCTS)
        (modes.c_iflag, modes.c_lflag, modes.c_oflag) = (tcflag_t(IXON | ICRNL), tcflag_t(ECHO | ICANON), 1)
        try SerialLine.apply(settings, to: &modes)
        #expect(modes.c_iflag & tcflag_t(IXON | IXOFF | ICRNL | ISTRIP) == 0)
        #expect(modes.c_lflag & tcflag_t(ECHO | ICANON | ISIG) == 0 && modes.c_oflag & tcflag_t(OPOST) == 0)
        #expect(modes.c_cflag & tcflag_t(CRTSCTS) == 0)
        #expect(modes.c_cflag & tcflag_t(CREAD | CLOCAL) == tcflag_t(CREAD | CLOCAL))
        #expect(cfgetospeed(&modes) == speed_t(settings.baud == 9_600 ? B9600 : B1200))
        return modes.c_cflag & tcflag_t(CSIZE | CSTOPB | PARENB | PARODD)
    }

    @Test(arguments: [
        ("", Int32(CS8)), ("&stop=2", CS8 | CSTOPB), ("&data=7&parity=even", CS7 | PARENB),
        ("&data=7&parity=odd&stop=2", CS7 | PARENB | PARODD | CSTOPB), ("&parity=none&data=8&stop=1", CS8),
    ])
    func optionsOfALinkAreThoseOfTheLine(_ options: String, _ expected: Int32) throws {
        #expect(try flags("serial:///dev/ttyS0?baud=9600\(options)") == tcflag_t(expected))
        #expect(try flags("serial:///dev/ttyS0?baud=1200\(options)") == tcflag_t(expected))
    }
}
