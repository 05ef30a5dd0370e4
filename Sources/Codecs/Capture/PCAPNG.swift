/// Blocks of a capture file in the form pcapng (IETF draft-ietf-opsawg-pcapng), which Wireshark opens.
///
/// All numbers are little-endian, as the byte-order magic at the head of the section says; times are in
/// nanoseconds since 1970.
package enum PCAPNG {
    /// Which way a packet went, as the direction bits of `epb_flags` write it (draft clause 4.3.1).
    package enum Direction: UInt32, Sendable {
        case inbound = 1
        case outbound = 2
    }

    /// LINKTYPE_WIRESHARK_UPPER_PDU: each packet names the dissector that it is for.
    static let upperPDU: UInt16 = 252

    /// Block types and option codes of the draft, clauses 3.5 and 4.
    private enum Code {
        static let sectionHeader: UInt32 = 0x0A0D_0D0A
        static let interface: UInt32 = 1
        static let statistics: UInt32 = 5
        static let packet: UInt32 = 6
        static let comment: UInt16 = 1
        static let interfaceName: UInt16 = 2
        static let interfaceDescription: UInt16 = 3
        static let packetFlags: UInt16 = 2
        static let application: UInt16 = 4
        static let received: UInt16 = 4
        static let dropped: UInt16 = 5
        static let resolution: UInt16 = 9
    }

    /// The longest text of an option that is written; longer ones are cut.
    private static let mostTextBytes = 1_024

    /// The beginning of a file: its byte order and who wrote it.
    package static func sectionHeader(application: String) -> [UInt8] {
        var body: [UInt8] = []
        body.append(littleEndian: UInt32(0x1A2B_3C4D))
        body.append(littleEndian: UInt16(1))
        body.append(littleEndian: UInt16(0))
        // The section's length is not known while it is written.
        body.append(littleEndian: UInt64.max)
        body.append(option: Code.application, text(application))
        return block(Code.sectionHeader, closing(body))
    }

    /// One line; interfaces are numbered from zero in the order in which they are written.
    package static func interface(name: String, description: String) -> [UInt8] {
        var body: [UInt8] = []
        body.append(littleEndian: upperPDU)
        body.append(littleEndian: UInt16(0))
        // No packet is cut.
        body.append(littleEndian: UInt32(0))
        body.append(option: Code.interfaceName, text(name))
        body.append(option: Code.interfaceDescription, text(description))
        // if_tsresol 9: units of 10⁻⁹ s.
        body.append(option: Code.resolution, [9])
        return block(Code.interface, closing(body))
    }

    /// One packet as it passed `interface` at `nanoseconds`.
    package static func packet(
        interface: UInt32, nanoseconds: Int64, direction: Direction, bytes: [UInt8], comment: String? = nil
    ) -> [UInt8] {
        let time = UInt64(clamping: nanoseconds)
        let length = UInt32(clamping: bytes.count)
        var body: [UInt8] = []
        body.append(littleEndian: interface)
        body.append(littleEndian: UInt32(time >> 32))
        body.append(littleEndian: UInt32(truncatingIfNeeded: time))
        body.append(littleEndian: length)
        body.append(littleEndian: length)
        body.append(padded: bytes)
        if let comment { body.append(option: Code.comment, text(comment)) }
        var flags: [UInt8] = []
        flags.append(littleEndian: direction.rawValue)
        body.append(option: Code.packetFlags, flags)
        return block(Code.packet, closing(body))
    }

    /// What a line's capture holds and what it had to leave out, as the file ends.
    package static func statistics(
        interface: UInt32, nanoseconds: Int64, received: UInt64, dropped: UInt64
    ) -> [UInt8] {
        let time = UInt64(clamping: nanoseconds)
        var body: [UInt8] = []
        body.append(littleEndian: interface)
        body.append(littleEndian: UInt32(time >> 32))
        body.append(littleEndian: UInt32(truncatingIfNeeded: time))
        for (code, count) in [(Code.received, received), (Code.dropped, dropped)] {
            var value: [UInt8] = []
            value.append(littleEndian: count)
            body.append(option: code, value)
        }
        return block(Code.statistics, closing(body))
    }

    private static func text(_ text: String) -> [UInt8] { Array(text.utf8.prefix(mostTextBytes)) }

    /// Ends a list of options (opt_endofopt).
    private static func closing(_ body: [UInt8]) -> [UInt8] { body + [0, 0, 0, 0] }

    private static func block(_ type: UInt32, _ body: [UInt8]) -> [UInt8] {
        let length = UInt32(clamping: body.count + 12)
        var out: [UInt8] = []
        out.reserveCapacity(body.count + 12)
        out.append(littleEndian: type)
        out.append(littleEndian: length)
        out += body
        out.append(littleEndian: length)
        return out
    }
}

extension [UInt8] {
    fileprivate mutating func append<Number: FixedWidthInteger>(littleEndian value: Number) {
        for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
            append(UInt8(truncatingIfNeeded: value >> Number(shift)))
        }
    }

    /// Options and packets end on a multiple of four bytes.
    fileprivate mutating func append(padded bytes: [UInt8]) {
        append(contentsOf: bytes)
        append(contentsOf: repeatElement(0, count: (4 - bytes.count % 4) % 4))
    }

    fileprivate mutating func append(option code: UInt16, _ value: [UInt8]) {
        append(littleEndian: code)
        append(littleEndian: UInt16(clamping: value.count))
        append(padded: value)
    }
}
