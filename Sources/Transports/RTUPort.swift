internal import CModbus
internal import Codecs
internal import Glibc
internal import Linux

/// A tty opened by libmodbus; belongs to one thread.
///
/// libmodbus 3.1.6 frames, checks the CRC and keeps the response time-out. What a reply means, and when the
/// next request may leave, is decided elsewhere.
struct RTUPort: ~Copyable {
    /// What came in the time that was given.
    enum Reception {
        /// All bytes of a frame whose CRC is right.
        case frame([UInt8])
        /// A frame of a unit that was not asked.
        case foreign(unit: UInt8)
        case silence
        case broken(ModbusError)
        /// The tty is gone or out of order.
        case lost(String)
    }

    /// select(2) cannot watch a descriptor from 1,024 on, and libmodbus would abort the process.
    private static let highestDescriptor: Int32 = 1_023

    private let context: OpaquePointer
    let descriptor: Int32

    /// Opens the tty; throws `TransportError` where it is missing, busy or refuses its settings.
    init(_ settings: SerialSettings) throws(TransportError) {
        let parity: UInt8 =
            switch settings.parity {
            case .none: UInt8(ascii: "N")
            case .even: UInt8(ascii: "E")
            case .odd: UInt8(ascii: "O")
            }
        let opened = modbus_new_rtu(
            settings.path, Int32(settings.baud), CChar(bitPattern: parity), Int32(settings.dataBits),
            Int32(settings.stopBits))
        guard let opened else { throw Self.error(settings, "libmodbus refuses these settings") }
        guard modbus_connect(opened) == 0 else {
            let reason = String(cString: modbus_strerror(errno))
            modbus_free(opened)
            throw Self.error(settings, reason)
        }
        let number = modbus_get_socket(opened)
        do throws(TransportError) {
            try Self.claim(number, settings)
        } catch {
            modbus_close(opened)
            modbus_free(opened)
            throw error
        }
        // Both zero: the response time-out governs the whole reply, so that a trickle of bytes cannot
        // extend it.
        modbus_set_byte_timeout(opened, 0, 0)
        context = opened
        descriptor = number
    }

    /// Makes the open tty ours alone; throws `TransportError` where it cannot be.
    private static func claim(_ number: Int32, _ settings: SerialSettings) throws(TransportError) {
        guard number <= highestDescriptor else {
            throw TransportError(
                settings.path, "too many files are open for a serial line (descriptor \(number))",
                remedy: "split the devices over two gateways; libmodbus watches descriptors below 1024 only")
        }
        guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
            throw TransportError(settings.path, "is used by another program", remedy: "end that program")
        }
        do throws(SystemCallError) {
            if settings.switchesDirection { try RS485.enable(number) }
        } catch {
            throw SerialLine.noDirection(settings, error)
        }
    }

    deinit {
        modbus_flush(context)
        modbus_close(context)
        modbus_free(context)
    }

    /// Throws away what has come unasked; gives the bytes, at most the newest 4,096, which is all that a tty
    /// keeps (termios(3)).
    func discardUnread() -> [UInt8] {
        guard Descriptor.hasUnread(descriptor) else { return [] }
        var bytes = [UInt8](repeating: 0, count: 4_096)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        modbus_flush(context)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Sends a request; libmodbus adds the CRC. Gives the reason where it cannot.
    func send(unit: UInt8, pdu: [UInt8]) -> String? {
        modbus_set_slave(context, Int32(unit))
        let request = [unit] + pdu
        guard modbus_send_raw_request(context, request, Int32(request.count)) >= 0 else {
            return String(cString: modbus_strerror(errno))
        }
        return nil
    }

    /// What comes next, at most `limit` bytes, waiting at most `nanoseconds`; empty where nothing does.
    func read(upTo limit: Int, withinNanoseconds nanoseconds: Int64) -> [UInt8] {
        // Rounded up, so that the time has passed when the wait is over.
        let milliseconds = max(0, nanoseconds) / 1_000_000 + 1
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = Glibc.read(descriptor, &bytes, limit)
        return Array(bytes.prefix(max(0, count)))
    }

    /// Waits for one frame, at most `nanoseconds`.
    ///
    /// - Parameter function: of the request. libmodbus does not know how long replies to function 43 are,
    ///   takes their first five bytes for a frame and finds its CRC wrong: those are read here.
    func receive(function: UInt8, withinNanoseconds nanoseconds: Int64) -> Reception {
        function == ModbusFunction.encapsulatedInterface.rawValue
            ? receiveByLength(withinNanoseconds: nanoseconds)
            : receive(withinNanoseconds: nanoseconds)
    }

    private func receive(withinNanoseconds nanoseconds: Int64) -> Reception {
        let microseconds = max(1, nanoseconds / 1_000)
        modbus_set_response_timeout(
            context, UInt32(clamping: microseconds / 1_000_000), UInt32(microseconds % 1_000_000))
        var code: Int32 = 0
        var fault: Int32 = 0
        var bytes = [UInt8](repeating: 0, count: Int(MODBUS_MAX_ADU_LENGTH))
        code = modbus_receive_confirmation(context, &bytes)
        fault = errno
        if code > 0 { return .frame(Array(bytes.prefix(Int(code)))) }
        if code == 0 { return .foreign(unit: bytes[0]) }
        switch fault {
        case ETIMEDOUT: return .silence
        case MODBUS_ENOBASE...(MODBUS_ENOBASE + 99):
            let raw = Array(bytes.prefix(Self.receivedBytes(bytes)))
            return .broken(ModbusError(.checksum, String(cString: modbus_strerror(fault)), raw: raw))
        default: return .lost(String(cString: modbus_strerror(fault)))
        }
    }

    /// How many bytes libmodbus read before it found the check sum wrong: it goes by the function code alone
    /// (modbus.c, `compute_meta_length_after_function` and `compute_data_length_after_meta`).
    private static func receivedBytes(_ bytes: [UInt8]) -> Int {
        switch bytes[1] {
        case 5, 6, 15, 16: 8
        case 22: 10
        case 7: 5
        case 0x80...: 5
        default: min(5 + Int(bytes[2]), bytes.count)
        }
    }

    private static func error(_ settings: SerialSettings, _ what: String) -> TransportError {
        TransportError(
            settings.path, what,
            remedy: "check that the adapter is plugged in and that the service may open it")
    }
}
