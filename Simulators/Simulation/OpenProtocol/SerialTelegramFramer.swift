/// How telegrams travel on a serial line (R 2.16.0, section 2.1.2).
package enum SerialFraming: String, Sendable, CaseIterable {
    /// Between STX and ETX.
    case ascii
    /// In blocks of Siemens' procedure 3964R, between STX and ETX in these too.
    case procedure3964R = "3964r"
}

/// Control characters of both framings.
enum SerialMark {
    static let startOfText: UInt8 = 0x02
    static let endOfText: UInt8 = 0x03
    static let escape: UInt8 = 0x10
    static let negative: UInt8 = 0x15
}

/// Cuts what comes on a serial line into telegrams. The client puts BEL HT BEL HT before each STX; that, and
/// anything else between ETX and STX, is passed over.
struct SerialTelegramFramer: Sendable {
    /// What is kept at most while no telegram is complete.
    private static let mostBytes = 2 * Telegram.mostBytes

    private var received: [UInt8] = []

    mutating func take(_ bytes: [UInt8]) {
        received += bytes
        if received.count > Self.mostBytes { received.removeFirst(received.count - Self.mostBytes) }
    }

    /// The next telegram's bytes, header and data, found by its length as data may hold an ETX; nil asks for
    /// more.
    mutating func next() -> [UInt8]? {
        while let start = received.firstIndex(of: SerialMark.startOfText) {
            received.removeFirst(start)
            guard received.count >= 5 else { return nil }
            guard let length = FieldReader.number(received[1..<5]), length >= Telegram.headerBytes else {
                received.removeFirst()
                continue
            }
            // The examples have a NUL before the ETX, or none: both are taken.
            guard received.count >= length + 2 else { return nil }
            let end = received[length + 1] == 0 ? length + 2 : length + 1
            guard received.count > end else { return nil }
            guard received[end] == SerialMark.endOfText else {
                received.removeFirst()
                continue
            }
            defer { received.removeFirst(end + 1) }
            return Array(received[1...length])
        }
        received = []
        return nil
    }

    /// `wire`, a telegram with its NUL, as it goes out.
    static func framed(_ wire: [UInt8]) -> [UInt8] {
        [SerialMark.startOfText] + wire + [SerialMark.endOfText]
    }
}
