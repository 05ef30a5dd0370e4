/// Makes a pcapng file of the frames of Modbus lines, piece by piece: each line becomes an interface, and
/// Wireshark reads the frames without being told how.
///
/// Packets carry the header of LINKTYPE_WIRESHARK_UPPER_PDU, which names the dissector and, so that requests
/// and replies are told apart, 502 as the device's port whatever port it really has; the interface's
/// description has the line's true address.
package struct ModbusCapture: Sendable {
    private struct Interface {
        let number: UInt32
        let wire: ModbusWire?
        var frames: UInt64 = 0
        var dropped: UInt64 = 0
    }

    /// Tags of packet-exported_pdu in Wireshark: dissector, port type, ports; 0 ends the list.
    private enum Tag {
        static let dissector: UInt16 = 12
        static let portType: UInt16 = 24
        static let sourcePort: UInt16 = 25
        static let destinationPort: UInt16 = 26
    }

    /// The port type TCP of the same list.
    private static let tcpPorts: UInt32 = 2
    /// The registered port of Modbus, by which the dissector knows the device's side.
    private static let devicePort: UInt32 = 502
    /// The first of our side's ports; each line has its own, so that replies find their own line's requests.
    private static let firstPort: UInt32 = 49_152

    private var interfaces: [String: Interface] = [:]

    package init() {}

    /// The beginning of the file.
    package func header(application: String) -> [UInt8] { PCAPNG.sectionHeader(application: application) }

    /// One frame of `line`, before it the line itself where it is new.
    ///
    /// - Parameter dropped: how many pieces before it on this line could not be kept; said in the file.
    package mutating func packet(_ frame: CapturedFrame, of line: String, dropped: UInt64 = 0) -> [UInt8] {
        var out: [UInt8] = []
        var interface = interfaces[line] ?? Self.interface(line, number: interfaces.count, into: &out)
        interface.frames += 1
        interface.dropped += dropped
        interfaces[line] = interface
        var notes = frame.fault.map { [$0] } ?? []
        if dropped > 0 { notes.append("\(dropped) pieces before this could not be captured") }
        let head = Self.header(interface, isFrame: frame.fault == nil, isSent: frame.isSent)
        return out
            + PCAPNG.packet(
                interface: interface.number, nanoseconds: frame.nanoseconds,
                direction: frame.isSent ? .outbound : .inbound, bytes: head + frame.bytes,
                comment: notes.isEmpty ? nil : notes.joined(separator: "; "))
    }

    /// The end of the file: how many frames each line has in it, and how many pieces it lacks.
    package func closing(at nanoseconds: Int64) -> [UInt8] {
        interfaces.values.sorted { $0.number < $1.number }.flatMap { interface in
            PCAPNG.statistics(
                interface: interface.number, nanoseconds: nanoseconds, received: interface.frames,
                dropped: interface.dropped)
        }
    }

    private static func interface(_ line: String, number: Int, into out: inout [UInt8]) -> Interface {
        let wire = ModbusWire(lineName: line)
        out += PCAPNG.interface(name: line, description: "Modbus line \(line), as the gateway saw it")
        return Interface(number: UInt32(clamping: number), wire: wire)
    }

    /// A broken RTU frame goes to its dissector all the same, which shows the wrong CRC.
    private static func header(_ interface: Interface, isFrame: Bool, isSent: Bool) -> [UInt8] {
        let dissector =
            switch interface.wire {
            case .tcp where isFrame: "mbtcp"
            case .rtu: "mbrtu"
            default: "data"
            }
        let ours = firstPort + interface.number % 16_384
        var out: [UInt8] = []
        out.append(tag: Tag.dissector, Array(dissector.utf8))
        out.append(tag: Tag.portType, bytes(tcpPorts))
        out.append(tag: Tag.sourcePort, bytes(isSent ? ours : devicePort))
        out.append(tag: Tag.destinationPort, bytes(isSent ? devicePort : ours))
        return out + [0, 0, 0, 0]
    }

    private static func bytes(_ value: UInt32) -> [UInt8] {
        stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> UInt32($0)) }
    }
}

extension [UInt8] {
    /// Tag and length big-endian, then the value, filled up to a multiple of four bytes.
    fileprivate mutating func append(tag: UInt16, _ value: [UInt8]) {
        let padding = (4 - value.count % 4) % 4
        append(bigEndian: tag)
        append(bigEndian: UInt16(clamping: value.count + padding))
        append(contentsOf: value)
        append(contentsOf: repeatElement(0, count: padding))
    }
}
