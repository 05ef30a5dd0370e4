/// What Modbus frames say, in words: `read holding registers 16640, 2 of them`, `16640 = 1, 16641 = 24734`.
///
/// It follows one line: a reply is read as the answer to the request before it, whose addresses it lacks.
package struct ModbusFrameText: Sendable {
    /// So many values stand in a line; all of them are in its bytes.
    private static let mostValues = 16
    /// Requests without a reply that are remembered; a device answers one at a time.
    private static let mostOpen = 8

    private struct Open {
        let transaction: UInt16?
        let unit: UInt8
        let pdu: [UInt8]
    }

    private let wire: ModbusWire
    private var open: [Open] = []

    package init(_ wire: ModbusWire) { self.wire = wire }

    /// Unit and meaning of a frame; the unit is nil where the bytes are no frame.
    package mutating func read(_ frame: CapturedFrame) -> (unit: UInt8?, meaning: String) {
        if let fault = frame.fault { return (nil, "no frame: \(fault)") }
        guard let parts = wire.parts(of: frame.bytes) else { return (nil, "no frame: its check fails") }
        guard !frame.isSent else {
            if wire != .tcp { open = [] }
            if open.count == Self.mostOpen { open.removeFirst() }
            open.append(Open(transaction: parts.transaction, unit: parts.unit, pdu: parts.pdu))
            return (parts.unit, Self.request(parts.pdu))
        }
        let index = open.firstIndex { $0.transaction == parts.transaction && $0.unit == parts.unit }
        guard let index else { return (parts.unit, "unasked: " + Self.reply(parts.pdu, to: nil)) }
        return (parts.unit, Self.reply(parts.pdu, to: open.remove(at: index).pdu))
    }

    /// What a request asks for.
    package static func request(_ pdu: [UInt8]) -> String {
        guard let code = pdu.first else { return "empty" }
        guard let function = ModbusFunction(rawValue: code), pdu.count >= 5 else {
            return "function \(code)"
        }
        let (address, second) = (word(pdu, 1), word(pdu, 3))
        switch function {
        case .readCoils, .readDiscreteInputs, .readHoldingRegisters, .readInputRegisters:
            return "\(name(code)) \(address), \(second) of them"
        case .writeCoil: return "\(name(code)) \(address) = \(second == 0 ? 0 : 1)"
        case .writeRegister: return "\(name(code)) \(address) = \(second)"
        case .writeCoils:
            return "\(name(code)) " + bits(pdu.dropFirst(6), from: address, count: second)
        case .writeRegisters: return "\(name(code)) " + registers(pdu.dropFirst(6), from: address)
        case .maskWriteRegister where pdu.count >= 7:
            return "\(name(code)) \(address), and \(second), or \(word(pdu, 5))"
        case .readWriteRegisters where pdu.count >= 10:
            return "\(name(code)) \(address), \(second) of them, after writing "
                + registers(pdu.dropFirst(10), from: word(pdu, 5))
        default: return name(code)
        }
    }

    /// What a reply says; `request` is the PDU that it answers, where that is known.
    package static func reply(_ pdu: [UInt8], to request: [UInt8]?) -> String {
        guard let code = pdu.first else { return "empty" }
        if code >= 0x80 {
            let exception = pdu.count > 1 ? "\(ModbusException(code: pdu[1]))" : "exception without a code"
            return "\(name(code & 0x7F)): \(exception)"
        }
        let asked = request.flatMap { $0.first == code && $0.count >= 5 ? $0 : nil }
        let address = asked.map { word($0, 1) }
        switch code {
        case 1, 2:
            let count = asked.map { word($0, 3) } ?? .max
            return "\(name(code)): " + bits(pdu.dropFirst(2), from: address, count: count)
        case 3, 4, 23: return "\(name(code)): " + registers(pdu.dropFirst(2), from: address)
        case 5, 6, 15, 16, 22:
            guard pdu.count >= 5 else { return name(code) }
            return "\(name(code)) \(word(pdu, 1)): done"
        default: return name(code)
        }
    }

    private static func name(_ code: UInt8) -> String {
        switch ModbusFunction(rawValue: code) {
        case .readCoils: "read coils"
        case .readDiscreteInputs: "read discrete inputs"
        case .readHoldingRegisters: "read holding registers"
        case .readInputRegisters: "read input registers"
        case .writeCoil: "write coil"
        case .writeRegister: "write register"
        case .writeCoils: "write coils"
        case .writeRegisters: "write registers"
        case .maskWriteRegister: "mask write register"
        case .readWriteRegisters: "read registers"
        default: code == 43 ? "device identification" : "function \(code)"
        }
    }

    private static func registers(_ bytes: ArraySlice<UInt8>, from address: Int?) -> String {
        let values = stride(from: bytes.startIndex, to: bytes.endIndex - 1, by: 2).map {
            Int(bytes[$0]) << 8 | Int(bytes[$0 + 1])
        }
        return list(values, from: address)
    }

    private static func bits(_ bytes: ArraySlice<UInt8>, from address: Int?, count: Int) -> String {
        let held = bytes.flatMap { byte in (0..<8).map { Int(byte >> UInt8($0) & 1) } }
        return list(Array(held.prefix(count)), from: address)
    }

    private static func list(_ values: [Int], from address: Int?) -> String {
        guard !values.isEmpty else { return "nothing" }
        let shown = values.prefix(mostValues).enumerated().map { offset, value in
            address.map { "\($0 + offset) = \(value)" } ?? "\(value)"
        }
        let rest = values.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? ", … \(rest) more" : "")
    }

    private static func word(_ bytes: [UInt8], _ index: Int) -> Int {
        Int(bytes[index]) << 8 | Int(bytes[index + 1])
    }
}
