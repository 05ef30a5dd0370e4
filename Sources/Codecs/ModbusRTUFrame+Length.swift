extension ModbusRTUFrame {
    /// How long the reply must be at least that begins with `bytes`, unit and CRC included.
    ///
    /// Read so many, and ask again; the frame is whole when the number no longer grows. Frames of RTU carry
    /// no length, but each reply's function does tell it: by itself, by a byte count, or by its objects.
    /// Nil where no reply begins so: an unknown function, or longer than a frame can be.
    package static func bytesNeeded(forReply bytes: [UInt8]) -> Int? {
        // The shortest reply: unit, function with its top bit, exception, CRC.
        guard bytes.count >= 3 else { return 5 }
        if bytes[1] & 0x80 != 0 { return 5 }
        let length: Int
        switch ModbusFunction(rawValue: bytes[1]) {
        case .readCoils, .readDiscreteInputs, .readHoldingRegisters, .readInputRegisters,
            .readWriteRegisters:
            length = 5 + Int(bytes[2])
        case .writeCoil, .writeRegister, .writeCoils, .writeRegisters: length = 8
        case .maskWriteRegister: length = 10
        case .encapsulatedInterface: length = identificationLength(bytes)
        case nil: return nil
        }
        return length <= ModbusLimits.rtuFrameBytes ? length : nil
    }

    /// The header says how many objects there are, and each object how long it is.
    private static func identificationLength(_ bytes: [UInt8]) -> Int {
        let header = 1 + ModbusIdentificationReply.headerBytes
        guard bytes.count >= header else { return header + 2 }
        var end = header
        for _ in 0..<bytes[header - 1] {
            guard bytes.count >= end + 2 else { return end + 4 }
            end += 2 + Int(bytes[end + 1])
        }
        return end + 2
    }
}
