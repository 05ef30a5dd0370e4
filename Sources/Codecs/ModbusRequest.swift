/// One Modbus request; addresses are those of the PDU, from zero.
package enum ModbusRequest: Sendable, Hashable {
    case readCoils(address: UInt16, count: Int)
    case readDiscreteInputs(address: UInt16, count: Int)
    case readHoldingRegisters(address: UInt16, count: Int)
    case readInputRegisters(address: UInt16, count: Int)
    case writeCoil(address: UInt16, on: Bool)
    case writeRegister(address: UInt16, value: UInt16)
    case writeCoils(address: UInt16, values: [Bool])
    case writeRegisters(address: UInt16, values: [UInt16])
    /// The register becomes (old AND `and`) OR (`or` AND NOT `and`).
    case maskWriteRegister(address: UInt16, and: UInt16, or: UInt16)
    /// The device writes first, then reads.
    case readWriteRegisters(readAddress: UInt16, readCount: Int, writeAddress: UInt16, values: [UInt16])
    /// What the device says it is, from the object `object` on.
    case readDeviceIdentification(ModbusIdentificationCode, object: UInt8)

    package var function: ModbusFunction {
        switch self {
        case .readCoils: .readCoils
        case .readDiscreteInputs: .readDiscreteInputs
        case .readHoldingRegisters: .readHoldingRegisters
        case .readInputRegisters: .readInputRegisters
        case .writeCoil: .writeCoil
        case .writeRegister: .writeRegister
        case .writeCoils: .writeCoils
        case .writeRegisters: .writeRegisters
        case .maskWriteRegister: .maskWriteRegister
        case .readWriteRegisters: .readWriteRegisters
        case .readDeviceIdentification: .encapsulatedInterface
        }
    }

    /// Whether the request leaves the device as it was. Reading may still clear a flag in some devices.
    package var isRead: Bool {
        switch self {
        case .readCoils, .readDiscreteInputs, .readHoldingRegisters, .readInputRegisters,
            .readDeviceIdentification:
            true
        default: false
        }
    }

    /// The first address that the request names (that of the read half for function 23); 0 for function 43.
    package var address: UInt16 {
        switch self {
        case .readCoils(let address, _), .readDiscreteInputs(let address, _),
            .readHoldingRegisters(let address, _), .readInputRegisters(let address, _),
            .writeCoil(let address, _), .writeRegister(let address, _), .writeCoils(let address, _),
            .writeRegisters(let address, _), .maskWriteRegister(let address, _, _),
            .readWriteRegisters(let address, _, _, _):
            address
        case .readDeviceIdentification: 0
        }
    }

    /// How many bits or registers the reply must bring; 0 for one that only writes, and for function 43.
    package var readCount: Int {
        switch self {
        case .readCoils(_, let count), .readDiscreteInputs(_, let count),
            .readHoldingRegisters(_, let count), .readInputRegisters(_, let count),
            .readWriteRegisters(_, let count, _, _):
            count
        default: 0
        }
    }

    /// The length of the PDU that answers in full; for function 43, which announces none, the longest.
    package var replyBytes: Int {
        switch self {
        case .readCoils, .readDiscreteInputs: 2 + (readCount + 7) / 8
        case .readHoldingRegisters, .readInputRegisters, .readWriteRegisters: 2 + readCount * 2
        case .writeCoil, .writeRegister, .writeCoils, .writeRegisters: 5
        case .maskWriteRegister: 7
        case .readDeviceIdentification: ModbusLimits.pduBytes
        }
    }

    /// Function code and data, as they stand between header and check sum.
    ///
    /// Throws `ModbusError` of kind `limit` for a count outside `ModbusLimits` and for a range that runs past
    /// address 65,535.
    package func pdu() throws(ModbusError) -> [UInt8] {
        try checkLimits()
        var out = [function.rawValue]
        if case .readDeviceIdentification(let code, let object) = self {
            return out + [ModbusIdentificationReply.interfaceType, code.rawValue, object]
        }
        out.append(bigEndian: address)
        switch self {
        case .readCoils(_, let count), .readDiscreteInputs(_, let count),
            .readHoldingRegisters(_, let count), .readInputRegisters(_, let count):
            out.append(bigEndian: UInt16(count))
        case .writeCoil(_, let on):
            out.append(bigEndian: on ? 0xFF00 : 0x0000)
        case .writeRegister(_, let value):
            out.append(bigEndian: value)
        case .writeCoils(_, let values):
            out.append(bigEndian: UInt16(values.count))
            out.append(packing: values)
        case .writeRegisters(_, let values):
            out.append(bigEndian: UInt16(values.count))
            out.append(counting: values)
        case .maskWriteRegister(_, let and, let or):
            out.append(bigEndian: and)
            out.append(bigEndian: or)
        case .readWriteRegisters(_, let count, let writeAddress, let values):
            out.append(bigEndian: UInt16(count))
            out.append(bigEndian: writeAddress)
            out.append(bigEndian: UInt16(values.count))
            out.append(counting: values)
        case .readDeviceIdentification: break
        }
        return out
    }

    private func checkLimits() throws(ModbusError) {
        switch self {
        case .readCoils(let address, let count), .readDiscreteInputs(let address, let count):
            try Self.check(count, upTo: ModbusLimits.bitsPerRead, from: address, "bits to read")
        case .readHoldingRegisters(let address, let count), .readInputRegisters(let address, let count):
            try Self.check(count, upTo: ModbusLimits.registersPerRead, from: address, "registers to read")
        case .writeCoils(let address, let values):
            try Self.check(values.count, upTo: ModbusLimits.bitsPerWrite, from: address, "bits to write")
        case .writeRegisters(let address, let values):
            try Self.check(
                values.count, upTo: ModbusLimits.registersPerWrite, from: address, "registers to write")
        case .readWriteRegisters(let address, let count, let writeAddress, let values):
            try Self.check(count, upTo: ModbusLimits.registersPerRead, from: address, "registers to read")
            try Self.check(
                values.count, upTo: ModbusLimits.registersPerReadWrite, from: writeAddress,
                "registers to write")
        case .writeCoil, .writeRegister, .maskWriteRegister, .readDeviceIdentification: return
        }
    }

    private static func check(
        _ count: Int, upTo limit: Int, from address: UInt16, _ what: String
    ) throws(ModbusError) {
        guard (1...limit).contains(count) else {
            throw ModbusError(.limit, "\(count) \(what): one request carries 1 to \(limit)")
        }
        guard Int(address) + count <= 65_536 else {
            throw ModbusError(.limit, "\(count) \(what) from \(address) run past address 65535")
        }
    }
}

extension [UInt8] {
    /// Appends a 16-bit number, high byte first, as Modbus sends every number of its own.
    mutating func append(bigEndian value: UInt16) {
        append(UInt8(value >> 8))
        append(UInt8(value & 0xFF))
    }

    /// Appends the byte count and then each register. Precondition: at most 127 registers.
    fileprivate mutating func append(counting registers: [UInt16]) {
        append(UInt8(registers.count * 2))
        for register in registers { append(bigEndian: register) }
    }

    /// Appends the byte count and then the bits, first bit lowest. Precondition: at most 2,040 bits.
    fileprivate mutating func append(packing bits: [Bool]) {
        let bytes = (bits.count + 7) / 8
        append(UInt8(bytes))
        let start = count
        append(contentsOf: repeatElement(0, count: bytes))
        for (index, bit) in bits.enumerated() where bit { self[start + index / 8] |= 1 << UInt8(index % 8) }
    }
}
