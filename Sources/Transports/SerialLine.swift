internal import Glibc
internal import Linux

/// An open tty in raw mode, held by nobody else.
struct SerialLine: ~Copyable {
    private let descriptor: Descriptor

    /// Opens `settings.path` and sets the line; throws `TransportError` with what to do.
    init(_ settings: SerialSettings) throws(TransportError) {
        let number = open(settings.path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC)
        guard number >= 0 else { throw Self.error(settings, "cannot be opened", errno) }
        let descriptor = Descriptor(owning: number)
        guard isatty(number) == 1 else {
            throw TransportError(
                settings.path, "is no serial line", remedy: "name a tty of /dev/serial/by-id")
        }
        guard flock(number, LOCK_EX | LOCK_NB) == 0, ioctl(number, UInt(TIOCEXCL)) == 0 else {
            throw TransportError(settings.path, "is used by another program", remedy: "end that program")
        }
        try Self.set(number, settings)
        do throws(SystemCallError) {
            if settings.switchesDirection { try RS485.enable(number) }
        } catch {
            throw Self.noDirection(settings, error)
        }
        self.descriptor = descriptor
    }

    /// The driver of a tty cannot turn an RS-485 transceiver around.
    static func noDirection(_ settings: SerialSettings, _ error: SystemCallError) -> TransportError {
        TransportError(
            settings.path, "its driver cannot switch the direction of RS-485 (\(error.reason))",
            remedy: "leave rs485=yes out: most adapters turn around by themselves")
    }

    /// Gives the tty away: from now on the caller closes it.
    consuming func release() -> Int32 { descriptor.release() }

    /// The number to wait on.
    var number: Int32 { descriptor.number }

    /// What has come, at most `limit` bytes; empty where nothing has. Throws where the line is gone.
    func read(upTo limit: Int) throws(SystemCallError) -> [UInt8] {
        var count = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            repeat { count = Glibc.read(number, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        if count < 0, errno == EAGAIN { return [] }
        guard count > 0 else { throw SystemCallError("read", code: count == 0 ? EIO : errno) }
        return bytes
    }

    /// Sends all of `bytes` or says why not; a full buffer is `EAGAIN`, and nothing waits.
    ///
    /// - Returns: 0, or the value of `errno`.
    static func write(_ number: Int32, _ bytes: [UInt8]) -> Int32 {
        let count = Glibc.write(number, bytes, bytes.count)
        if count == bytes.count { return 0 }
        return count < 0 ? errno : EAGAIN
    }

    /// Reads what is there into `buffer`; a tty that has gone is at its end.
    static func receive(_ number: Int32, into buffer: UnsafeMutableRawBufferPointer) -> TCPSocket.Received {
        let count = Glibc.read(number, buffer.baseAddress, buffer.count)
        if count > 0 { return .bytes(count) }
        if count == 0 || errno == EIO || errno == ENODEV || errno == ENXIO { return .end }
        return errno == EAGAIN || errno == EINTR ? .nothing : .failed(errno)
    }

    /// Forgets what is still to be sent or read: to close a tty waits for it otherwise, up to 30 s
    /// (`closing_wait` of setserial(8)).
    static func discardAll(_ number: Int32) { tcflush(number, TCIOFLUSH) }

    private static func set(_ number: Int32, _ settings: SerialSettings) throws(TransportError) {
        var modes = termios()
        guard tcgetattr(number, &modes) == 0 else { throw error(settings, "cannot be set", errno) }
        try apply(settings, to: &modes)
        // What came before anybody listened belongs to no part that is being scanned now.
        guard tcsetattr(number, TCSANOW, &modes) == 0, tcflush(number, TCIFLUSH) == 0 else {
            throw error(settings, "cannot be set", errno)
        }
    }

    /// Makes `modes` those of a raw line with these settings, whatever another program left in them.
    ///
    /// Throws where termios(3) has no such rate.
    static func apply(_ settings: SerialSettings, to modes: inout termios) throws(TransportError) {
        guard let speed = speeds[settings.baud] else {
            throw TransportError(
                settings.path, "has no rate of \(settings.baud) baud", remedy: "give another")
        }
        cfmakeraw(&modes)
        cfsetspeed(&modes, speed)
        modes.c_cflag &= ~tcflag_t(CSIZE | CSTOPB | PARENB | PARODD) & ~tcflag_t(CRTSCTS)
        modes.c_cflag |= tcflag_t(CREAD | CLOCAL) | tcflag_t(settings.dataBits == 7 ? CS7 : CS8)
        if settings.stopBits == 2 { modes.c_cflag |= tcflag_t(CSTOPB) }
        switch settings.parity {
        case .none: break
        case .even: modes.c_cflag |= tcflag_t(PARENB)
        case .odd: modes.c_cflag |= tcflag_t(PARENB | PARODD)
        }
    }

    private static func error(_ settings: SerialSettings, _ what: String, _ code: Int32) -> TransportError {
        let remedy =
            switch code {
            case ENOENT, ENXIO, ENODEV, EIO: "plug it in; it is taken when it is there"
            case EACCES, EPERM: "let this user read it: the group dialout, or a udev rule"
            case EBUSY: "end the other program that holds it"
            default: "check the link"
            }
        return TransportError(settings.path, "\(what): \(SystemCallError.reason(code))", remedy: remedy)
    }

    /// termios(3)'s names of the rates.
    private static let speeds: [Int: speed_t] = [
        300: speed_t(B300), 600: speed_t(B600), 1_200: speed_t(B1200), 2_400: speed_t(B2400),
        4_800: speed_t(B4800), 9_600: speed_t(B9600), 19_200: speed_t(B19200), 38_400: speed_t(B38400),
        57_600: speed_t(B57600), 115_200: speed_t(B115200), 230_400: speed_t(B230400),
        460_800: speed_t(B460800), 921_600: speed_t(B921600),
    ]
}
